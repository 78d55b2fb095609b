import { ObsctlError } from '../../shared/errors.ts';
import type { TelemetryKind } from '../stack.ts';

/** The processes of the real telemetry, by the names of their tools. */
export const BACKENDS = ['otelcol', 'prometheus', 'loki', 'tempo'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Binary {
  /** Absolute path. */
  path: string;
  version: string;
}
export type Binaries = Record<BackendName, Binary>;

/** Ports of 127.0.0.1 that the four of them take, all different. */
export const BACKEND_PORTS = [
  'otlpHttp',
  'otlpGrpc',
  'collectorMetrics',
  'prometheus',
  'loki',
  'lokiGrpc',
  'tempo',
  'tempoGrpc',
  'tempoOtlp',
] as const;

/** Which telemetry a stack is started with, and what it takes. */
export type TelemetryPlan = { kind: 'embedded' } | { kind: 'grafana'; binaries: Binaries };

/** All of them, or the names of those that are not there. */
export type FoundBinaries = { found: Binaries; missing: null } | { found: null; missing: string[] };

/**
 * What was asked for; where nothing was, grafana as soon as all its binaries are there, else embedded. Throws
 * BACKENDS_MISSING when grafana was asked for and a binary is not there.
 */
export const planTelemetry = async (
  asked: TelemetryKind | undefined,
  find: () => Promise<FoundBinaries>,
): Promise<TelemetryPlan> => {
  if (asked === 'embedded') return { kind: 'embedded' };
  const { found, missing } = await find();
  if (found) return { kind: 'grafana', binaries: found };
  if (asked === undefined) return { kind: 'embedded' };
  throw new ObsctlError('BACKENDS_MISSING', 'The stack cannot run with --telemetry grafana.', {
    details: [`not installed: ${missing.join(', ')}`],
  });
};

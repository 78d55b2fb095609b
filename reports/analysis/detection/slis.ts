import type { Phase } from '../../record/common.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { SliName } from '../../record/findings.ts';
import { phaseNamed } from '../phases.ts';
import { clientPoints, type Point, runtimePoints, sumRed, userRoutes } from '../series.ts';
import type { Anomaly } from './anomaly.ts';
import { errorAnomalies } from './errors.ts';
import { latencyAnomalies } from './latency.ts';

/** What detection reads: series alone, so that the evidence collector can ask it before it fetches traces. */
export type DetectionInput = Pick<Evidence, 'phases' | 'client' | 'red' | 'runtime' | 'entryService'>;

/** One of the five preregistered SLIs with its series. Only these may alarm. */
export interface Sli {
  name: SliName;
  kind: 'error' | 'latency';
  viewpoint: 'client' | 'server';
  service: string;
  points: Point[];
  /** Bucket bounds its quantiles were interpolated from; null for exact ones. */
  bounds: number[] | null;
}

export interface DetectedSpike extends Anomaly {
  sli: Sli;
}

/** The five SLIs in their fixed order; the server's are the entry service, instances and routes together. */
export const slisOf = ({ client, red, runtime, entryService }: DetectionInput): Sli[] => {
  const seen = { points: clientPoints(client?.overall ?? []), bounds: null, service: entryService };
  const served = { ...sumRed(userRoutes(red, entryService)), service: entryService };
  const jobs = { ...runtimePoints(runtime, 'job.duration.mean'), bounds: null };
  return [
    { name: 'client-errors', kind: 'error', viewpoint: 'client', ...seen },
    { name: 'client-latency', kind: 'latency', viewpoint: 'client', ...seen },
    { name: 'server-errors', kind: 'error', viewpoint: 'server', ...served },
    { name: 'server-latency', kind: 'latency', viewpoint: 'server', ...served },
    { name: 'job-latency', kind: 'latency', viewpoint: 'server', ...jobs },
  ];
};

const anomaliesOf = (sli: Sli, steady: Phase): Anomaly[] =>
  sli.kind === 'error'
    ? errorAnomalies(sli.points, steady)
    : latencyAnomalies(sli.points, steady, sli.bounds);

/** Every spike of every SLI, by onset. None without a steady phase: there is nothing to compare with. */
export const detectSpikes = (input: DetectionInput): DetectedSpike[] => {
  const steady = phaseNamed(input.phases, 'steady');
  if (!steady) return [];
  return slisOf(input)
    .flatMap((sli) => anomaliesOf(sli, steady).map((anomaly) => ({ ...anomaly, sli })))
    .sort((a, b) => a.onset - b.onset);
};

export interface SpikeWindow {
  from: number;
  to: number;
  kind: 'error' | 'latency';
  service: string;
  /** The steady phase's value: a ratio for errors, seconds (p95) for latency. */
  baseline: number;
}

/** Where to look for traces: one window a spike; a spike that never ended reaches to the end of the run. */
export const findSpikeWindows = (input: DetectionInput): SpikeWindow[] => {
  const end = Math.max(0, ...input.phases.map(({ to }) => to));
  return detectSpikes(input).map(({ onset, endedAt, detectedAt, sli, baseline }) => ({
    baseline,
    from: onset,
    to: endedAt ?? Math.max(end, detectedAt),
    kind: sli.kind,
    service: sli.service,
  }));
};

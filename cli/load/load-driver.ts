import type { ClientPoint, ClientSeries } from '../../reports/record/evidence.ts';
import type { SentCount } from './sent.ts';

export type { NoAnswer, SentCount } from './sent.ts';

/** service.name and service.instance.id of the client's own spans. */
export const CLIENT_SERVICE = 'k6';

export interface LoadOptions {
  runId: string;
  /** Address of the gateway; only loopback or a network of our own run. */
  baseUrl: string;
  seed: number;
  /** Seconds; the script's own where absent. */
  duration?: number;
  /** Logical requests per second (open model). */
  rate?: number;
  /** Seconds at the start in which an open model's rate goes up from a tenth of it; none where absent. */
  ramp?: number;
  /** Virtual users (closed model), or the most an open model may use. */
  vus?: number;
  /** OTLP/HTTP base address that takes the client's spans; none are sent without it. */
  otlpUrl?: string;
  /** Folder for k6's own files (samples, summary, console). */
  directory: string;
}

/** What has happened up to now; sent about once a second. */
export interface LoadProgress {
  elapsed: number;
  requests: number;
  failures: number;
  attempts: number;
  activeVus: number;
  /** The whole seconds that became complete since the last progress, oldest first, each told once. */
  seconds: ClientPoint[];
}

export interface LoadResult {
  /** k6's own exit code (99 thresholds, 105 signal, 107 script exception); null when it was killed. */
  exitCode: number | null;
  /** Start of the first logical request and end of the last one, Unix seconds. */
  startedAt: number;
  endedAt: number;
  requests: number;
  failures: number;
  attempts: number;
  /** The attempts by operation, and which of them got no answer. */
  sent: SentCount[];
  droppedIterations: number;
  thresholds: { metric: string; expression: string; ok: boolean }[];
  /** k6's end-of-test summary as it wrote it; null when it wrote none. */
  summary: unknown;
  /** By second; a point's `t` is the second's start. */
  series: ClientSeries;
  /**
   * Every logical request's trace id with the second it ended, whether it failed, and whether its last attempt got any
   * answer, a failure included: then the platform has seen it through. `byGateway`: the answer may be the gateway's own.
   */
  traces: { traceId: string; end: number; failed: boolean; answered: boolean; byGateway: boolean }[];
  spans: { exported: number; lost: number };
  /** Lines of k6's samples that could not be understood; what they held is in none of the figures. */
  unreadableSamples: number;
  k6Version: string;
}

export interface LoadRun {
  readonly pid: number;
  onProgress(listener: (progress: LoadProgress) => void): void;
  /** What the client has seen up to now; its last seconds may still grow. */
  series(): ClientSeries;
  /** Settles when k6 has ended and its samples are read. Rejects when k6 could not run at all. */
  readonly done: Promise<LoadResult>;
  /** Asks k6 to stop; `done` settles with what there is. */
  stop(): Promise<void>;
}

export interface ScenarioInfo {
  name: string;
  aliases: string[];
  title: string;
  model: 'open' | 'closed';
  defaults: { rate: number | null; vus: number | null; duration: number };
  description: string;
  file: string;
}

export interface LoadDriver {
  /** Makes sure that k6 can be run, getting it where it is missing. Throws TOOL_UNAVAILABLE. */
  prepare(): Promise<void>;
  list(): ScenarioInfo[];
  /**
   * Starts a scenario by its name, or anybody's k6 script by its path. A script without our library is measured by
   * k6's own samples: each HTTP request of it is a request, and none is traced.
   * Throws UNKNOWN_SCENARIO, or LOAD_FAILED when k6 cannot be started.
   */
  start(scenario: string, options: LoadOptions): Promise<LoadRun>;
}

/** The driver, by which a script that is known by that name is started from its path. */
export const withScript = (load: LoadDriver, name: string, path: string | undefined): LoadDriver =>
  path === undefined
    ? load
    : { ...load, start: (scenario, options) => load.start(scenario === name ? path : scenario, options) };

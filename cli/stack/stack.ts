import type { Incident } from '../../reports/record/evidence.ts';
import type { TelemetrySource } from '../telemetry/telemetry-source.ts';

/** `paused`: its process is there, stopped by a signal. */
export type ComponentState = 'starting' | 'ready' | 'paused' | 'restarting' | 'failed' | 'stopped';

export interface Component {
  name: string;
  /** service.name where it is one of the service's roles. */
  service: string | null;
  state: ComponentState;
  pid: number | null;
  address: string | null;
  restarts: number;
  /** Seconds from its start to ready; null while it is not. */
  readySeconds: number | null;
  detail: string;
}

export interface Replica {
  instance: string;
  service: string;
  url: string;
  adminUrl: string;
}

export interface Endpoints {
  /** The gateway: where load goes. */
  baseUrl: string;
  docsUrl: string;
  /** OTLP/HTTP base address. */
  otlpUrl: string;
  /** The real back ends, where the stack runs them; null with the embedded telemetry. */
  backends: BackendUrls | null;
}

/** Base addresses of the back ends' HTTP APIs. */
export interface BackendUrls {
  prometheus: string;
  loki: string;
  tempo: string;
}

export const TELEMETRY_KINDS = ['grafana', 'embedded'] as const;
/** Which telemetry a stack runs: Prometheus, Loki, Tempo and the collector, or the embedded one. */
export type TelemetryKind = (typeof TELEMETRY_KINDS)[number];

export interface StackStatus {
  driver: string;
  state: 'starting' | 'ready' | 'failed' | 'stopping';
  /** Unix seconds. */
  startedAt: number;
  components: Component[];
  replicas: Replica[];
  endpoints: Endpoints | null;
  cache: 'redis' | 'in-process';
  telemetry: TelemetryKind;
  /** Versions by component. */
  versions: Record<string, string>;
  incidents: Incident[];
  error: string | null;
}

export interface UpOptions {
  /** Gateway port; a free one where absent. */
  port?: number;
  replicas?: number;
  /** Retry budget of api's inventory client: share of requests that may be retries (0..1). Off where absent. */
  retryBudget?: number;
  /** Where absent: grafana as soon as its binaries are there, else embedded. */
  telemetry?: TelemetryKind;
  /** Take the stack down when this process is gone (demo without --keep). */
  ownerPid?: number;
}

export interface UpResult {
  status: StackStatus;
  /** True when a stack that was already up serves again. */
  reused: boolean;
}

export interface DownResult {
  wasUp: boolean;
  /** What was found without a supervisor and cleaned up: left processes, folders, a stale state file. */
  leftovers: string[];
}

/** One platform under test: brings it up, says how it is, takes it down without leaving anything. */
export interface Stack {
  readonly driver: string;
  up(options: UpOptions, onChange: (status: StackStatus) => void): Promise<UpResult>;
  down(): Promise<DownResult>;
  /** Null when no stack is up. A stale state file counts as none. */
  status(): Promise<StackStatus | null>;
  /** The replicas that run now: one that is gone, restarting or paused can be asked nothing and carries nothing. */
  replicas(service?: string): Promise<Replica[]>;
  endpoints(): Promise<Endpoints>;
  /** Bearer token of the admin API. */
  adminToken(): Promise<string>;
  telemetry(): Promise<TelemetrySource>;
  /** Log files by component name. */
  logFiles(): Promise<Record<string, string>>;
}

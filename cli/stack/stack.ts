import type { Incident } from '../../reports/record/evidence.ts';
import type { ObsctlError } from '../shared/errors.ts';
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
  /** OTLP/HTTP base address; null where none is known. */
  otlpUrl: string | null;
  /** The real back ends, where the stack runs them; null with the embedded telemetry. */
  backends: BackendUrls | null;
  /** Grafana's base address, where the stack runs it: links and annotations lead there. */
  grafana: string | null;
}

/** Base addresses of the back ends' HTTP APIs. */
export interface BackendUrls {
  prometheus: string;
  loki: string;
  tempo: string;
}

/** An account of Grafana's HTTP API. */
export interface GrafanaAccess {
  /** Base address, reachable from here. */
  url: string;
  username: string;
  password: string;
}

export const DRIVERS = ['compose', 'local'] as const;
/** What runs a stack: containers of a Docker engine, or processes of this machine. */
export type DriverName = (typeof DRIVERS)[number];
/** Besides them, a system that obsctl did not start. */
export type StackKind = DriverName | 'external';

export const PROFILES = ['minimal', 'full'] as const;
/** What a stack of containers consists of: `full` adds Grafana, MinIO and the exporters. */
export type Profile = (typeof PROFILES)[number];

export const TELEMETRY_KINDS = ['grafana', 'embedded'] as const;
/** Which telemetry a stack runs: Prometheus, Loki, Tempo and the collector, or the embedded one. */
export type TelemetryKind = (typeof TELEMETRY_KINDS)[number];

export interface StackStatus {
  driver: StackKind;
  /** Null where the driver has none. */
  profile: Profile | null;
  state: 'starting' | 'ready' | 'failed' | 'stopping';
  /** Unix seconds. */
  startedAt: number;
  components: Component[];
  replicas: Replica[];
  endpoints: Endpoints | null;
  cache: 'redis' | 'in-process' | 'unknown';
  /** Of api's inventory client; null: no limit. */
  retryBudget: number | null;
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
  /**
   * Retry budget of api's inventory client: share of requests that may be retries (0..1). None where null or absent;
   * null asks for a stack that has none, absent takes one that is up as it is.
   */
  retryBudget?: number | null;
  /** Containers only; minimal where absent. */
  profile?: Profile;
  /** Where absent: grafana as soon as its binaries are there, else embedded. */
  telemetry?: TelemetryKind;
  /** Take the stack down when this process is gone (demo without --keep). */
  ownerPid?: number;
}

export interface UpResult {
  status: StackStatus;
  /** True when a stack that was already up serves again. */
  reused: boolean;
  /** Passwords and tokens by name that this call made and that are kept for later ones; to be shown once. */
  secrets?: Record<string, string>;
}

export interface DownOptions {
  /** Also what is kept for the next `up`: named volumes with their data, and the secrets that open them. */
  volumes?: boolean;
}

export interface DownResult {
  wasUp: boolean;
  /** What was found without a supervisor and cleaned up: left processes, folders, a stale state file. */
  leftovers: string[];
}

/** One line that a component wrote. */
export interface LogLine {
  component: string;
  line: string;
}

export interface LogOptions {
  /** All where absent. */
  component?: string;
  /** How many of the last lines of each. */
  lines: number;
  /** Goes on until the signal is aborted. */
  follow: boolean;
  signal: AbortSignal;
}

/** One platform under test: brings it up, says how it is, takes it down without leaving anything. */
export interface Stack {
  readonly driver: StackKind;
  up(options: UpOptions, onChange: (status: StackStatus) => void): Promise<UpResult>;
  down(options?: DownOptions): Promise<DownResult>;
  /** Null when no stack is up. A stale state file counts as none. */
  status(): Promise<StackStatus | null>;
  /** Why there is no status: STACK_BUSY where one is starting or stopping, else STACK_DOWN with what may be left of one. */
  whyNone(): ObsctlError;
  /** The replicas that run now: one that is gone, restarting or paused can be asked nothing and carries nothing. */
  replicas(service?: string): Promise<Replica[]>;
  endpoints(): Promise<Endpoints>;
  /** Bearer token of that replica's admin API. */
  adminToken(instance: string): Promise<string>;
  /** Null where the stack runs no Grafana. */
  grafanaAccess(): Promise<GrafanaAccess | null>;
  telemetry(): Promise<TelemetrySource>;
  /** Names of those that have written something; also of a stack that is down, where its logs are kept. */
  logNames(): Promise<string[]>;
  logs(options: LogOptions): AsyncIterable<LogLine>;
}

import type { FastifyInstance } from 'fastify';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import type { BackendUrls, Component, TelemetryKind } from '../stack.ts';
import type { ChildSpec } from './supervised-child.ts';

export interface ScrapeTarget {
  service: string;
  instance: string;
  /** Base address of the replica; its metrics are at `/metrics`. */
  url: string;
}

/** The telemetry of one stack: inside the supervisor (embedded), or in processes of its own (grafana). */
export interface StackTelemetry {
  kind: TelemetryKind;
  otlpUrl: string;
  backends: BackendUrls | null;
  /** Versions by component. */
  versions: Record<string, string>;
  /** Processes that belong to it; the supervisor starts and ends them. */
  children: ChildSpec[];
  /** Rows of the stack's status besides those of the children. */
  components: Component[];
  source: TelemetrySource;
  /** Says what is to be scraped from now on. */
  setTargets(targets: ScrapeTarget[]): void;
  /** What commands ask over the supervisor's socket. */
  routes(app: FastifyInstance): void;
  close(): Promise<void>;
}

/** Where the telemetry of a stack may write. */
export interface TelemetryPlace {
  /** Removed when the stack is taken down. */
  temporary: string;
  logs: string;
  /** Free ones, as many as it needs. */
  ports: number[];
}

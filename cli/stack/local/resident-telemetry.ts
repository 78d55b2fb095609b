import type { FastifyInstance } from 'fastify';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import type { Component } from '../stack.ts';

export interface ScrapeTarget {
  service: string;
  instance: string;
  url: string;
}

/** The telemetry that lives inside the supervisor; which one it is, the composition root decides. */
export interface ResidentTelemetry {
  otlpUrl: string;
  detail: string;
  source: TelemetrySource;
  setTargets(targets: ScrapeTarget[]): void;
  routes(app: FastifyInstance): void;
  close(): Promise<void>;
}

/** As a row of the stack's status: it runs in this process, and is ready as soon as it is there. */
export const residentComponent = ({ otlpUrl, detail }: ResidentTelemetry): Component => ({
  name: 'telemetry',
  service: null,
  state: 'ready',
  pid: process.pid,
  address: otlpUrl,
  restarts: 0,
  readySeconds: 0,
  detail,
});

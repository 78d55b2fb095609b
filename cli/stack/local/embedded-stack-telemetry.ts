import { join } from 'node:path';
import { startEmbeddedTelemetry } from '../../telemetry/embedded/embedded-telemetry.ts';
import { registerTelemetryRoutes } from '../../telemetry/embedded/telemetry-routes.ts';
import type { Component } from '../stack.ts';
import type { StackTelemetry, TelemetryPlace } from './stack-telemetry.ts';

/** It runs in this process, and is ready as soon as it is there. */
const component = (otlpUrl: string): Component => ({
  name: 'telemetry',
  service: null,
  state: 'ready',
  pid: process.pid,
  address: otlpUrl,
  restarts: 0,
  readySeconds: 0,
  detail: 'embedded',
});

/** Receiver, scraper and DuckDB inside the supervisor; commands ask over its socket. */
export const startEmbeddedStackTelemetry = async ({
  temporary,
  ports: [port],
}: TelemetryPlace): Promise<StackTelemetry> => {
  const file = join(temporary, 'telemetry.duckdb');
  const started = await startEmbeddedTelemetry({ file, targets: [], ...(port ? { port } : {}) });
  const { otlpUrl, source, setTargets, close } = started;
  return {
    kind: 'embedded',
    otlpUrl,
    backends: null,
    versions: {},
    children: [],
    components: [component(otlpUrl)],
    source,
    setTargets: (targets) =>
      setTargets(targets.map(({ url, ...target }) => ({ ...target, url: `${url}/metrics` }))),
    routes: (app) => registerTelemetryRoutes(app, source),
    close,
  };
};

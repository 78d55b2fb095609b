import { join } from 'node:path';
import type { BackendUrls } from '../../stack.ts';
import type { ChildSpec } from '../supervised-child.ts';
import { BACKEND_PORTS, type BackendName, type Binaries } from '../telemetry-plan.ts';
import type { BackendFiles } from './files.ts';

export type BackendPorts = Record<(typeof BACKEND_PORTS)[number], number>;

/** The ports by name, from a list as long as BACKEND_PORTS. */
export const namePorts = (ports: number[]): BackendPorts =>
  Object.fromEntries(BACKEND_PORTS.map((name, i) => [name, ports[i]!])) as BackendPorts;

const HOST = '127.0.0.1';
const at = (port: number): string => `${HOST}:${port}`;
const url = (port: number): string => `http://${at(port)}`;

export const backendUrls = ({ prometheus, loki, tempo }: BackendPorts): BackendUrls => ({
  prometheus: url(prometheus),
  loki: url(loki),
  tempo: url(tempo),
});

export const otlpUrl = ({ otlpHttp }: BackendPorts): string => url(otlpHttp);
export const collectorMetricsUrl = ({ collectorMetrics }: BackendPorts): string => url(collectorMetrics);

/** Longest wait for one to end when it is told to, seconds: Tempo does not hear it for minutes while a client is connected. */
const STOP_TIMEOUT = 2;
/** Go collects earlier than by default: writing a block out makes much garbage at once. */
const TEMPO_MEMORY = { GOGC: '50', GOMEMLIMIT: '160MiB' };
const PROBE_TIMEOUT_MS = 1000;

const answers =
  (address: string, init: RequestInit = {}) =>
  async (): Promise<boolean> => {
    try {
      return (await fetch(address, { ...init, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).ok;
    } catch {
      return false;
    }
  };

/** A request without a span: the collector takes it, and nothing comes of it. */
const takesOtlp = (ports: BackendPorts) =>
  answers(`${otlpUrl(ports)}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"resourceSpans":[]}',
  });

type Own = Pick<ChildSpec, 'address' | 'args' | 'env' | 'ready' | 'layer'>;

const ownOf = (ports: BackendPorts, { config, data, edges }: BackendFiles): Record<BackendName, Own> => ({
  otelcol: {
    address: otlpUrl(ports),
    args: [`--config=${config.otelcol}`, ...edges],
    env: {
      COLLECTOR_STORAGE: data.otelcol,
      COLLECTOR_OTLP_HTTP: at(ports.otlpHttp),
      COLLECTOR_OTLP_GRPC: at(ports.otlpGrpc),
      COLLECTOR_METRICS_HOST: HOST,
      COLLECTOR_METRICS_PORT: String(ports.collectorMetrics),
      TEMPO_OTLP: at(ports.tempoOtlp),
      LOKI_URL: url(ports.loki),
      PROMETHEUS_URL: url(ports.prometheus),
    },
    ready: takesOtlp(ports),
    layer: 'collector',
  },
  prometheus: {
    address: url(ports.prometheus),
    args: [
      `--config.file=${config.prometheus}`,
      `--storage.tsdb.path=${data.prometheus}`,
      `--web.listen-address=${at(ports.prometheus)}`,
      '--enable-feature=exemplar-storage',
      '--web.enable-otlp-receiver',
      '--web.enable-remote-write-receiver',
      // New targets are scraped at once; it waits up to 5 s by default.
      '--scrape.discovery-reload-interval=100ms',
    ],
    env: {},
    ready: answers(`${url(ports.prometheus)}/-/ready`),
    layer: 'store',
  },
  loki: {
    address: url(ports.loki),
    args: [`-config.file=${config.loki}`, '-config.expand-env=true'],
    env: {
      LOKI_HOST: HOST,
      LOKI_HTTP_PORT: String(ports.loki),
      LOKI_GRPC_PORT: String(ports.lokiGrpc),
      LOKI_STORAGE: data.loki,
    },
    ready: answers(`${url(ports.loki)}/ready`),
    layer: 'store',
  },
  tempo: {
    address: url(ports.tempo),
    args: [`-config.file=${config.tempo}`, '-config.expand-env=true'],
    env: {
      ...TEMPO_MEMORY,
      TEMPO_HOST: HOST,
      TEMPO_HTTP_PORT: String(ports.tempo),
      TEMPO_GRPC_PORT: String(ports.tempoGrpc),
      TEMPO_STORAGE: data.tempo,
      TEMPO_OTLP: at(ports.tempoOtlp),
    },
    ready: answers(`${url(ports.tempo)}/ready`),
    layer: 'store',
  },
});

export interface BackendInput {
  ports: BackendPorts;
  files: BackendFiles;
  binaries: Binaries;
  logs: string;
}

/** How each of the four is started, asked and ended. */
export const backendSpecs = ({ ports, files, binaries, logs }: BackendInput): ChildSpec[] =>
  (Object.entries(ownOf(ports, files)) as [BackendName, Own][]).map(([name, own]) => ({
    name,
    service: null,
    command: binaries[name].path,
    cwd: files.data[name],
    logFile: join(logs, `${name}.log`),
    stopTimeout: STOP_TIMEOUT,
    ...own,
    env: { PATH: process.env.PATH ?? '', ...own.env },
  }));

import { buildService } from './build.ts';
import { startOtlpSink } from './otlp-sink.ts';
import { startPostgres } from './postgres.ts';
import { type ServiceProcess, startProcess, TOKEN } from './process.ts';

export interface PlatformOptions {
  api?: Record<string, string>;
  inventory?: Record<string, string>;
}

/** PostgreSQL, an OTLP sink and one replica of each role, all real; everything ends with `stop`. */
export const startPlatform = async (options: PlatformOptions = {}) => {
  const undo: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const sink = await startOtlpSink();
    undo.push(sink.close);
    const built = await buildService();
    undo.push(built.remove);
    const postgres = await startPostgres();
    undo.push(postgres.stop);
    const start = async (role: string, more: Record<string, string> = {}): Promise<ServiceProcess> => {
      const running = await startProcess(built, {
        SERVICE_ROLE: role,
        SERVICE_INSTANCE_ID: `${role}-1`,
        DATABASE_URL: postgres.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...more,
      });
      undo.push(running.stop);
      return running;
    };
    // All at once on an empty database: the advisory lock must order them.
    const inventoryAndWorker = Promise.all([start('inventory', options.inventory), start('worker')]);
    const [inventory, worker] = await inventoryAndWorker;
    const api = await start('api', { INVENTORY_URL: inventory.url, LAB_PROFILE: '1', ...options.api });
    return { sink, built, postgres, start, api, inventory, worker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
export type Platform = Awaited<ReturnType<typeof startPlatform>>;

const admin = (replica: ServiceProcess, method: string, path: string, body?: unknown) =>
  fetch(`${replica.adminUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

/** Injects and returns the fault's id. */
export const inject = async (replica: ServiceProcess, body: Record<string, unknown>): Promise<string> => {
  const id = `f-${Math.random().toString(36).slice(2, 10)}`;
  const response = await admin(replica, 'POST', '/faults', { id, leaseSeconds: 60, ...body });
  if (response.status !== 201) throw new Error(`inject: ${response.status} ${await response.text()}`);
  return id;
};

export const clear = async (
  replica: ServiceProcess,
  id: string,
): Promise<{ eligible: number; hits: number }> => {
  const response = await admin(replica, 'DELETE', `/faults/${id}`);
  if (response.status !== 200) throw new Error(`clear: ${response.status} ${await response.text()}`);
  return (await response.json()) as { eligible: number; hits: number };
};

export const listFaults = async (replica: ServiceProcess): Promise<{ id: string }[]> =>
  ((await (await admin(replica, 'GET', '/faults')).json()) as { faults: { id: string }[] }).faults;

/** A W3C trace context of one's own. */
export const newTrace = () => {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  const traceId = hex(32);
  const spanId = hex(16);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
};

/** Sends a request under a trace of its own; the answer with its trace id and its seconds. */
export const request = async (url: string, init: RequestInit = {}) => {
  const own = newTrace();
  const start = performance.now();
  const response = await fetch(url, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), traceparent: own.traceparent },
  });
  const text = await response.text();
  return { ...own, status: response.status, text, seconds: (performance.now() - start) / 1000 };
};

export const order = (api: ServiceProcess, productId = 1) =>
  request(`${api.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ productId, quantity: 1 }),
  });

/** Asks again until `look` finds something; fails with `what` after a long time. */
export const eventually = async <T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> => {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`never seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

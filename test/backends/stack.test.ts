import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import axios from 'axios';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { BACKENDS } from '../../cli/stack/local/telemetry-plan.ts';
import type { Endpoints, StackStatus } from '../../cli/stack/stack.ts';
import { createGrafanaTelemetrySource } from '../../cli/telemetry/grafana/grafana-telemetry-source.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import { alive, eventually, type StateFile, User } from '../support/cli.ts';

const user = new User();
const startedAt = nowSeconds();
const window = () => ({ from: startedAt, to: nowSeconds() + 1 });
const status = () => user.json<StackStatus>(['status']);

const sourceOf = ({ backends }: Endpoints): TelemetrySource => {
  const { prometheus, loki, tempo } = backends!;
  // One question that hangs after a restart must not use up the time that all have.
  const limits = { timeoutSeconds: 5 };
  return createGrafanaTelemetrySource(
    { prometheus: { url: prometheus }, loki: { url: loki }, tempo: { url: tempo } },
    limits,
  );
};

/** One request through the gateway, as a client that traces would send it. */
const request = async (baseUrl: string): Promise<string> => {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  expect((await fetch(`${baseUrl}/products/1`, { headers: { traceparent } })).ok).toBe(true);
  return traceId;
};

const traceOf = async (source: TelemetrySource, traceId: string) =>
  (await source.traces([traceId])).value.get(traceId) ?? [];
const logsOf = async (source: TelemetrySource, traceId: string) =>
  (await source.logs(window(), { traceIds: [traceId], limit: 10 })).value;

const prometheusLabels = async (query: string): Promise<Record<string, string>[]> => {
  const { prometheus } = (await status()).endpoints!.backends!;
  const { data } = await axios.get(`${prometheus}/api/v1/query`, { params: { query }, proxy: false });
  return data.data.result.map(({ metric }: { metric: Record<string, string> }) => metric);
};

const listens = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.unref();
  });

const pidOf = (state: StateFile, name: string) => state.processes.find((child) => child.name === name)!.pid;

const nothingIsLeft = async (state: StateFile, addresses: string[]) => {
  expect(alive([...state.processes, { name: 'supervisor', ...state.supervisor }])).toEqual([]);
  expect(existsSync(state.temporary)).toBe(false);
  expect(existsSync(state.socket)).toBe(false);
  for (const address of addresses) expect(await listens(address), address).toBe(false);
};

const addressesOf = ({ components }: StackStatus): string[] =>
  components.flatMap(({ address }) => (address === null ? [] : [address]));

describe('a stack with the real back ends', () => {
  let up: StackStatus;
  let source: TelemetrySource;
  let traceId: string;

  beforeAll(async () => {
    // Nothing said: the back ends are installed, so they are what is started.
    const { code, stdout, stderr } = await user.run(['up', '--json'], { OBSCTL_TELEMETRY: '' });
    expect(code, stderr).toBe(0);
    up = JSON.parse(stdout) as StackStatus;
    source = sourceOf(up.endpoints!);
    traceId = await request(up.endpoints!.baseUrl);
  });
  afterAll(() => user.leave());

  test('status says which telemetry it is, what runs, and where', async () => {
    const { telemetry, components, endpoints, versions } = await status();
    expect(telemetry).toBe('grafana');
    expect(components.map(({ name, state }) => `${name} ${state}`)).toEqual(
      expect.arrayContaining(BACKENDS.map((name) => `${name} ready`)),
    );
    for (const name of BACKENDS) expect(versions[name]).toMatch(/^\d+\.\d+/);
    const text = (await user.run(['status'])).stdout;
    expect(text).toMatch(/telemetry +grafana/);
    for (const address of [...Object.values(endpoints!.backends!), endpoints!.otlpUrl])
      expect(text).toContain(address);
  });

  test("a request's trace, log line and exemplar are found", async () => {
    await eventually('trace and log line', async () => {
      const [spans, logs] = await Promise.all([traceOf(source, traceId), logsOf(source, traceId)]);
      return spans.some(({ service }) => service === 'api') && logs.some(({ service }) => service === 'api');
    });
    await eventually('an exemplar whose trace is there', async () => {
      const [exemplar] = (await source.exemplars(window())).value.filter(({ service }) => service === 'api');
      return exemplar !== undefined && (await traceOf(source, exemplar.traceId)).length > 0;
    });
  });

  test('every replica and the collector are scraped under their own names', async () => {
    const instances = up.replicas.map(({ service, instance }) => `${service} ${instance}`);
    const expected = [...instances, 'otelcol otelcol'].sort().join();
    let scraped: Record<string, string>[] = [];
    // On a busy machine a scrape may take longer than it is given.
    await eventually(`up are ${expected}`, async () => {
      scraped = await prometheusLabels('up == 1');
      const names = scraped
        .map(({ job, instance }) => `${job} ${instance}`)
        .sort()
        .join();
      return names === expected || names;
    });
    for (const { job, instance, service_name, service_instance_id } of scraped)
      expect([service_name, service_instance_id]).toEqual([job, instance]);
  });

  test('the Node runtime arrives by OTLP; requests and statements are counted once', async () => {
    await eventually('runtime metrics of every replica', async () => {
      const runtime = await prometheusLabels(
        '{__name__=~"nodejs_eventloop_delay_p99_seconds|v8js_memory_heap_used_bytes"}',
      );
      const names = new Set(
        runtime.map(({ __name__, service_instance_id }) => `${__name__} ${service_instance_id}`),
      );
      return names.size === 2 * up.replicas.length;
    });
    const counted = await prometheusLabels('count by (job) ({__name__=~"(http|db)_.+"})');
    expect(counted.map(({ job }) => job).sort()).toEqual(['api', 'inventory', 'worker']);
  });

  test('the supervisor has nothing of DuckDB loaded', () => {
    const maps = `/proc/${user.state().supervisor.pid}/maps`;
    if (existsSync(maps)) expect(readFileSync(maps, 'utf8')).not.toMatch(/duckdb/i);
  });

  test("k6's client spans stand above the service's in one trace", async () => {
    const { code, stderr } = await user.run(['load', 'smoke', '--duration', '3s']);
    expect(code, stderr).toBe(0);
    await eventually('a trace of k6 and api', async () => {
      const found = await source.searchTraces(window(), { service: 'k6', limit: 5 });
      return found.value.some(({ services }) => services.includes('k6') && services.includes('api'));
    });
  });

  test('a stack with other telemetry than asked for is in the way', async () => {
    const other = await user.run(['up', '--telemetry', 'embedded']);
    expect([other.code, other.stderr]).toEqual([
      9,
      expect.stringContaining('its telemetry is grafana, not embedded'),
    ]);
    const same = await user.run(['up'], { OBSCTL_TELEMETRY: '' });
    expect([same.code, same.stderr]).toEqual([0, expect.stringContaining('a stack was up already')]);
  });

  test.each(BACKENDS)('kill -9 of %s: it comes back with what it had, and that is noted', async (name) => {
    const before = pidOf(user.state(), name);
    process.kill(before, 'SIGKILL');
    await eventually(`${name} is back`, async () => {
      const { components, incidents } = await status();
      const { state, pid } = components.find((component) => component.name === name)!;
      const noted = incidents.some(({ instance, kind }) => instance === name && kind === 'exit');
      return state === 'ready' && pid !== before && noted;
    });
    await eventually('what was there before is there again', async () => {
      try {
        const [spans, logs] = await Promise.all([traceOf(source, traceId), logsOf(source, traceId)]);
        const seen = [spans, logs, (await source.red(window())).value].map(({ length }) => length);
        return seen.every((length) => length > 0) || seen;
      } catch (error) {
        return error;
      }
    });
    const later = await request(up.endpoints!.baseUrl);
    await eventually('a new request is seen', async () => {
      const [spans, logs] = await Promise.all([traceOf(source, later), logsOf(source, later)]);
      return spans.length > 0 && logs.length > 0;
    });
  });

  test('down leaves nothing, and does not take long', async () => {
    const state = user.state();
    const addresses = addressesOf(await status());
    expect((await user.run(['down'])).code).toBe(0);
    await nothingIsLeft(state, addresses);
  });

  test('kill -9 of the supervisor takes the back ends with it', async () => {
    const again = await user.json<StackStatus>(['up', '--telemetry', 'grafana']);
    const state = user.state();
    process.kill(state.supervisor.pid, 'SIGKILL');
    await eventually('all processes are gone', () => alive(state.processes).length === 0);
    await eventually('the temporary folder is gone', () => !existsSync(state.temporary));
    expect((await user.run(['down'])).code).toBe(0);
    await nothingIsLeft(state, addressesOf(again));
  });
});

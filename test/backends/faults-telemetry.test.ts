import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { pollUntil } from '../../cli/shared/retry.ts';
import { EDGE_SIGNALS, type EdgeSignal, edgeFile, writeEdge } from '../../cli/stack/local/collector-edge.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import { chaosDriverContract } from '../contract/chaos-driver.ts';
import { newTrace } from '../integration/service-support/platform.ts';
import { alive, eventually } from '../support/cli.ts';
import { DrivenStack } from '../support/driven-stack.ts';
import { everythingIn } from '../support/stack-view.ts';
import { telltalesIn } from '../support/telltales.ts';

/** Longest that telemetry may take to where it is asked for, seconds; what is not there then was lost. */
const ARRIVAL = 8;

let driven: DrivenStack;
let baseUrl: string;
let source: TelemetrySource;

beforeAll(async () => {
  driven = await DrivenStack.up('--telemetry', 'grafana');
  baseUrl = (await driven.stack.endpoints()).baseUrl;
  source = await driven.stack.telemetry();
});
afterAll(() => driven?.leave());
afterEach(async () => {
  await driven.driver.clearAll();
  await eventually('all is whole', () => driven.isWhole());
});

/** That many requests, one after the other; their trace ids. */
const requests = async (count: number, everyMs = 0): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const { traceId, traceparent } = newTrace();
    const { status } = await fetch(`${baseUrl}/products/${1 + (i % 20)}`, { headers: { traceparent } });
    expect(status).toBe(200);
    ids.push(traceId);
    if (everyMs > 0) await pause(everyMs);
  }
  return ids;
};

const window = () => ({ from: nowSeconds() - 120, to: nowSeconds() + 1 });

/** Of these, those of which a trace, and those of which a line has arrived. */
const tracesOf = async (ids: string[]): Promise<Set<string>> => {
  const missing = new Set((await source.missing(ids, undefined, window())).value);
  return new Set(ids.filter((id) => !missing.has(id)));
};
const linesOf = async (ids: string[]): Promise<Set<string>> =>
  new Set(
    (await source.logs(window(), { traceIds: ids, limit: 1_000 })).value.flatMap((log) => log.traceId ?? []),
  );
const arrived: Record<EdgeSignal, (ids: string[]) => Promise<Set<string>>> = {
  traces: tracesOf,
  logs: linesOf,
};

/** Of new requests nothing of the signal arrives, while all of the other one does. */
const isLost = (signal: EdgeSignal) => async (): Promise<boolean> => {
  const ids = await requests(5);
  const other = signal === 'logs' ? 'traces' : 'logs';
  await eventually(`all ${other} arrive`, async () => (await arrived[other](ids)).size === ids.length);
  const all = async () => (await arrived[signal](ids)).size === ids.length || undefined;
  return (await pollUntil(all, { timeout: ARRIVAL, every: 0.3 })) !== true;
};

for (const [fault, signal] of [
  ['log-loss', 'logs'],
  ['trace-loss', 'traces'],
] as const)
  chaosDriverContract({
    driver: () => driven.driver,
    injection: { fault, parameters: {}, target: { rate: 1, seed: 1 } },
    carriers: [signal],
    seen: isLost(signal),
    ...{ exclusive: true, counted: true },
  });

const inject = (fault: string, rate: number, leaseSeconds = 60) =>
  driven.driver.inject({ fault, parameters: {}, target: { rate, seed: 3 }, leaseSeconds });

const overlays = () =>
  EDGE_SIGNALS.map((signal) => readFileSync(edgeFile(driven.user.state().temporary, signal), 'utf8'));

/** Calls of api's server spans by span metrics. */
const calls = async (): Promise<number> => {
  const { prometheus } = (await driven.stack.endpoints()).backends!;
  const query =
    'sum(traces_span_metrics_calls_total{service_name="api",span_kind="SPAN_KIND_SERVER",http_route="/products/:id"})';
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
};

describe('a share', () => {
  test('of the spans leaves traces with holes, all lines, and span metrics that count every request', async () => {
    const before = overlays();
    const leases = await inject('trace-loss', 0.5);
    // Counters begin anew with the collector's configuration: the first request at each replica begins its series.
    await requests(6);
    await eventually('span metrics are there', async () => (await calls()) > 0);
    await pause(2_500);
    const first = await calls();
    const ids = await requests(40);
    await eventually('every request is counted', async () => (await calls()) === first + ids.length);
    await eventually('all lines arrive', async () => (await linesOf(ids)).size === ids.length);
    const spans = [...(await source.traces(ids, window())).value.values()].flat();
    const known = new Set(spans.map(({ spanId }) => spanId));
    const orphans = spans.filter(
      ({ parentSpanId, kind }) => parentSpanId && kind !== 'server' && !known.has(parentSpanId),
    );
    expect(orphans.length).toBeGreaterThan(5);
    await driven.driver.clear(leases);
    expect(overlays()).toEqual(before);
    const after = await requests(5);
    await eventually('traces are whole again', async () => (await tracesOf(after)).size === after.length);
  });

  test('of the lines leaves some requests without any, and others with all of theirs', async () => {
    const leases = await inject('log-loss', 0.5);
    const ids = await requests(60);
    await eventually('all traces arrive', async () => (await tracesOf(ids)).size === ids.length);
    await pause(3_000);
    const told = (await linesOf(ids)).size;
    // Half of them by chance: 6 to 54 of 60 is far beyond what chance allows for.
    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThan(55);
    await driven.driver.clear(leases);
  });
});

test('both at once are told apart, and each ends alone', async () => {
  const logs = await inject('log-loss', 1);
  const traces = await inject('trace-loss', 1);
  await driven.driver.clear(logs);
  expect(await isLost('traces')()).toBe(true);
  await driven.driver.clear(traces);
  expect(await driven.driver.verify(traces, 'gone')).toBe(true);
});

test('reading the configuration again loses nothing by itself', async () => {
  const load = requests(80, 50);
  for (let i = 0; i < 4; i++) {
    await pause(900);
    process.kill((await driven.component('otelcol')).pid!, 'SIGHUP');
  }
  const ids = await load;
  for (const signal of EDGE_SIGNALS)
    await eventually(`all ${signal} arrive`, async () => (await arrived[signal](ids)).size === ids.length);
});

test('neither the telemetry nor what the collector counts says what it is', async () => {
  const from = nowSeconds();
  const leases = await inject('trace-loss', 0.5);
  await requests(30, 50);
  await pause(2_000);
  const told = await everythingIn(source, { from, to: nowSeconds() });
  await driven.driver.clear(leases);
  expect(told.spans.length).toBeGreaterThan(0);
  expect([...new Map(telltalesIn(told).map((one) => [one.why, one])).values()]).toEqual([]);
});

describe('whatever dies, a lease ends', () => {
  const ended = async () => {
    await eventually('the lease has ended', async () => (await driven.driver.list()).length === 0, 30);
    await eventually('lines arrive again', async () => !(await isLost('logs')()));
  };

  test.each([
    ['the command', false],
    ['the command and the guard', true],
  ])('kill -9 of %s', async (_who, alsoGuard) => {
    const cli = driven.user.start(['chaos', 'log-loss', '--duration', '8s']);
    await eventually('it is on', async () => (await driven.driver.list()).length === 1);
    cli.kill('SIGKILL');
    if (alsoGuard) process.kill(driven.guard().pid, 'SIGKILL');
    await cli.outcome;
    await ended();
  });

  test('kill -9 of the guard alone: the next one sees it on, and ends it when it is told to', async () => {
    const leases = await inject('log-loss', 1);
    const before = driven.guard();
    process.kill(before.pid, 'SIGKILL');
    await eventually('there is another guard', () => driven.hasAnotherGuard(before));
    expect(await driven.driver.verify(leases, 'on')).toBe(true);
    expect(await isLost('logs')()).toBe(true);
    await driven.driver.clear(leases);
    await ended();
  });

  test('kill -9 of a guard between the overlay and the signal: the collector is told by the next', async () => {
    const leases = await inject('log-loss', 1);
    const before = driven.guard();
    process.kill(before.pid, 'SIGKILL');
    writeEdge(driven.user.state().temporary, 'logs');
    expect(await isLost('logs')()).toBe(true);
    await eventually('there is another guard', () => driven.hasAnotherGuard(before));
    await driven.driver.clear(leases);
    expect(await driven.driver.verify(leases, 'gone')).toBe(true);
    await ended();
  });

  test('kill -9 of the collector: it comes back with the loss, and the lease ends it', async () => {
    const leases = await inject('log-loss', 1);
    const { pid } = await driven.component('otelcol');
    process.kill(pid!, 'SIGKILL');
    const isBack = async () => {
      const now = await driven.component('otelcol');
      return now.state === 'ready' && now.pid !== pid;
    };
    await eventually('another one is ready', isBack);
    expect(await driven.driver.verify(leases, 'on')).toBe(true);
    expect(await isLost('logs')()).toBe(true);
    await driven.driver.clear(leases);
    await ended();
  });
});

test('kill -9 of the supervisor takes everything with it, a loss too', async () => {
  const other = await DrivenStack.up('--telemetry', 'grafana');
  try {
    const { processes, supervisor } = other.user.state();
    await other.driver.inject({
      ...{ fault: 'log-loss', parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds: 60 },
    });
    const all = [...processes, { name: 'guard', ...other.guard() }];
    process.kill(supervisor.pid, 'SIGKILL');
    await eventually('all are gone', () => alive(all).length === 0);
  } finally {
    await other.leave();
  }
});

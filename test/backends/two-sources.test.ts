import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { pollUntil } from '../../cli/shared/retry.ts';
import { startEmbeddedTelemetry } from '../../cli/telemetry/embedded/embedded-telemetry.ts';
import type { Answer, TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import type { Window } from '../../reports/record/common.ts';
import { alertSchema, type Log, type RedSeries, type Span } from '../../reports/record/evidence.ts';
import { MetricsTarget } from '../contract/metrics-target.ts';
import { requestsIn, sum } from '../contract/scene.ts';
import type { Request } from '../contract/traffic.ts';
import { sourceOf } from '../support/grafana-under-test.ts';
import { LiveTraffic } from '../support/live-traffic.ts';
import { RealBackends } from '../support/real-backends.ts';

/** Both sources asked about the same live traffic: what they answer must be the same, within what is stated here. */
const RATE_TOLERANCE = 0.05;
const ROUNDS = 14;
const PATIENCE = 40;

const folder = mkdtempSync(join(tmpdir(), 'obsctl-two-sources-'));
const targets = [new MetricsTarget('api-1'), new MetricsTarget('api-2')];
let backends: RealBackends;
let embedded: Awaited<ReturnType<typeof startEmbeddedTelemetry>>;
let sources: TelemetrySource[];
let requests: Request[];
let window: Window;

/** What each of the two answers, the embedded one first. */
const both = async <T>(ask: (source: TelemetrySource) => Promise<Answer<T>>): Promise<[T, T]> => {
  const [first, second] = await Promise.all(sources.map(ask));
  for (const { query } of [first!, second!]) expect(query.error).toBeNull();
  return [first!.value, second!.value];
};

const until = async (isTrue: (source: TelemetrySource) => Promise<boolean>): Promise<void> => {
  const seen = await pollUntil(
    async () => ((await Promise.all(sources.map(isTrue))).every(Boolean) ? true : undefined),
    { timeout: PATIENCE, every: 0.3 },
  );
  expect(seen, `visible within ${PATIENCE} s`).toBe(true);
};

beforeAll(async () => {
  await Promise.all(targets.map((target) => target.listen()));
  backends = await RealBackends.start();
  embedded = await startEmbeddedTelemetry({ file: join(folder, 'telemetry.duckdb'), targets: [] });
  sources = [embedded.source, sourceOf(backends.urls)];
  const addresses = targets.map(({ service, instance, url }) => ({ service, instance, url }));
  embedded.setTargets(addresses);
  backends.scrape(addresses);
  const from = nowSeconds() - 1;
  const wide = (): Window => ({ from, to: nowSeconds() + 2 });
  await until(async (source) => {
    const { value } = await source.runtime(wide());
    return (
      value.filter(({ name, service, points }) => name === 'up' && service === 'api' && points.length >= 2)
        .length === 2
    );
  });
  const traffic = new LiveTraffic(targets, [embedded.otlpUrl, backends.otlpUrl]);
  await traffic.run(ROUNDS);
  requests = traffic.requests;
  const ids = requests.map(({ traceId }) => traceId);
  await until(async (source) => {
    const missing = (await source.missing(ids, 'load', wide())).value.length;
    const lines = (await source.logs(wide(), { limit: 10_000 })).value.length;
    const failures = (await source.searchTraces(wide(), { error: true, limit: 1000 })).value.length;
    const served = requestsIn((await source.red(wide())).value);
    const failed = requests.filter(({ status }) => status >= 500).length;
    return missing === 0 && lines >= ids.length && failures >= failed && served >= ids.length;
  });
  window = wide();
}, 240_000);

afterAll(async () => {
  await embedded?.close();
  await backends?.stop();
  await Promise.all(targets.map((target) => target.close()));
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const failed = () => requests.filter(({ status }) => status >= 500);
const keyOf = ({ service, instance, route, method }: RedSeries): string =>
  JSON.stringify([service, instance, route, method]);

/** Index of the bucket in which the quantile lies, over all points. */
const bucketOf = ({ points, bounds }: RedSeries, quantile: number): number => {
  const counts = [...bounds, Number.POSITIVE_INFINITY].map((_, i) =>
    sum(points.map(({ buckets }) => buckets[i]!)),
  );
  const wanted = sum(counts) * quantile;
  let below = 0;
  return counts.findIndex((count) => {
    below += count;
    return below >= wanted;
  });
};

test('both are ready', async () => {
  for (const source of sources) expect(await source.ready()).toMatchObject({ ready: true });
});

test('red: rates within 5 %, quantiles within one bucket', async () => {
  const [ours, theirs] = await both((source) => source.red(window));
  const byKey = new Map(theirs.map((series) => [keyOf(series), series]));
  expect([...byKey.keys()].sort()).toEqual(ours.map(keyOf).sort());
  expect(ours.length).toBe(4);
  for (const one of ours) {
    const other = byKey.get(keyOf(one))!;
    const sent = requests.filter(({ instance, route }) => instance === one.instance && route === one.route);
    expect(other.bounds).toEqual(one.bounds);
    for (const count of ['requests', 'errors', 'durationSum'] as const) {
      const [a, b] = [one, other].map(({ points }) => sum(points.map((point) => point[count])));
      expect(Math.abs(a! - b!), `${keyOf(one)} ${count}`).toBeLessThanOrEqual(a! * RATE_TOLERANCE);
      if (count === 'requests') expect(b).toBe(sent.length);
    }
    for (const quantile of [0.5, 0.95, 0.99])
      expect(Math.abs(bucketOf(one, quantile) - bucketOf(other, quantile))).toBeLessThanOrEqual(1);
  }
});

test('runtime: the same series of the service, the same values', async () => {
  const [ours, theirs] = await both((source) => source.runtime(window));
  const lastOf = (list: typeof ours) =>
    list
      .filter(({ service }) => service === 'api')
      .map(({ name, unit, instance, points }) => [name, unit, instance, points.at(-1)![1]])
      .sort();
  expect(lastOf(theirs)).toEqual(lastOf(ours));
  expect(lastOf(ours).length).toBeGreaterThanOrEqual(6);
});

test('exemplars: each tells of its request what the request was, in both', async () => {
  const lists = await both((source) => source.exemplars(window));
  for (const list of lists) {
    expect(new Set(list.map(({ kind }) => kind))).toEqual(new Set(['duration', 'error']));
    for (const { traceId, service, instance, route, method, status, kind, value, spanId } of list) {
      const sent = requests.find((request) => request.traceId === traceId)!;
      expect({ service, instance, route, method, status, spanId }).toEqual({
        ...{ service: 'api', instance: sent.instance, route: sent.route, method: sent.method },
        ...{ status: sent.status, spanId: sent.spans[1]!.spanId },
      });
      expect(value).toBe(kind === 'error' ? 1 : sent.duration);
    }
  }
});

test('searchTraces: the same error traces, the same slow ones, the same summaries', async () => {
  const searches = [
    { error: true, limit: 1000 },
    { minDuration: 0.25, service: 'api', limit: 1000 },
    { error: false, limit: 30 },
    { service: 'api', limit: 40 },
    { service: 'nobody', limit: 10 },
  ];
  for (const search of searches) {
    const [ours, theirs] = await both((source) => source.searchTraces(window, search));
    const plain = (list: typeof ours) =>
      list
        .map(({ start, duration, ...rest }) => ({
          ...rest,
          start: start.toFixed(4),
          duration: duration.toFixed(4),
        }))
        .sort((a, b) => (a.traceId < b.traceId ? -1 : 1));
    expect(plain(theirs), JSON.stringify(search)).toEqual(plain(ours));
  }
  const [errors] = await both((source) => source.searchTraces(window, { error: true, limit: 1000 }));
  expect(errors.map(({ traceId }) => traceId).sort()).toEqual(
    failed()
      .map(({ traceId }) => traceId)
      .sort(),
  );
});

const plainSpan = ({ start, duration, events, ...rest }: Span) => ({
  ...rest,
  start: start.toFixed(5),
  duration: duration.toFixed(7),
  events: events.map(({ time, ...event }) => ({ ...event, time: time.toFixed(5) })),
});

test('traces: the same spans, in the same order', async () => {
  const ids = [...failed().slice(0, 20), ...requests.slice(0, 20)].map(({ traceId }) => traceId);
  const [ours, theirs] = await both((source) => source.traces([...ids, 'f'.repeat(32)], window));
  expect([...theirs.keys()].sort()).toEqual([...ours.keys()].sort());
  expect(ours.size).toBe(new Set(ids).size);
  for (const [traceId, spans] of ours)
    expect(theirs.get(traceId)!.map(plainSpan)).toEqual(spans.map(plainSpan));
});

test('missing: the same ids', async () => {
  const lost = Array.from({ length: 5 }, (_, i) => `${i + 1}`.repeat(32));
  const ids = [...requests.map(({ traceId }) => traceId), ...lost];
  const [ours, theirs] = await both((source) => source.missing(ids, 'load', window));
  expect([...theirs].sort()).toEqual([...ours].sort());
  expect(ours.length).toBe(5);
});

const plainLog = ({ time, ...rest }: Log) => ({ ...rest, time: time.toFixed(5) });

test('logs: the same lines for a trace id, and from a severity on', async () => {
  const [bad] = failed();
  const traceIds = [bad!.traceId, requests[0]!.traceId];
  for (const search of [
    { traceIds, limit: 100 },
    { minSeverity: 'warn' as const, limit: 1000 },
  ]) {
    const [ours, theirs] = await both((source) => source.logs(window, search));
    expect(theirs.map(plainLog)).toEqual(ours.map(plainLog));
    expect(ours.length).toBeGreaterThan(1);
  }
});

test('counts: every request, by metrics and by server spans', async () => {
  const [ours, theirs] = await both((source) => source.counts(window, 'api'));
  const sorted = (list: typeof ours) => [...list].sort((a, b) => (a.route < b.route ? -1 : 1));
  expect(sorted(theirs)).toEqual(sorted(ours));
  expect(sum(theirs.map(({ spans }) => spans!))).toBe(requests.length);
  expect(sum(theirs.map(({ metrics }) => metrics!))).toBe(requests.length);
});

test('alerts: a list, none of the embedded source, which evaluates no rules', async () => {
  const [ours, theirs] = await both((source) => source.alerts(window));
  expect(ours).toEqual([]);
  z.array(alertSchema).parse(theirs);
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nowSeconds, sleep } from '../../cli/shared/clock.ts';
import { pollUntil } from '../../cli/shared/retry.ts';
import { createBackendClient } from '../../cli/telemetry/grafana/http-client.ts';
import { type BackendAccess, DEFAULT_NAMES } from '../../cli/telemetry/grafana/options.ts';
import { createPrometheus } from '../../cli/telemetry/grafana/prometheus/prometheus.ts';
import { makeSelfSigned } from '../../cli/telemetry/grafana/self-signed.fixture.ts';
import type { Window } from '../../reports/record/common.ts';
import type { RedSeries } from '../../reports/record/evidence.ts';
import { MetricsTarget } from '../contract/metrics-target.ts';
import { requestsIn, sum } from '../contract/scene.ts';
import type { Request } from '../contract/traffic.ts';
import { OwnPrometheus } from '../support/own-prometheus.ts';

const ROUTES = Array.from({ length: 12 }, (_, i) => `/route/${i}`);
/** A window of an hour scraped each second is read at steps of that many seconds. */
const STEP = 6;
/** Less than all samples of the traffic together, more than those of ten seconds. */
const FEW_SAMPLES = 2500;

const target = new MetricsTarget('api-1');
const sent: Pick<Request, 'traceId' | 'route' | 'status' | 'duration'>[] = [];
let rich: OwnPrometheus;
let poor: OwnPrometheus;
let window: Window;

const clientOf = (access: BackendAccess) => createBackendClient('prometheus', access);
const partOf = (access: BackendAccess) => createPrometheus(clientOf(access), DEFAULT_NAMES);

const errorsIn = (series: RedSeries[]): number =>
  sum(series.flatMap(({ points }) => points.map(({ errors }) => errors)));

/** Some requests a second, each seventh failed, each of another route. */
const serve = async (seconds: number): Promise<void> => {
  const until = nowSeconds() + seconds;
  while (nowSeconds() < until) {
    const i = sent.length;
    const request = {
      ...{ traceId: randomBytes(16).toString('hex'), instance: 'api-1', method: 'GET' },
      ...{
        route: ROUTES[i % ROUTES.length]!,
        status: i % 7 === 6 ? 503 : 200,
        duration: 0.02 + (i % 5) / 10,
      },
    };
    const span = { spanId: randomBytes(8).toString('hex') };
    target.observe({ ...request, spans: [span, span], logs: [] } as unknown as Request);
    sent.push(request);
    await sleep(0.05);
  }
};

const pointsOf = async (access: BackendAccess, value: number, from: number): Promise<number> => {
  const { value: all } = await partOf(access).runtime({ from, to: nowSeconds() + 1 });
  const up = all.find(({ name }) => name === 'up')?.points ?? [];
  return up.filter(([, v]) => v === value).length;
};

/** Waits until both have scraped the target, or failed to, so often since now. */
const untilScraped = async (times: number, value = 1): Promise<void> => {
  const from = nowSeconds();
  for (const { access } of [rich, poor]) {
    const seen = await pollUntil(
      async () => ((await pointsOf(access, value, from)) >= times ? true : undefined),
      { timeout: 30, every: 0.3 },
    );
    expect(seen, `up ${value}`).toBe(true);
  }
};

const scrape = (): void => {
  for (const prometheus of [rich, poor]) prometheus.scrape(target);
};

beforeAll(async () => {
  await target.listen();
  [rich, poor] = await Promise.all([
    OwnPrometheus.start({ flags: ['--enable-feature=exemplar-storage'] }),
    OwnPrometheus.start({ flags: [`--query.max-samples=${FEW_SAMPLES}`], tls: makeSelfSigned() }),
  ]);
  scrape();
  await untilScraped(1);
  const from = nowSeconds() - 2;
  await serve(6);
  await untilScraped(2);
  await target.close();
  await serve(1);
  await untilScraped(2, 0);
  await target.listen();
  scrape();
  await untilScraped(2);
  target.restart(2000);
  await serve(6);
  await untilScraped(2);
  window = { from, to: nowSeconds() + 1 };
}, 240_000);

afterAll(async () => {
  await Promise.all([rich?.stop(), poor?.stop(), target.close()]);
}, 60_000);

describe('requests and failures are counted to the last one', () => {
  const check = (red: RedSeries[]): void => {
    expect(requestsIn(red)).toBe(sent.length);
    expect(errorsIn(red)).toBe(sent.filter(({ status }) => status === 503).length);
    expect(sum(red.flatMap(({ points }) => points.map(({ durationSum }) => durationSum)))).toBeCloseTo(
      sum(sent.map(({ duration }) => duration)),
    );
    for (const { points } of red)
      for (const { buckets, requests } of points) expect(sum(buckets)).toBe(requests);
  };

  test('over a restart and missed scrapes, which lengthen an interval', async () => {
    const { value } = await partOf(rich.access).red(window);
    check(value);
    expect(Math.max(...value.flatMap(({ points }) => points.map(({ seconds }) => seconds)))).toBeGreaterThan(
      2,
    );
  });

  test('in a window of an hour, read at steps', async () => {
    const { value, query } = await partOf(rich.access).red({
      from: window.to + STEP - 3600,
      to: window.to + STEP,
    });
    expect(query.text).toContain(` step ${STEP}`);
    expect(query.error).toBeNull();
    check(value);
  });

  test('where the back end gives few samples at once: the window is split', async () => {
    const client = clientOf(poor.access);
    const { value } = await createPrometheus(client, DEFAULT_NAMES).red(window);
    check(value);
    expect(client.requests).toBeGreaterThan(3);
  });

  test('by route and method', async () => {
    const { value } = await partOf(rich.access).counts(window, 'api');
    const expected = ROUTES.map((route) => [route, sent.filter((one) => one.route === route).length]);
    expect(value.map(({ route, metrics }) => [route, metrics]).sort()).toEqual(expected.sort());
  });
});

test('missed scrapes show, and the restart', async () => {
  const { value } = await partOf(rich.access).runtime(window);
  const valuesOf = (name: string) =>
    new Set(value.find((series) => series.name === name)!.points.map(([, v]) => v));
  expect(valuesOf('up')).toEqual(new Set([0, 1]));
  expect(valuesOf('process.start_time')).toEqual(new Set([1000, 2000]));
});

test('every exemplar names a request that was sent', async () => {
  const { value } = await partOf(rich.access).exemplars(window);
  expect(new Set(value.map(({ kind }) => kind))).toEqual(new Set(['duration', 'error']));
  for (const { traceId, route, status, kind, value: seconds } of value) {
    const request = sent.find((one) => one.traceId === traceId)!;
    expect({ route, status }).toEqual({ route: request.route, status: request.status });
    if (kind === 'duration') expect(seconds).toBe(request.duration);
  }
});

describe('what is not as it should be', () => {
  test('no exemplar storage is stated, and there are none', async () => {
    const part = partOf(poor.access);
    expect((await part.ready()).degraded.join()).toMatch(/stores no exemplars.*TraceQL/);
    expect((await part.exemplars(window)).value).toEqual([]);
    expect((await partOf(rich.access).ready()).degraded.join()).not.toMatch(/exemplars/);
  });

  test('a certificate of an authority that was not named', async () => {
    await expect(partOf({ url: poor.access.url }).ready()).rejects.toMatchObject({ code: 'BACKEND_TLS' });
    await expect(partOf({ url: poor.access.url.replace('https:', 'http:') }).ready()).rejects.toThrow(
      /HTTPS/,
    );
  });

  test('an address that is not Prometheus', async () => {
    await expect(partOf({ url: new URL(target.url).origin }).ready()).rejects.toMatchObject({
      code: 'BACKEND_UNKNOWN',
    });
  });
});

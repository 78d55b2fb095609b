import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { listScenarios } from '../../cli/load/catalogue.ts';
import { k6LoadDriver } from '../../cli/load/k6-load-driver.ts';
import type {
  LoadOptions,
  LoadProgress,
  LoadResult,
  LoadRun,
  ScenarioInfo,
} from '../../cli/load/load-driver.ts';
import type { FoundTool } from '../../cli/tools/tool.ts';
import { installTool } from '../../cli/tools/tools.ts';
import { clientSeriesSchema } from '../../reports/record/evidence.ts';
import { traceIdsOf } from '../../scenarios/lib/trace-ids.ts';
import { startOtlp, startShop } from './load-stubs.ts';

/** Real k6 and the real scenarios against a small shop on loopback. */

type Shop = Awaited<ReturnType<typeof startShop>>;
type Otlp = Awaited<ReturnType<typeof startOtlp>>;

let k6: FoundTool;
let directory: string;
const toClose: { close(): Promise<unknown> }[] = [];

const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
  const it = await opening;
  toClose.push(it);
  return it;
};

const start = (
  scenario: string,
  options: Partial<LoadOptions>,
  scenarios?: ScenarioInfo[],
): Promise<LoadRun> =>
  k6LoadDriver({ binary: async () => k6, scenarios }).start(scenario, {
    runId: 'run 1',
    baseUrl: 'http://127.0.0.1:1',
    seed: 11,
    duration: 2,
    directory,
    ...options,
  });

const script = async (text: string): Promise<ScenarioInfo[]> => {
  const file = join(directory, 'own.ts');
  await writeFile(file, text);
  return [{ ...listScenarios()[0]!, name: 'own', file }];
};

const sum = <T>(items: T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
const countBy = (keys: string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

beforeAll(async () => {
  k6 = await installTool('k6');
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'load-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(toClose.splice(0).map((each) => each.close()));
  await rm(directory, { recursive: true });
});

describe('retry-storm', () => {
  const RATE = 20;
  const SECONDS = 4;
  let shop: Shop;
  let otlp: Otlp;
  let result: LoadResult;
  const progress: LoadProgress[] = [];
  let files: boolean[];

  beforeAll(async () => {
    // Every third request is refused once, every fifth at each attempt.
    shop = await startShop((trace, attempt) =>
      trace % 5 === 0 || (trace % 3 === 0 && attempt === 1) ? 503 : null,
    );
    otlp = await startOtlp();
    const folder = await mkdtemp(join(tmpdir(), 'load-'));
    const run = await start('retry-storm', {
      baseUrl: shop.url,
      otlpUrl: otlp.url,
      rate: RATE,
      duration: SECONDS,
      directory: folder,
    });
    run.onProgress((each) => progress.push(each));
    result = await run.done;
    files = ['samples.json', 'summary.json', 'k6.log'].map((name) => existsSync(join(folder, name)));
    await rm(folder, { recursive: true });
  });
  afterAll(() => Promise.all([shop.close(), otlp.close()]));

  it('sends as many requests as the rate says, all of them counted', () => {
    expect(Math.abs(result.requests - RATE * SECONDS)).toBeLessThanOrEqual(1);
    expect(result.droppedIterations).toBe(0);
    expect(result.attempts).toBe(shop.calls.length);
    expect(result.unreadableSamples).toBe(0);
  });

  it('tells each whole second once while it goes on, as the series has it in the end', () => {
    const { overall } = result.series;
    const told = progress.flatMap(({ seconds }) => seconds).filter(({ t }) => t >= overall[0]!.t);
    expect(told).toEqual(overall.slice(0, told.length));
    expect(told.length).toBeGreaterThanOrEqual(SECONDS - 2);
  });

  it('keeps one trace through all attempts of a request, each with its own span', () => {
    const attempts = countBy(shop.calls.map(({ traceId }) => traceId));
    expect(attempts.size).toBe(result.requests);
    expect([...new Set(attempts.values())].sort()).toEqual([1, 2, 3]);
    expect(new Set(shop.calls.map(({ spanId }) => spanId)).size).toBe(shop.calls.length);
    for (const { traceparent, baggage } of shop.calls) {
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(baggage).toBe('obsctl.run.id=run%201');
    }
  });

  it('makes the ids from the run, the seed and the number of the request', () => {
    const expected = Array.from(
      { length: result.requests },
      (_, iteration) =>
        traceIdsOf({ runId: 'run 1', seed: 11, scenario: 'retry-storm', iteration, request: 0 }).traceId,
    );
    expect(result.traces.map(({ traceId }) => traceId).sort()).toEqual(expected.sort());
  });

  it('counts a request as failed when its last attempt failed', () => {
    const last = new Map(shop.calls.map(({ traceId, status }) => [traceId, status]));
    const failed = [...last].filter(([, status]) => status !== 201).map(([traceId]) => traceId);
    expect(failed.length).toBeGreaterThan(0);
    expect(result.failures).toBe(failed.length);
    expect(result.traces.flatMap((trace) => (trace.failed ? trace.traceId : [])).sort()).toEqual(
      failed.sort(),
    );
  });

  it("keeps k6's exit code, thresholds, summary and files", () => {
    expect(result.exitCode).toBe(99);
    expect(result.thresholds).toContainEqual({
      metric: 'logical_request_failed',
      expression: 'rate<0.05',
      ok: false,
    });
    expect(result.summary).toMatchObject({ metrics: { iterations: { count: result.requests } } });
    expect(files).toEqual([true, true, true]);
    expect(result.k6Version).toBe(k6.version);
  });

  it('gives the series of what the client saw', () => {
    const { overall, operations } = clientSeriesSchema.parse(result.series);
    expect(sum(overall, ({ requests }) => requests)).toBe(result.requests);
    expect(sum(overall, ({ failures }) => failures)).toBe(result.failures);
    expect(sum(overall, ({ attempts }) => attempts)).toBe(shop.calls.length);
    expect(sum(overall, (point) => point.requestAttempts)).toBe(shop.calls.length);
    for (const { histogram, requests } of overall)
      expect(sum(Object.values(histogram), Number)).toBe(requests);
    expect(result.traces.every(({ answered }) => answered)).toBe(true);
    expect(sum(overall, (point) => point.attemptFailures)).toBe(
      shop.calls.filter(({ status }) => status >= 500).length,
    );
    expect(operations).toEqual([{ operation: 'POST /orders', points: overall }]);
    expect(result.endedAt - result.startedAt).toBeGreaterThan(SECONDS / 2);
  });

  it('never has an answer before the shop gave it', () => {
    let seen = 0;
    for (const { t, attempts } of result.series.overall) {
      seen += attempts;
      expect(seen).toBeLessThanOrEqual(shop.calls.filter(({ answeredAt }) => answeredAt < t + 1).length);
    }
  });

  it('has the same attempts in a second as its spans', () => {
    const ends = otlp.spans
      .filter(({ parentSpanId }) => parentSpanId)
      .map((span) => span.endTimeUnixNano.slice(0, -9));
    const counts = countBy(ends);
    expect(result.series.overall.map(({ t, attempts }) => [t, attempts])).toEqual(
      result.series.overall.map(({ t }) => [t, counts.get(String(t)) ?? 0]),
    );
  });

  it('exports one root for each request and one client span for each attempt, with the ids the shop got', () => {
    const roots = otlp.spans.filter(({ parentSpanId }) => !parentSpanId);
    const attempts = otlp.spans.filter(({ parentSpanId }) => parentSpanId);
    expect(result.spans).toEqual({ exported: result.requests + result.attempts, lost: 0 });
    expect(roots.map(({ traceId }) => traceId).sort()).toEqual(
      result.traces.map(({ traceId }) => traceId).sort(),
    );
    const ids = (spans: { traceId: string; spanId: string }[]) =>
      spans.map((s) => `${s.traceId}-${s.spanId}`).sort();
    expect(ids(attempts)).toEqual(ids(shop.calls));
    for (const attempt of attempts) {
      expect(roots.find(({ spanId }) => spanId === attempt.parentSpanId)?.traceId).toBe(attempt.traceId);
    }
    expect(new Set(otlp.spans.map(({ kind }) => kind))).toEqual(new Set([1, 3]));
    expect(roots.filter(({ status }) => status.code === 2)).toHaveLength(result.failures);
    expect(otlp.resources[0]).toContainEqual({ key: 'service.name', value: { stringValue: 'k6' } });
  });

  it('tells its progress while it runs, and its totals at the end', () => {
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.slice(0, -1).some(({ requests }) => requests > 0)).toBe(true);
    expect(progress.at(-1)).toMatchObject({
      requests: result.requests,
      failures: result.failures,
      attempts: result.attempts,
    });
  });
});

describe('the other scenarios', () => {
  it('steady: every operation, each tried once', async () => {
    const shop = await opened(startShop((trace) => (trace % 10 === 0 ? 500 : null)));
    const result = await (await start('load-test', { baseUrl: shop.url, rate: 40, duration: 3 })).done;
    const operations = ['GET /orders/:id', 'GET /products', 'GET /products/:id', 'POST /orders'];
    expect(result.series.operations.map(({ operation }) => operation)).toEqual(operations);
    expect(result.attempts).toBe(result.requests);
    const seen = countBy(shop.calls.map(({ operation }) => operation));
    for (const { operation, points } of result.series.operations) {
      expect(sum(points, ({ requests }) => requests)).toBe(seen.get(operation));
    }
    expect(seen.get('GET /products/:id')).toBeGreaterThan(seen.get('POST /orders')!);
    expect(seen.get('POST /orders')).toBeGreaterThan(seen.get('GET /orders/:id')!);
    expect(new Set(shop.calls.map(({ traceId }) => traceId)).size).toBe(result.requests);
    // On average one request for each arrival of the rate, give or take what chance does to a hundred of them.
    expect(Math.abs(result.requests - 120)).toBeLessThan(20);
    expect(result.spans).toEqual({ exported: 0, lost: 0 });
  });

  it("smoke: passes on a healthy shop, whatever K6_ variables the user's shell holds", async () => {
    vi.stubEnv('K6_ITERATIONS', '1');
    const shop = await opened(startShop());
    const result = await (await start('smoke', { baseUrl: shop.url })).done;
    expect(result).toMatchObject({ exitCode: 0, failures: 0, attempts: shop.calls.length });
    expect(result.requests).toBeGreaterThan(4);
    expect(result.thresholds.every(({ ok }) => ok)).toBe(true);
    expect(result.series.operations).toHaveLength(4);
  });

  /** The options of a scenario as k6 reads them, run by hand with these settings. */
  const inspected = async ({ name, file }: ScenarioInfo, settings: string[] = []) => {
    const flags = ['inspect', '--include-system-env-vars=false', ...settings.flatMap((set) => ['-e', set])];
    const { stdout } = await execa(k6.path, [...flags, file]);
    const { scenarios } = JSON.parse(stdout);
    return { ...scenarios[name], stages: scenarios[name].stages ?? [] };
  };
  const secondsOf = (text: string): number => {
    const [, minutes = 0, seconds = 0] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(text)!;
    return Number(minutes) * 60 + Number(seconds);
  };

  /** The course of the rate where it is not constant, as multiples of it. */
  const TIMES: Record<string, number[]> = { spike: [1, 5, 1], stress: [1, 2, 3, 4, 5, 6, 7, 8] };

  it('have the defaults that the catalogue says', async () => {
    for (const scenario of listScenarios()) {
      const { name, model, defaults } = scenario;
      const { executor, stages, startRate, vus, duration } = await inspected(scenario);
      expect(executor).toBe(model === 'open' ? 'ramping-arrival-rate' : 'constant-vus');
      // An order that is looked at afterwards makes two requests of one iteration, a tenth of all requests.
      const requestsPerIteration = ['steady', 'spike', 'stress', 'soak'].includes(name) ? 1 / 0.9 : 1;
      const rates = [startRate, ...stages.map(({ target }: { target: number }) => target)].map(
        (perMinute) => (perMinute / 60) * requestsPerIteration,
      );
      const times = TIMES[name] ?? [1];
      const expected = [times[0]!, ...times.flatMap((each) => [each, each])];
      if (model === 'open')
        expected.forEach((each, i) => {
          expect(rates[i]).toBeCloseTo(each * defaults.rate!, 6);
        });
      if (model === 'open') expect(rates).toHaveLength(expected.length);
      expect(model === 'open' ? null : vus).toBe(defaults.vus);
      const lengths = stages.map((stage: { duration: string }) => secondsOf(stage.duration));
      expect(model === 'open' ? sum(lengths, Number) : secondsOf(duration)).toBe(defaults.duration);
    }
  });

  it('have users for the worst case of their highest rate, and never more than k6 bears', async () => {
    const named = (wanted: string) => listScenarios().find(({ name }) => name === wanted)!;
    // 20/s, five times that for a while, 2 s at most for each, and a fifth more.
    expect((await inspected(named('spike'))).preAllocatedVUs).toBe(20 * 5 * 2 * 1.2 + 1);
    const { preAllocatedVUs, maxVUs } = await inspected(named('stress'), ['RATE=2000']);
    expect([preAllocatedVUs, maxVUs]).toEqual([1000, 1000]);
  });

  it('of a changing rate keep its course within the duration that was asked for, ramp included', async () => {
    const scenario = listScenarios().find(({ name }) => name === 'spike')!;
    const { stages } = await inspected(scenario, ['RATE=9', 'RAMP=5', 'DURATION=30']);
    const told = stages.map((stage: { target: number; duration: string }) => [stage.target, stage.duration]);
    expect(told).toEqual([
      [486, '5s'],
      [486, '10s'],
      [2430, '0s'],
      [2430, '5s'],
      [486, '0s'],
      [486, '10s'],
    ]);
  });

  it('cache-stampede: nearly everybody wants the same', async () => {
    const shop = await opened(startShop());
    const result = await (await start('cache-stampede', { baseUrl: shop.url, rate: 50, duration: 2 })).done;
    const seen = countBy(shop.calls.map(({ operation }) => operation));
    expect([...seen.keys()].sort()).toEqual(['GET /bestsellers', 'GET /products/:id']);
    expect(seen.get('GET /bestsellers')).toBeGreaterThan(2 * seen.get('GET /products/:id')!);
    expect(result.failures).toBe(0);
  });

  it('of the open model can ramp up from a tenth of the rate, within their duration', async () => {
    const scenario = listScenarios().find(({ name }) => name === 'retry-storm')!;
    const { startRate, stages } = await inspected(scenario, ['RATE=10', 'RAMP=5', 'DURATION=30']);
    expect(startRate).toBe(60);
    expect(stages).toEqual([
      { target: 600, duration: '5s' },
      { target: 600, duration: '25s' },
    ]);
  });
});

describe('when things go wrong', () => {
  it('a shop that is not there: every request fails, and the spans say why', async () => {
    const otlp = await opened(startOtlp());
    const gone = await startShop();
    await gone.close();
    const result = await (await start('steady', { baseUrl: gone.url, otlpUrl: otlp.url, rate: 5 })).done;
    expect(result.exitCode).toBe(99);
    expect(result.requests).toBeGreaterThan(0);
    expect(result.failures).toBe(result.requests);
    expect(otlp.spans.every(({ status }) => status.message === 'dial: connection refused')).toBe(true);
    expect(result.traces.some(({ answered }) => answered)).toBe(false);
  });

  it('a shop that is too slow: attempts time out, and iterations without a user are dropped', async () => {
    const otlp = await opened(startOtlp());
    const shop = await opened(startShop(undefined, 4000));
    const options = { baseUrl: shop.url, otlpUrl: otlp.url, rate: 5, vus: 2 };
    const result = await (await start('steady', options)).done;
    expect(result.failures).toBe(result.requests);
    expect(otlp.spans[0]!.status.message).toBe('request timeout');
    expect(result.droppedIterations).toBeGreaterThan(0);
    const { metrics } = result.summary as { metrics: Record<string, { count: number }> };
    expect(result.droppedIterations).toBe(metrics.dropped_iterations!.count);
    expect(sum(result.series.overall, (point) => point.droppedIterations)).toBe(result.droppedIterations);
  });

  const firstRequests = (run: LoadRun): Promise<void> =>
    new Promise((resolve) => run.onProgress(({ requests }) => requests > 0 && resolve()));

  it('stop: k6 ends, and what there is comes out, also the requests that were cut off', async () => {
    const otlp = await opened(startOtlp());
    const shop = await opened(startShop(() => 503));
    const run = await start('retry-storm', { baseUrl: shop.url, otlpUrl: otlp.url, rate: 40, duration: 600 });
    await firstRequests(run);
    await run.stop();
    const result = await run.done;
    expect(result.exitCode).toBe(105);
    expect(result.requests).toBeGreaterThan(0);
    expect(result.summary).not.toBeNull();
    expect(() => process.kill(run.pid, 0)).toThrow('ESRCH');
    const roots = new Set(otlp.spans.filter(({ parentSpanId }) => !parentSpanId).map(({ spanId }) => spanId));
    for (const { parentSpanId } of otlp.spans) if (parentSpanId) expect(roots).toContain(parentSpanId);
  });

  it('k6 killed from outside: no exit code, and the series up to then', async () => {
    const shop = await opened(startShop());
    const run = await start('steady', { baseUrl: shop.url, rate: 20, duration: 600 });
    await firstRequests(run);
    process.kill(run.pid, 'SIGKILL');
    const result = await run.done;
    expect(result).toMatchObject({ exitCode: null, summary: null, thresholds: [] });
    expect(sum(result.series.overall, ({ requests }) => requests)).toBe(result.requests);
  });

  it('a script with an error: LOAD_FAILED with what k6 said', async () => {
    const scenarios = await script(`throw new Error('out of tea');\nexport default function () {}`);
    const run = await start('own', {}, scenarios);
    await expect(run.done).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: 'k6 ended with exit code 107 before the first request of "own".',
      details: [expect.stringContaining('out of tea')],
    });
  });

  it('a script that is not there, and a variable it refuses: LOAD_FAILED', async () => {
    const missing = [{ ...listScenarios()[0]!, name: 'missing', file: join(directory, 'missing.ts') }];
    await expect((await start('missing', {}, missing)).done).rejects.toMatchObject({ code: 'LOAD_FAILED' });
    await expect((await start('steady', { rate: -1 })).done).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      details: expect.arrayContaining([expect.stringContaining('RATE must be a number of at least 0.02')]),
    });
  });

  it('a script that aborts before its first request: LOAD_FAILED', async () => {
    const abort = `import exec from 'k6/execution';\nexport default function () { exec.test.abort('no'); }`;
    const run = await start('own', {}, await script(abort));
    await expect(run.done).rejects.toMatchObject({ message: expect.stringContaining('exit code 108') });
  });

  it('no binary: LOAD_FAILED at once, nothing left behind', async () => {
    const driver = k6LoadDriver({ binary: async () => ({ path: join(directory, 'k6'), version: '1.8.1' }) });
    const options = { runId: 'r', baseUrl: 'http://127.0.0.1:1', seed: 1, duration: 1, directory };
    await expect(driver.start('smoke', options)).rejects.toMatchObject({ code: 'LOAD_FAILED' });
    expect(await readFile(join(directory, 'k6.log'), 'utf8')).toBe('');
  });

  it('an unknown scenario: named, with the nearest', async () => {
    await expect(start('retry-strom', {})).rejects.toMatchObject({
      code: 'UNKNOWN_SCENARIO',
      details: [expect.stringContaining('retry-storm')],
    });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_NAMES } from '../options.ts';
import { type Labels, METRIC_NAME, type Sample, type Series } from './matrix.ts';
import { createPrometheus } from './prometheus.ts';
import { API_1, type Asked, asMatrix, fakeClient, series } from './series.fixture.ts';

const FROM = 1_795_370_000;
const SECONDS = 3000;
const WINDOW = { from: FROM, to: FROM + SECONDS };
const COUNT = 'http_server_request_duration_seconds_count';

const lastUpTo = (samples: Sample[], t: number): Sample[] => {
  const found = samples.filter(([at]) => at <= t && at > t - 5).at(-1);
  return found ? [[t, found[1]]] : [];
};

/** Answers as Prometheus would that has these samples, one a second; what is missing for five is stale. */
const having = (all: Series[], metric = COUNT) =>
  fakeClient(({ path, parameters }: Asked) => {
    if (path.endsWith('series')) return [series(metric, API_1, []).labels];
    const query = String(parameters.query);
    const [, instance] = /instance=~"([^"]*)"/.exec(query) ?? [];
    const wanted = instance === undefined ? null : instance.replaceAll('\\', '').split('|');
    const named = all.filter(
      ({ labels }) => query.includes(labels[METRIC_NAME]!) && (wanted?.includes(labels.instance!) ?? true),
    );
    if (!path.endsWith('query_range')) {
      const [to, ms] = [Number(parameters.time), Number(/\[(\d+)ms\]/.exec(query)![1])];
      const within = ([t]: Sample) => t > to - ms / 1000 && t <= to;
      return asMatrix(named.map((one) => ({ ...one, samples: one.samples.filter(within) })));
    }
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(parameters[name]));
    const grid = Array.from(
      { length: Math.floor((end! - start!) / step!) + 1 },
      (_, i) => start! + i * step!,
    );
    return asMatrix(
      named.map(({ labels, samples }) => ({ labels, samples: grid.flatMap((t) => lastUpTo(samples, t)) })),
    );
  });

/** A counter that grows by one a second, and begins anew at the given seconds. */
const counterOf = (begin: number, restarts: number[]): Series[] => {
  const all: Record<'up' | 'count' | 'start', Sample[]> = { up: [], count: [], start: [] };
  let [value, start] = [0, 1000];
  for (let i = begin; i < SECONDS; i++) {
    if (restarts.includes(i)) [value, start] = [0, start + 60];
    const t = FROM + 0.273 + i;
    all.up.push([t, 1]);
    all.start.push([t, start]);
    all.count.push([t, value]);
    value += 1;
  }
  return [
    series('up', API_1, all.up),
    series('process_start_time_seconds', API_1, all.start),
    series(COUNT, API_1, all.count),
  ];
};

test('a long window counts, at its steps, what one sees who reads every sample', async () => {
  const second = fc.integer({ min: 1, max: SECONDS - 50 });
  await fc.assert(
    fc.asyncProperty(fc.nat(500), fc.uniqueArray(second, { maxLength: 6 }), async (begin, seconds) => {
      const restarts = seconds.filter((at) => at > begin);
      const client = having(counterOf(begin, restarts));
      const { value, query } = await createPrometheus(client, DEFAULT_NAMES).red(WINDOW);
      const total = value.flatMap(({ points }) => points).reduce((sum, { requests }) => sum + requests, 0);
      const [, step] = / step (\d+)/.exec(query.text)!;
      const last = Math.floor((FROM + SECONDS - 1) / Number(step)) * Number(step);
      // One a second from the first scrape to the last before the last step, less one unseen at each restart.
      expect(total).toBe(last - 1 - FROM - begin - restarts.length);
    }),
    { numRuns: 8 },
  );
});

describe('in a long window in which a process began', () => {
  const CPU = 'process_cpu_seconds_total';
  const otherLabels = { ...API_1, instance: '127.0.0.1:2', service_instance_id: 'api-2' };

  /** CPU of exactly one core; two processes, of which the second restarts. */
  const cpuOf = (labels: Labels, restarts: number[]): Series[] =>
    counterOf(-700, restarts).map(({ labels: { [METRIC_NAME]: name }, samples }) =>
      series(name === COUNT ? CPU : name!, labels, samples),
    );
  const ask = async () => {
    const client = having([...cpuOf(API_1, []), ...cpuOf(otherLabels, [1500, 1504])], CPU);
    const { value } = await createPrometheus(client, DEFAULT_NAMES).runtime(WINDOW);
    return { value, client };
  };

  test('rates are of whole steps, also beside the samples that are read in full', async () => {
    const { value } = await ask();
    const rates = value.filter(
      ({ name, instance }) => name === 'process.cpu.utilization' && instance === 'api-1',
    );
    expect(rates.flatMap(({ points }) => points.map(([, rate]) => rate)).every((rate) => rate === 1)).toBe(
      true,
    );
    const [other] = value.filter(
      ({ name, instance }) => name === 'process.cpu.utilization' && instance === 'api-2',
    );
    expect(other!.points.every(([, rate]) => rate >= 0.5 && rate <= 1)).toBe(true);
  });

  test('only what began is read sample by sample', async () => {
    const { client } = await ask();
    const full = client.asked.filter(
      ({ path, parameters }) => path.endsWith('query') && String(parameters.query).includes(CPU),
    );
    expect(full.length).toBeGreaterThan(0);
    for (const { parameters } of full)
      expect(parameters.query).toContain('instance=~"127\\\\.0\\\\.0\\\\.1:2"');
  });
});

test('a store so large that only few steps are left says so', async () => {
  const client = fakeClient(({ path }) =>
    path.endsWith('series')
      ? Array.from({ length: 5000 }, (_, i) => series(COUNT, { ...API_1, http_route: `/${i}` }, []).labels)
      : asMatrix([]),
  );
  const { query } = await createPrometheus(client, DEFAULT_NAMES).red({ from: FROM, to: FROM + 7200 });
  expect(query.error).toMatch(/steps of \d+ s: what lasts less than \d+ s may not show/);
});

test('of what pushes a minute before the window is read, though something else is scraped', async () => {
  const client = having(counterOf(0, []));
  const window = { from: FROM + 100, to: FROM + 160 };
  await createPrometheus(client, DEFAULT_NAMES).red(window);
  const read = client.asked.filter(({ parameters }) => String(parameters.query).includes(`${COUNT}`));
  expect(read.map(({ parameters }) => parameters.query)).toEqual([expect.stringContaining('[120000ms]')]);
});

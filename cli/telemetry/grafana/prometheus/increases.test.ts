import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExposition } from '../../embedded/openmetrics.ts';
import { ScrapeState } from '../../embedded/scrape-state.ts';
import { increasesOf } from './increases.ts';
import { keyOf, METRIC_NAME, type Sample, type Series } from './matrix.ts';
import { API_1, everySecond, series } from './series.fixture.ts';
import { targetsOf } from './targets.ts';

/** As large as clock times are: what is added to or taken from them must not be lost in their last digit. */
const T0 = 1_795_375_143.273;
const atRealTimes = (values: (number | null)[]): Sample[] => everySecond(values, T0);

const total = (all: Series[], name: string): number =>
  targetsOf(all)
    .flatMap((target) => [...increasesOf(target)])
    .filter(([{ labels }]) => labels[METRIC_NAME] === name)
    .flatMap(([, increases]) => increases.map(({ increase }) => increase))
    .reduce((sum, increase) => sum + increase, 0);

const up = (values: (number | null)[]) => series('up', API_1, atRealTimes(values));

/** What happened between two scrapes: so many counted, then perhaps a restart and so many more; and whether the scrape worked. */
const step = fc.record({
  counted: fc.nat(20),
  restart: fc.option(fc.nat(20), { nil: null }),
  scraped: fc.boolean(),
});
const steps = fc.array(step, { minLength: 1, maxLength: 40 });

interface Told {
  samples: Sample[];
  starts: Sample[];
  ups: Sample[];
  /** What a reader of the scrapes can know: all but what was counted between a scrape and a restart after it. */
  knowable: number;
}

/** The scrapes of a process that lives through the steps. */
const told = (list: { counted: number; restart: number | null; scraped: boolean }[]): Told => {
  const all: Told = { samples: [], starts: [], ups: [], knowable: 0 };
  let [value, start, seen] = [5, 1000, 5];
  list.forEach(({ counted, restart, scraped }, i) => {
    value += counted;
    if (restart !== null) [value, start, seen] = [restart, start + 10, 0];
    const t = T0 + 1 + i;
    all.ups.push([t, scraped ? 1 : 0]);
    if (!scraped) return;
    all.samples.push([t, value]);
    all.starts.push([t, start]);
    all.knowable += value - seen;
    seen = value;
  });
  return {
    ...all,
    samples: [[T0, 5], ...all.samples],
    starts: [[T0, 1000], ...all.starts],
    ups: [[T0, 1], ...all.ups],
  };
};

describe('the sum of increases', () => {
  test('is the true increase, whatever restarts and missed scrapes there were', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { samples, starts, ups, knowable } = told(list);
        const all = [
          series('c_total', API_1, samples),
          series('process_start_time_seconds', API_1, starts),
          series('up', API_1, ups),
        ];
        expect(total(all, 'c_total')).toBe(knowable);
      }),
    );
  });

  test('without a start time misses no more than a restart that no counter shows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1 }), (values) => {
        const expected = values
          .slice(1)
          .reduce((sum, v, i) => sum + (v < values[i]! ? v : v - values[i]!), 0);
        expect(total([series('c_total', API_1, atRealTimes(values))], 'c_total')).toBe(expected);
      }),
    );
  });

  test('passes over what is no number', () => {
    const values = [5, Number.NaN, 8, Number.POSITIVE_INFINITY, 9];
    expect(total([series('c_total', API_1, atRealTimes(values))], 'c_total')).toBe(4);
  });

  test('the intervals add up to the time between the first and the last scrape that worked', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { samples, starts, ups } = told(list);
        const all = [
          series('c_total', API_1, samples),
          series('process_start_time_seconds', API_1, starts),
          series('up', API_1, ups),
        ];
        const [target] = targetsOf(all);
        const increases = [...increasesOf(target!)].find(
          ([{ labels }]) => labels[METRIC_NAME] === 'c_total',
        )![1];
        expect(increases.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(samples.at(-1)![0] - T0);
      }),
    );
  });
});

describe('a series seen first later', () => {
  const late = series('errors_total', { ...API_1, code: '500' }, atRealTimes([null, null, 2, 3]));

  test('began at zero after the scrape before, also where only `up` shows that one', () => {
    expect(total([late, up([1, 1, 1, 1])], 'errors_total')).toBe(3);
  });

  test('counts nothing in the first scrape of its target', () => {
    expect(total([late, up([null, null, 1, 1])], 'errors_total')).toBe(1);
    expect(total([late, up([0, 0, 1, 1])], 'errors_total')).toBe(1);
  });

  test('says over how long', () => {
    const [target] = targetsOf([late, up([1, 0, 1, 1])]);
    expect(increasesOf(target!).get(target!.series[0]!)).toEqual([
      { t: T0 + 2, seconds: 2, increase: 2 },
      { t: T0 + 3, seconds: 1, increase: 1 },
    ]);
  });
});

test('a start time that a process computes anew each time is no restart', () => {
  const starts = series('process_start_time_seconds', API_1, atRealTimes([1000, 1000.1, 999.95, 1000.2]));
  expect(total([series('c_total', API_1, atRealTimes([5, 6, 7, 8])), starts], 'c_total')).toBe(3);
});

test('equals what the embedded source makes of the same scrapes', () => {
  const scrape = fc.option(
    fc.record({
      start: fc.constantFrom(1000, 1000, 1000, 1010),
      values: fc.dictionary(fc.constantFrom('200', '404', '500'), fc.nat(9), { minKeys: 1 }),
    }),
    { nil: null },
  );
  fc.assert(
    fc.property(fc.array(scrape, { minLength: 2, maxLength: 20 }), fc.boolean(), (scrapes, showsStart) => {
      // Without a start time another counter's fall says nothing here: of a foreign target it may be a series that expired.
      const told = showsStart ? scrapes : scrapes.map((one) => (one ? onlyOne(one) : null));
      expect(fromPrometheus(told, showsStart)).toEqual(fromScraper(told, showsStart));
    }),
    { numRuns: 300 },
  );
});

type Scrape = { start: number; values: Record<string, number> } | null;

const onlyOne = ({ start, values }: { start: number; values: Record<string, number> }) => ({
  start,
  values: { 200: Object.values(values)[0]! },
});

const scraperTarget = { service: 'api', instance: 'api-1', url: '' };

/** Increases as `time code increase seconds`, of the embedded source's scraper. */
const fromScraper = (scrapes: Scrape[], showsStart: boolean): string[] => {
  let id = 0;
  const state = new ScrapeState(scraperTarget, () => ++id);
  const codes = new Map<number, string>();
  return scrapes
    .flatMap((scrape, i) => {
      if (scrape === null) return state.missed(T0 + i).samples;
      const lines = Object.entries(scrape.values).map(([code, v]) => `c_total{code="${code}"} ${v}`);
      const start = showsStart ? [`process_start_time_seconds ${scrape.start}`] : [];
      const rows = state.scraped(
        T0 + i,
        parseExposition(['# TYPE c counter', ...start, ...lines].join('\n')),
      );
      for (const { id: own, labels } of rows.series) if (labels.code) codes.set(own, labels.code);
      return rows.samples;
    })
    .flatMap(({ series: own, t, increase, seconds }) =>
      codes.has(own) && increase !== null
        ? [`${t} ${codes.get(own)} ${increase} ${seconds!.toFixed(3)}`]
        : [],
    )
    .sort();
};

const fromPrometheus = (scrapes: Scrape[], showsStart: boolean): string[] => {
  const byCode = new Map<string, Sample[]>();
  const starts: Sample[] = [];
  scrapes.forEach((scrape, i) => {
    for (const [code, value] of Object.entries(scrape?.values ?? {}))
      byCode.set(code, [...(byCode.get(code) ?? []), [T0 + i, value]]);
    if (scrape && showsStart) starts.push([T0 + i, scrape.start]);
  });
  const all = [...byCode].map(([code, samples]) => series('c_total', { ...API_1, code }, samples));
  if (starts.length > 0) all.push(series('process_start_time_seconds', API_1, starts));
  all.push(up(scrapes.map((scrape) => (scrape ? 1 : 0))));
  return targetsOf(all)
    .flatMap((target) => [...increasesOf(target)])
    .filter(([{ labels }]) => labels.code !== undefined)
    .flatMap(([{ labels }, increases]) =>
      increases.map(({ t, increase, seconds }) => `${t} ${labels.code} ${increase} ${seconds.toFixed(3)}`),
    )
    .sort();
};

test('the order of the series changes nothing', () => {
  const all = [
    series('c_total', { ...API_1, code: '200' }, atRealTimes([5, 3, 8])),
    series('c_total', { ...API_1, code: '500' }, atRealTimes([1, 2, 3])),
    up([1, 1, 1]),
  ];
  const texts = (some: Series[]) =>
    targetsOf(some)
      .flatMap((target) => [...increasesOf(target)])
      .map(([{ labels }, increases]) => JSON.stringify([keyOf(labels), increases]))
      .sort();
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: 3 }), (some) => {
      expect(texts(some)).toEqual(texts(all));
    }),
  );
});

describe('without a start time', () => {
  test('a gauge that falls is no restart', () => {
    const all = [
      series('process_cpu_time_seconds_total', API_1, atRealTimes([5000, 5001, 5002])),
      series('v8js_memory_heap_used_bytes', API_1, atRealTimes([50, 40, 60])),
      series('db_client_connection_count', API_1, atRealTimes([9, 3, 4])),
    ];
    expect(total(all, 'process_cpu_time_seconds_total')).toBe(2);
    expect(total([...all, up([1, 1, 1])], 'process_cpu_time_seconds_total')).toBe(2);
  });

  test('a series that expired and came back restarts no other', () => {
    const name = 'traces_spanmetrics_latency_count';
    const all = [
      series(name, { service: 'api', span_name: '/a' }, atRealTimes([1_000_000, 1_000_100, 1_000_200])),
      series(name, { service: 'cart', span_name: '/rare' }, atRealTimes([7, 7, 1])),
    ];
    expect(total(all, name)).toBe(201);
  });

  test('a histogram begins anew as one', () => {
    const all = [
      series('h_count', API_1, atRealTimes([10, 4])),
      series('h_bucket', { ...API_1, le: '0.1' }, atRealTimes([2, 3])),
      series('h_sum', API_1, atRealTimes([5, 6])),
    ];
    expect(['h_count', 'h_bucket', 'h_sum'].map((name) => total(all, name))).toEqual([4, 3, 6]);
  });
});

describe('what pushes, at times of its own for each series', () => {
  const at = (times: number[], values: number[]): Sample[] => times.map((t, i) => [T0 + t, values[i]!]);

  test('counts over the time since its own sample before', () => {
    const slow = series('a_total', API_1, at([0, 15, 30], [1000, 1150, 1300]));
    const [target] = targetsOf([series('b_total', API_1, at([0.001, 14.999, 29.999], [1, 2, 3])), slow]);
    expect(
      increasesOf(target!)
        .get(slow)!
        .map(({ seconds, increase }) => increase / seconds),
    ).toEqual([10, 10]);
  });

  test('what its first push shows is no increase, though others came before it', () => {
    const all = [
      series('a_total', API_1, at([0, 15, 30, 45], [5, 6, 7, 8])),
      series('b_total', { ...API_1, __metrics_gen_instance: 'b' }, at([10, 25, 40], [1000, 1001, 1002])),
    ];
    expect(total(all, 'b_total')).toBe(2);
  });

  test('a series that is new in the midst counts from zero', () => {
    const late = series('errors_total', API_1, at([45, 60], [3, 5]));
    const [target] = targetsOf([series('a_total', API_1, at([0, 15, 30, 45, 60], [1, 2, 3, 4, 5])), late]);
    expect(increasesOf(target!).get(late)).toEqual([
      { t: T0 + 45, seconds: 15, increase: 3 },
      { t: T0 + 60, seconds: 15, increase: 2 },
    ]);
  });
});

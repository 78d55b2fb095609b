import { describe, expect, test } from 'vitest';
import { parseExposition } from './openmetrics.ts';
import { ScrapeState } from './scrape-state.ts';

const target = { service: 'api', instance: 'api-1', url: 'http://127.0.0.1:1/metrics' };

/** A target whose scrapes are given as text, one second apart. */
const scrapes = (texts: (string | null)[]) => {
  let id = 0;
  const names = new Map<number, string>();
  const state = new ScrapeState(target, () => ++id);
  const rows = texts.map((text, index) =>
    text === null
      ? state.missed(100 + index)
      : state.scraped(100 + index, parseExposition(`# TYPE c counter\n${text}`)),
  );
  for (const { series } of rows)
    for (const row of series) names.set(row.id, row.metric + JSON.stringify(row.labels));
  const increases = (index: number) =>
    Object.fromEntries(
      rows[index]!.samples.filter((s) => s.increase !== null).map((s) => [names.get(s.series), s.increase]),
    );
  return { rows, increases, names };
};

describe('increases', () => {
  test('are the growth since the scrape before; the first scrape has none', () => {
    const { increases, rows } = scrapes(['c_total 5', 'c_total 8', 'c_total 8']);
    expect([0, 1, 2].map(increases)).toEqual([{}, { 'c_total{}': 3 }, { 'c_total{}': 0 }]);
    expect(rows[1]!.samples.find(({ increase }) => increase === 3)!.seconds).toBe(1);
  });

  test('a series that appears later began at zero', () => {
    const { increases } = scrapes(['c_total{code="200"} 5', 'c_total{code="200"} 5\nc_total{code="500"} 2']);
    expect(increases(1)).toEqual({ 'c_total{"code":"200"}': 0, 'c_total{"code":"500"}': 2 });
  });

  test('a counter that fell is a restart of the whole process, counted from zero', () => {
    const { increases } = scrapes([
      'c_total{a="1"} 5\nc_total{a="2"} 1',
      'c_total{a="1"} 2\nc_total{a="2"} 3',
    ]);
    expect(increases(1)).toEqual({ 'c_total{"a":"1"}': 2, 'c_total{"a":"2"}': 3 });
  });

  test('another start time is a restart, also where no counter fell', () => {
    const { increases } = scrapes([
      'process_start_time_seconds 10\nc_total 5',
      'process_start_time_seconds 12\nc_total 7',
    ]);
    expect(increases(1)).toEqual({ 'c_total{}': 7 });
  });

  test('with the same start time a counter that fell counts from zero alone', () => {
    const before = 'process_start_time_seconds 10\nc_total{a="1"} 5\nc_total{a="2"} 5';
    const { increases } = scrapes([
      before,
      'process_start_time_seconds 10\nc_total{a="1"} 1\nc_total{a="2"} 6',
    ]);
    expect(increases(1)).toEqual({ 'c_total{"a":"1"}': 1, 'c_total{"a":"2"}': 1 });
  });

  test('span a scrape that was missed, which shows as up 0', () => {
    const { increases, rows, names } = scrapes(['c_total 5', null, 'c_total 9']);
    expect(increases(2)).toEqual({ 'c_total{}': 4 });
    const up = rows.map(({ samples }) => samples.find(({ series }) => names.get(series) === 'up{}')!.value);
    expect(up).toEqual([1, 0, 1]);
    expect(rows[2]!.samples.find(({ increase }) => increase === 4)!.seconds).toBe(2);
  });

  test('gauges have none', () => {
    expect(scrapes(['queue_depth 5', 'queue_depth 3']).increases(1)).toEqual({});
  });
});

describe('exemplars', () => {
  const line = (trace: string, time: number) =>
    `# TYPE h histogram\nh_bucket{le="1"} 1 # {trace_id="${trace.repeat(32)}",span_id="${trace.repeat(16)}"} 0.5 ${time}`;

  test('come once for each (series, trace id, time), with the labels of their series', () => {
    const { rows } = scrapes([line('a', 1), line('a', 1), line('b', 2), line('b', 3)]);
    expect(rows.map(({ exemplars }) => exemplars.map(({ traceId, time }) => [traceId[0], time]))).toEqual([
      [['a', 1]],
      [],
      [['b', 2]],
      [['b', 3]],
    ]);
    expect(rows[0]!.exemplars[0]).toMatchObject({
      metric: 'h',
      spanId: 'a'.repeat(16),
      value: 0.5,
      ...{ service: 'api' },
    });
  });

  test('without a valid trace id are counted, not kept', () => {
    const state = new ScrapeState(target, () => 1);
    const { exemplars } = state.scraped(1, parseExposition('h_bucket{le="1"} 1 # {trace_id="nope"} 0.5'));
    expect([exemplars.length, state.left.exemplars]).toEqual([0, 1]);
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeSpan } from '../../fake-telemetry-source.fixture.ts';
import { parseExposition } from '../openmetrics.ts';
import { ScrapeState } from '../scrape-state.ts';
import { Store } from '../store.ts';
import { SAMPLES, SERIES, SPANS } from '../store-tables.ts';
import { countsQuery } from './counts.ts';

let store: Store;
beforeEach(async () => {
  store = await Store.open(':memory:');
});
afterEach(() => store.close());

const NAME = 'http_server_request_duration_seconds';

const exposition = (started: number, counts: [route: string, status: number, count: number][]) =>
  parseExposition(
    [
      `# TYPE ${NAME} histogram`,
      ...counts.flatMap(([route, status, count]) => {
        const labels = `http_route="${route}",http_request_method="GET",http_response_status_code="${status}"`;
        return [`${NAME}_bucket{${labels},le="+Inf"} ${count}`, `${NAME}_count{${labels}} ${count}`];
      }),
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${started}`,
      '# EOF',
      '',
    ].join('\n'),
  );

let ids = 0;
const scrapes = (service: string, instance: string) => {
  const state = new ScrapeState({ service, instance, url: 'http://127.0.0.1/metrics' }, () => ++ids);
  return (t: number, started: number, counts: [string, number, number][]) => {
    const rows = state.scraped(t, exposition(started, counts));
    store.put(SERIES, rows.series);
    store.put(SAMPLES, rows.samples);
  };
};

const served = (index: number, change = {}) =>
  fakeSpan(index, { start: 1000 + index, duration: 0.5, ...change });

const counts = async (from: number, to: number, service = 'api') => {
  await store.flush();
  return (await countsQuery({ from, to }, service).run(store)).value;
};

test('adds what each replica counted in the window, over status codes and restarts', async () => {
  const [one, two] = [scrapes('api', 'api-1'), scrapes('api', 'api-2')];
  one(1000, 1, [['/orders', 200, 100]]);
  one(1001, 1, [['/orders', 200, 110]]);
  one(1002, 900, [
    ['/orders', 200, 4],
    ['/orders', 503, 3],
  ]);
  one(1003, 900, [
    ['/orders', 200, 99],
    ['/orders', 503, 3],
  ]);
  two(1000, 1, [['/orders', 200, 7]]);
  two(1002, 1, [['/orders', 200, 12]]);
  scrapes('other', 'other-1')(1001, 1, [['/orders', 200, 50]]);
  expect(await counts(1000, 1003)).toEqual([{ route: '/orders', method: 'GET', metrics: 22, spans: 0 }]);
});

test('counts the server spans of the service that ended in the window, each once', async () => {
  const spans = [
    ...[0, 1, 2].map((i) => served(i)),
    served(1),
    served(1, { spanId: '2'.padStart(16, '0'), kind: 'client' }),
    served(1, { spanId: '3'.padStart(16, '0'), service: 'inventory' }),
    served(9),
    served(2, { spanId: '4'.padStart(16, '0'), attributes: { 'http.request.method': 'GET' } }),
  ];
  store.put(SPANS, spans);
  expect(await counts(1000.5, 1003)).toEqual([
    { route: '', method: 'GET', metrics: 0, spans: 1 },
    { route: '/orders', method: 'GET', metrics: 0, spans: 3 },
  ]);
});

test('a route that only one place shows was counted zero times at the other', async () => {
  const one = scrapes('api', 'api-1');
  one(1000, 1, [['/health', 200, 1]]);
  one(1001, 1, [['/health', 200, 3]]);
  store.put(SPANS, [served(0)]);
  expect(await counts(1000, 1002)).toEqual([
    { route: '/health', method: 'GET', metrics: 2, spans: 0 },
    { route: '/orders', method: 'GET', metrics: 0, spans: 1 },
  ]);
});

test('nothing of the service is no route', async () => {
  expect(await counts(0, 2000)).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { SentCount } from '../../load/load-driver.ts';
import type { ServedCount } from '../telemetry-source.ts';
import { type CrossCheckInput, crossCheckOf } from './cross-check.ts';
import { calledRoutes } from './routes.ts';

const sent = (operation: string, attempts: number, change: Partial<SentCount> = {}): SentCount => ({
  ...{ operation, attempts, unanswered: {}, badGateway: 0 },
  ...change,
});

const served = (name: string, metrics: number | null, spans: number | null): ServedCount => {
  const [method, route] = name.split(' ') as [string, string];
  return { route, method, metrics, spans };
};

const check = (change: Partial<CrossCheckInput>) =>
  crossCheckOf({
    ...{ window: { from: 1000, to: 1060 }, from: 1000, unreadableSamples: 0, entryService: 'api' },
    ...{ sent: [sent('GET /products/:id', 1000)], served: [], red: [], incidents: [], lostTraces: 0 },
    ...change,
  });

describe('counts that agree', () => {
  test('need no explanation, one request in a hundred more or less', () => {
    const result = check({ served: [served('GET /products/:id', 990, 1010)] });
    expect(result).toMatchObject({
      client: 1000,
      unanswered: 0,
      metrics: 990,
      spans: 1010,
      explanations: [],
    });
    expect(result.disagreement).toBeCloseTo(0.02);
    expect(result.unexplained).toBeCloseTo(0.01);
  });

  test('leave probes and what others call out, and say so', () => {
    const all = [
      served('GET /products/:id', 1000, 1000),
      served('GET /healthz', 120, 0),
      served('GET /admin', 7, 7),
    ];
    const { metrics, explanations } = check({ served: all });
    expect(metrics).toBe(1000);
    expect(explanations.join(' ')).toMatch(/Health checks.*GET \/healthz 120.*Others.*GET \/admin 7/);
  });
});

describe('counts that differ', () => {
  test('are explained by what the client knows, in order, and the rest is said', () => {
    const { disagreement, unanswered, unexplained, explanations } = check({
      sent: [
        sent('GET /products/:id', 1000, { unanswered: { 'timed out': 20, refused: 5 }, badGateway: 10 }),
      ],
      served: [served('GET /products/:id', 950, 990)],
    });
    expect([disagreement, unanswered, unexplained]).toEqual([0.05, 25, 0.015]);
    expect(explanations).toEqual([
      'The counters of api counted 950 requests, 50 fewer than the 1000 the client sent (5.0 %).',
      expect.stringMatching(/^10 of these 50 can be the 10 requests that were answered with 502, 503 or 504/),
      expect.stringMatching(/^25 of these 50 can be the 25 .*20 timed out, 5 were refused a connection/),
      '15 of these 50 are not explained by anything that was counted.',
    ]);
  });

  test('a cause never accounts for more than differs', () => {
    const { explanations } = check({
      sent: [sent('GET /products/:id', 1000, { unanswered: { 'timed out': 400 } })],
      served: [served('GET /products/:id', 970, 1000)],
    });
    expect(explanations[1]).toMatch(/^30 of these 30 can be among the 400 /);
    expect(explanations).toHaveLength(2);
  });

  test('lost spans explain the spans, not the counters', () => {
    const { explanations } = check({ served: [served('GET /products/:id', 1000, 700)], lostTraces: 290 });
    expect(explanations).toEqual([
      expect.stringMatching(/^The server spans of api counted 700 requests, 300 fewer/),
      expect.stringMatching(/^290 of these 300 .*lost on the way/),
      '10 of these 300 are not explained by anything that was counted.',
    ]);
  });

  test('a replica that ended took with it what it served since its last scrape', () => {
    const points = [1, 2, 3, 4, 5].map((i) => ({
      t: 1000 + i,
      seconds: 1,
      requests: 40,
      errors: 0,
      durationSum: 0,
      buckets: [],
    }));
    const { explanations } = check({
      served: [served('GET /products/:id', 970, 1000)],
      red: [{ service: 'api', instance: 'api-1', route: '/products/:id', method: 'GET', bounds: [], points }],
      incidents: [
        { time: 1005.5, service: 'api', instance: 'api-1', kind: 'exit', detail: '' },
        { time: 1005.5, service: 'worker', instance: 'worker-1', kind: 'exit', detail: '' },
      ],
    });
    expect(explanations[1]).toMatch(/^20 of these 30 .*api-1 served after the last scrape/);
  });

  test('more than the client sent is said too', () => {
    const { explanations } = check({
      served: [served('GET /products/:id', 1100, 1000)],
      unreadableSamples: 40,
    });
    expect(explanations).toEqual([
      'The counters of api counted 1100 requests, 100 more than the 1000 the client sent (10.0 %).',
      expect.stringMatching(/^40 of these 100 .*40 lines of its samples could not be read/),
      '60 of these 100 are not explained by anything that was counted.',
    ]);
  });
});

describe('a 502, 503 or 504', () => {
  const answered = [sent('GET /products/:id', 1000, { badGateway: 200 })];

  test('that the service served by its spans does not excuse its counters', () => {
    const { unexplained, explanations } = check({
      sent: answered,
      served: [served('GET /products/:id', 800, 1000)],
    });
    expect(unexplained).toBe(0.2);
    expect(explanations[1]).toBe('200 of these 200 are not explained by anything that was counted.');
  });

  test('that neither place shows can be a gateway’s', () => {
    const { unexplained } = check({ sent: answered, served: [served('GET /products/:id', 800, 800)] });
    expect(unexplained).toBe(0);
  });
});

test('an answer that shows nothing is a count of zero', () => {
  const result = check({ served: [] });
  expect(result).toMatchObject({ metrics: 0, spans: 0, disagreement: 1, unexplained: 1 });
  expect(check({ served: [served('GET /products/:id', 1000, 0)] })).toMatchObject({
    spans: 0,
    unexplained: 1,
  });
});

test('what cannot be counted is not compared', () => {
  const result = check({ served: [served('GET /products/:id', 1000, null)] });
  expect(result).toMatchObject({ metrics: 1000, spans: null, disagreement: 0 });
  expect(result.explanations).toEqual([expect.stringMatching(/^The server spans of api could not be asked/)]);
  const unasked = check({ served: null });
  expect(unasked).toMatchObject({ metrics: null, spans: null, disagreement: null, unexplained: null });
});

test('operations that name no route are compared with all routes but probes', () => {
  const { metrics, explanations } = check({
    sent: [sent('browse', 300)],
    served: [served('GET /a', 100, 100), served('POST /b', 200, 200), served('GET /metrics', 60, 0)],
  });
  expect(metrics).toBe(300);
  expect(explanations[0]).toMatch(/^No route of the service fits browse/);
});

test('a path is matched to its template, the most exact one first', () => {
  const routes = ['/orders/:id', '/orders/last', '/orders'].map((route) => ({ route, method: 'GET' }));
  const matched = (operation: string) =>
    [...calledRoutes([operation], routes).called].map(({ route }) => route);
  expect(matched('GET /orders/last')).toEqual(['/orders/last']);
  expect(matched('GET /orders/:id')).toEqual(['/orders/:id']);
  expect(matched('GET /orders/77?x=1')).toEqual(['/orders/:id']);
  expect(matched('POST /orders')).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { analyse, findSpikeWindows } from '../../reports/analysis/index.ts';
import { type ClientPoint, evidenceSchema } from '../../reports/record/evidence.ts';
import { FOREIGN_BOUNDS } from './collect/options.ts';
import { type CollectOptions, collectEvidence } from './collect.ts';
import { answer, fakeExemplar, fakeSource, fakeSpan, fakeTraceId } from './fake-telemetry-source.fixture.ts';
import type { TelemetrySource } from './telemetry-source.ts';

const STEADY = { name: 'steady' as const, from: 1000, to: 1030 };
const FAULT = { name: 'fault' as const, from: 1030, to: 1060 };

const clientPoint = (t: number): ClientPoint => ({
  ...{ t, seconds: 1, requests: 20, failures: t >= FAULT.from ? 10 : 0, attempts: 20 },
  ...{ requestAttempts: 20, histogram: {} },
  ...{ attemptFailures: 0, p50: 0.05, p95: 0.1, p99: 0.1, droppedIterations: 0 },
});

/** A run whose client saw half of its requests fail in the fault phase. */
const options = (change: Partial<CollectOptions> = {}): CollectOptions => ({
  window: { from: 1000, to: 1060 },
  phases: [STEADY, FAULT],
  client: { overall: Array.from({ length: 60 }, (_, i) => clientPoint(1000 + i)), operations: [] },
  clientTraces: [1, 2, 3].map((i) => ({
    traceId: fakeTraceId(i),
    end: 1000 + i,
    failed: false,
    answered: true,
  })),
  load: null,
  incidents: [],
  entryService: 'api',
  clientService: 'load',
  droppedIterations: 2,
  ingestionLagSeconds: { trace: 0.5, log: null, metric: 1 },
  ...change,
});

const spanOf = (index: number) =>
  fakeSpan(index, {
    status: 'error',
    attributes: { 'http.route': '/orders', 'http.response.status_code': 503 },
  });

/** Knows the traces 1 to 60: those from 30 on failed; 90 and up never arrived. */
const knowing = (parts: Partial<TelemetrySource> = {}) =>
  fakeSource({
    exemplars: async () =>
      answer([fakeExemplar(5), fakeExemplar(40, { status: 503 }), fakeExemplar(95, { time: 1040 })]),
    missing: async (ids) => answer(ids.filter((id) => Number.parseInt(id, 16) >= 90)),
    searchTraces: async (_window, { error }) =>
      answer(
        (error ? [40, 41, 42] : [6, 7]).map((i) => ({
          ...{ traceId: fakeTraceId(i), rootService: 'load', rootName: 'x', start: 1000 + i },
          ...{ duration: 1, spans: 1, errors: 0, services: ['api'] },
        })),
      ),
    traces: async (ids) => answer(new Map(ids.map((id) => [id, [spanOf(Number.parseInt(id, 16))]]))),
    ...parts,
  });

describe('evidence', () => {
  test('is valid, and holds the traces of the spike and of the steady phase, each with its reason', async () => {
    const evidence = await collectEvidence(knowing(), options());
    evidenceSchema.parse(evidence);
    const reasons = Object.fromEntries(
      evidence.traces.map(({ traceId, reason }) => [Number.parseInt(traceId, 16), reason]),
    );
    expect(reasons).toEqual({ 40: 'exemplar', 41: 'search', 42: 'search', 6: 'steady', 7: 'steady' });
  });

  test('a search fills in exemplars that no metric named', async () => {
    const { exemplars } = await collectEvidence(knowing(), options());
    const filledIn = exemplars.filter(({ origin }) => origin === 'trace-search');
    expect(filledIn.map(({ traceId }) => Number.parseInt(traceId, 16))).toEqual([40, 41, 42]);
    expect(filledIn[1]).toMatchObject({
      kind: 'error',
      value: 1,
      status: 503,
      route: '/orders',
      service: 'api',
      time: 1041.1,
    });
  });

  test('counts every exemplar of the metrics and every client trace, also those whose trace is not kept', async () => {
    const sent = [1, 2, 96].map((i) => ({
      traceId: fakeTraceId(i),
      end: 1001,
      failed: false,
      answered: true,
    }));
    const { completeness } = await collectEvidence(knowing(), options({ clientTraces: sent }));
    expect(completeness).toMatchObject({
      exemplars: { collected: 3, resolved: 2, unresolved: 1 },
      clientTraces: { sent: 3, arrived: 2, missing: 1 },
      traces: { fetched: 5, complete: 5, partial: 0 },
      droppedIterations: 2,
      failedQueries: 0,
    });
  });

  test('sets what the client sent beside what was served from its first request on', async () => {
    const asked: unknown[] = [];
    const counts: TelemetrySource['counts'] = async (window, service) => {
      asked.push(window, service);
      return answer([{ route: '/orders', method: 'GET', metrics: 10, spans: 9 }]);
    };
    const sent = [{ operation: 'GET /orders', attempts: 10, unanswered: {}, badGateway: 0 }];
    const traces = [1, 96].map((i) => ({
      traceId: fakeTraceId(i),
      end: 1001,
      failed: false,
      answered: true,
    }));
    const load = { from: 1002.5, sent, unreadableSamples: 0 };
    const { completeness } = await collectEvidence(
      knowing({ counts }),
      options({ load, clientTraces: traces }),
    );
    expect(asked).toEqual([{ from: 1002.5, to: 1060 }, 'api']);
    expect(completeness.crossCheck).toMatchObject({ client: 10, metrics: 10, spans: 9, disagreement: 0.1 });
    expect(completeness.crossCheck!.explanations[1]).toMatch(
      /^1 of these 1 .* of whose trace nothing arrived/,
    );
  });

  test('follows no request to the stores that a gateway may have answered by itself', async () => {
    const traces = [1, 2].map((i) => ({
      ...{ traceId: fakeTraceId(i), end: 1000 + i, failed: i === 2, answered: true, byGateway: i === 2 },
    }));
    const { completeness } = await collectEvidence(knowing(), options({ clientTraces: traces }));
    expect(completeness.arrivals.map(({ time }) => time)).toEqual([1001]);
  });

  test('never chooses a trace that is not there', async () => {
    const asked: string[] = [];
    const traces: TelemetrySource['traces'] = async (ids) => {
      asked.push(...ids);
      return answer(new Map());
    };
    await collectEvidence(knowing({ traces }), options());
    expect(asked).not.toContain(fakeTraceId(95));
  });

  test('a trace without a parent is partial', async () => {
    const orphan = fakeSpan(40, { parentSpanId: '9'.padStart(16, '0') });
    const { completeness } = await collectEvidence(
      knowing({ traces: async (ids) => answer(new Map([[ids[0]!, [orphan]]])) }),
      options(),
    );
    expect(completeness.traces).toEqual({ fetched: 1, complete: 0, partial: 1 });
  });

  test('a line of a chosen trace that is also a warning is kept once', async () => {
    const line = {
      ...{ time: 1040, service: 'api', instance: 'api-1', severity: 'warn' as const, body: 'late' },
    };
    const log = { ...line, traceId: fakeTraceId(40), spanId: null, attributes: {} };
    const { logs, completeness } = await collectEvidence(
      knowing({ logs: async () => answer([log]) }),
      options(),
    );
    expect(logs).toEqual([log]);
    expect(completeness.logs).toEqual({ collected: 1, withTraceId: 1 });
  });
});

describe('a system of somebody’s', () => {
  /** An hour in steps of 15 s, a burst of failures every two minutes of its second half. */
  const hour = { from: 0, to: 7200 };
  const red = {
    ...{ service: 'api', instance: 'api-1', route: '/orders', method: 'GET', bounds: [1] },
    points: Array.from({ length: 480 }, (_, i) => {
      const errors = i >= 240 && i % 16 < 2 ? 40 : 0;
      return { t: (i + 1) * 15, seconds: 15, requests: 200, errors, durationSum: 1, buckets: [200, 0] };
    }),
  };
  const failures = red.points.filter(({ errors }) => errors > 0);

  test('is asked for a bounded number of traces, however many failed', async () => {
    const asked = { searchTraces: 0, traces: 0, missing: 0, logs: 0 };
    const source = fakeSource({
      red: async () => answer([red]),
      exemplars: async () =>
        answer(
          Array.from({ length: 1000 }, (_, i) =>
            fakeExemplar(i, { time: failures[i % failures.length]!.t, status: 503 }),
          ),
        ),
      searchTraces: async (_window, { limit }) => {
        asked.searchTraces++;
        return answer(
          Array.from({ length: limit }, (_, i) => ({
            ...{
              traceId: fakeTraceId(asked.searchTraces * 1000 + i),
              rootService: 'api',
              rootName: 'x',
              start: 1,
            },
            ...{ duration: 1, spans: 1, errors: 1, services: ['api'] },
          })),
        );
      },
      traces: async (ids) => {
        asked.traces += ids.length;
        return answer(new Map(ids.map((id) => [id, [spanOf(Number.parseInt(id, 16))]])));
      },
      missing: async (ids) => {
        asked.missing += ids.length;
        return answer([]);
      },
      logs: async () => {
        asked.logs++;
        return answer([]);
      },
    });
    const phases = [
      { name: 'steady' as const, from: 0, to: 3600 },
      { name: 'fault' as const, from: 3600, to: 7200 },
    ];
    const foreign = { client: null, clientTraces: [], clientService: '', bounds: FOREIGN_BOUNDS };
    const { completeness } = await collectEvidence(source, options({ ...foreign, window: hour, phases }));
    expect(
      findSpikeWindows({ phases, client: null, red: [red], runtime: [], entryService: 'api' }).length,
    ).toBeGreaterThan(12);
    expect(asked).toEqual({ searchTraces: 12 + 6, traces: 70 + 24, missing: 0, logs: 3 });
    expect(completeness.exemplars).toEqual({ collected: 1000, resolved: expect.any(Number), unresolved: 0 });
    expect(completeness.exemplars.resolved).toBeLessThanOrEqual(70);
  });
});

describe('a source that fails', () => {
  const broken = async () => {
    throw new Error('no answer');
  };

  test('in some questions leaves a gap that is counted, with what was not answered as not known', async () => {
    const source = knowing({ runtime: broken, missing: broken, logs: broken });
    const { completeness, queries, runtime } = await collectEvidence(source, options());
    expect(runtime).toEqual([]);
    expect(completeness.failedQueries).toBe(5);
    expect(queries.filter(({ error }) => error === 'no answer').map(({ method }) => method)).toEqual([
      'runtime',
      'missing',
      'logs',
      'logs',
      'logs',
    ]);
    expect(completeness.clientTraces).toEqual({ sent: 3, arrived: 0, missing: 0 });
    expect(completeness.exemplars).toEqual({ collected: 3, resolved: 0, unresolved: 0 });
  });

  test('reports nothing as lost that could not be asked', async () => {
    const load = { from: 1000, sent: [], unreadableSamples: 0 };
    const clientTraces = Array.from({ length: 40 }, (_, i) => ({
      ...{ traceId: fakeTraceId(i), end: 1001 + i, failed: false, answered: true },
    }));
    const source = knowing({ traces: broken, missing: broken, logs: broken, counts: broken });
    const evidence = await collectEvidence(source, options({ clientTraces, load }));
    const { arrivals, crossCheck } = evidence.completeness;
    expect(arrivals).toHaveLength(40);
    for (const arrival of arrivals) expect(arrival).toMatchObject({ spans: null, lines: null });
    expect(crossCheck).toMatchObject({ metrics: null, spans: null });
    expect(analyse(evidence).telemetryLoss).toEqual([]);
  });

  test('in part tells of what it answered', async () => {
    const clientTraces = [1, 2].map((i) => ({
      ...{ traceId: fakeTraceId(i), end: 1000 + i, failed: false, answered: true },
    }));
    const half = <T>(value: T) => {
      const whole = answer(value);
      return { ...whole, query: { ...whole.query, error: 'one unread' } };
    };
    const source = knowing({
      missing: async () => half([fakeTraceId(2)]),
      traces: async () => half(new Map([[fakeTraceId(1), [spanOf(1)]]])),
    });
    const { completeness } = await collectEvidence(source, options({ clientTraces }));
    expect(completeness.clientTraces).toEqual({ sent: 2, arrived: 1, missing: 0 });
    expect(completeness.arrivals.map(({ spans }) => spans)).toEqual([1, null]);
  });

  test('as a whole throws', async () => {
    await expect(collectEvidence(fakeSource({ ready: broken }), options())).rejects.toMatchObject({
      code: 'TELEMETRY_UNAVAILABLE',
    });
  });
});

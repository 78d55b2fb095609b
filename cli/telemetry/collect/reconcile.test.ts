import { describe, expect, test } from 'vitest';
import type { Arrival } from '../../../reports/record/completeness.ts';
import type { Log, Trace } from '../../../reports/record/evidence.ts';
import { answer, fakeLog, fakeSource, fakeSpan, fakeTraceId } from '../fake-telemetry-source.fixture.ts';
import type { CollectOptions } from './options.ts';
import { Questions } from './questions.ts';
import { reconcile } from './reconcile.ts';

const CLIENT = { client: { overall: [], operations: [] }, clientService: 'load' };
const options = (change: Partial<CollectOptions> = {}) =>
  ({ ...CLIENT, window: { from: 1000, to: 1060 }, ...change }) as CollectOptions;

const arrival = (change: Partial<Arrival>): Arrival => ({
  ...{ time: 1001, spans: 5, whole: true, lines: 2 },
  ...change,
});
const errorLog = (index: number | null, change: Partial<Log> = {}): Log =>
  fakeLog({ severity: 'error', traceId: index === null ? null : fakeTraceId(index), ...change });
const trace = (index: number, ...services: string[]): Trace => ({
  traceId: fakeTraceId(index),
  reason: 'search',
  spans: services.map((service) => fakeSpan(index, { service, status: 'error' })),
});

/** Of ids from 90 on nothing arrived. */
const asked: string[] = [];
const questions = () =>
  new Questions(
    fakeSource({
      missing: async (ids) => {
        asked.push(...ids);
        return answer(ids.filter((id) => Number.parseInt(id, 16) >= 90));
      },
    }),
  );
const reconciled = (parts: Partial<Parameters<typeof reconcile>[2]>, change: Partial<CollectOptions> = {}) =>
  reconcile(questions(), options(change), { traces: [], logs: [], arrivals: [], ...parts });

describe('requests followed to the stores', () => {
  test('are complete, partial, missing or not known, each counted once', async () => {
    const { followed } = await reconciled({
      arrivals: [
        arrival({}),
        arrival({ whole: false }),
        arrival({ spans: 0, whole: true, lines: 0 }),
        arrival({ spans: null, whole: false, lines: null }),
      ],
    });
    expect(followed).toEqual({
      ...{ requests: 4, complete: 1, partial: 1, missing: 1, unknown: 1 },
      lines: { asked: 3, found: 2 },
    });
  });
});

describe('error logs', () => {
  test('name traces that are there or not; those of fetched traces are not asked for again', async () => {
    asked.length = 0;
    const { errorLogs } = await reconciled({
      traces: [trace(1, 'api')],
      logs: [
        errorLog(1),
        errorLog(2),
        errorLog(2),
        errorLog(95),
        errorLog(null),
        errorLog(3, { severity: 'warn' }),
      ],
    });
    expect(errorLogs).toEqual({ collected: 5, withTraceId: 4, lookedUp: 3, resolved: 2 });
    expect(asked).toEqual([2, 95].map(fakeTraceId));
  });

  test('of a system without a client of ours lead only to traces that were fetched anyway', async () => {
    asked.length = 0;
    const { errorLogs } = await reconciled(
      { traces: [trace(1, 'api')], logs: [errorLog(1), errorLog(2)] },
      { client: null },
    );
    expect(errorLogs).toEqual({ collected: 2, withTraceId: 2, lookedUp: 1, resolved: 1 });
    expect(asked).toEqual([]);
  });

  test('whose traces could not be asked for are not called lost', async () => {
    const failing = new Questions(fakeSource({ missing: async () => Promise.reject(new Error('down')) }));
    const { errorLogs } = await reconcile(failing, options(), {
      ...{ traces: [], arrivals: [] },
      logs: [errorLog(1), errorLog(95)],
    });
    expect(errorLogs).toMatchObject({ lookedUp: 0, resolved: 0 });
  });
});

describe('error traces', () => {
  test('are those that failed in the platform, with and without lines', async () => {
    const { errorTraces } = await reconciled({
      traces: [trace(1, 'load', 'api'), trace(2, 'api'), trace(3, 'load')],
      logs: [errorLog(1)],
    });
    expect(errorTraces).toEqual({ fetched: 2, withLines: 1 });
  });
});

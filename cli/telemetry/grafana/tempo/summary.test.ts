import { expect, test } from 'vitest';
import type { TempoSearch } from './search.ts';
import type { FoundSpan } from './search-json.ts';
import { summarise, summaryOf } from './summary.ts';

const span = (spanId: string, start: number, duration: number, attributes: object): FoundSpan => ({
  spanId,
  name: `op ${spanId}`,
  start,
  duration,
  attributes: { 'service.name': 'api', status: 'unset', nestedSetParent: 1, ...attributes },
});

const ROOT = span('1', 10, 2, { 'service.name': 'load', nestedSetParent: -1, status: 'error' });
const SERVER = span('2', 10.1, 1, {});
const LATE = span('3', 12.5, 1, { 'service.name': 'worker', status: 'error' });

test('sums up what its spans say, in whatever order and how often they come', () => {
  const found = { traceId: 'a', start: 10.1, spans: [LATE, SERVER, ROOT, SERVER] };
  expect(summaryOf(found)).toEqual({
    traceId: 'a',
    rootService: 'load',
    rootName: 'op 1',
    rootDuration: 2,
    start: 10,
    duration: 3.5,
    spans: 3,
    errors: 2,
    services: ['api', 'load', 'worker'],
  });
});

test('without a root the first span stands for it', () => {
  const summary = summaryOf({ traceId: 'a', start: 10, spans: [LATE, SERVER] });
  expect(summary).toMatchObject({ rootName: 'op 2', rootDuration: 1, start: 10.1 });
});

test('no spans, no summary', () => expect(summaryOf({ traceId: 'a', start: 0, spans: [] })).toBeNull());

test('where the server allows fewer traces in an answer, the ids are asked for in smaller groups', async () => {
  const found = Array.from({ length: 20 }, (_, i) => ({
    ...{ traceId: `${'f'.repeat(30)}${i + 16}`, start: 10 + i, spans: [] },
  }));
  const limit = 6;
  const search = {
    run: async (query: string) => {
      const asked = found.filter(({ traceId }) => query.includes(traceId.slice(-12)));
      const traces = asked.slice(0, limit).map((trace) => ({ ...trace, spans: [SERVER] }));
      return { traces, full: traces.length >= limit, error: null };
    },
  } as unknown as TempoSearch;
  const { summaries, whole } = await summarise(search, found, () => undefined);
  expect(new Set(summaries.map(({ traceId }) => traceId)).size).toBe(20);
  expect(whole).toBe(true);
});

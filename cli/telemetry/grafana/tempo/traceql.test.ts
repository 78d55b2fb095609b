import { expect, test } from 'vitest';
import { IDS_IN_QUERY, ofService, serverSpans, slowRoot, spansOfTraces } from './traceql.ts';

test('a query for as many traces as fit stays within what Tempo’s parser reads at once', () => {
  const ids = Array.from({ length: IDS_IN_QUERY }, (_, i) => (i + 1).toString(16).padStart(32, 'f'));
  expect(spansOfTraces(ids).length).toBeLessThan(1024);
});

test('ids are compared without leading zeros, long ones by their end', () => {
  const query = spansOfTraces([`${'0'.repeat(30)}1a`, `00${'b'.repeat(30)}`]);
  expect(query).toContain(`{trace:id =~ ".*(1a|${'b'.repeat(12)})"}`);
});

test('names are quoted, durations whole nanoseconds', () => {
  expect(ofService('a"\\')).toBe('{resource.service.name = "a\\"\\\\"}');
  expect(slowRoot(0.1 + 0.2)).toBe('{nestedSetParent < 0 && duration >= 300000000ns}');
  expect(serverSpans('api')).toContain('{resource.service.name = "api" && kind = server} | by(span:id)');
});

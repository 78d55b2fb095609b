import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidOtlp } from '../../otlp-values.ts';
import { parseSearch } from './search-json.ts';

const span = (spanID: string, attributes: object[]) => ({
  spanID,
  name: 'GET',
  startTimeUnixNano: '1795372746817000000',
  durationNanos: '6000000',
  attributes,
});

test('reads what Tempo 2.8 answers: ids without leading zeros, span sets by group, unfinished jobs', () => {
  const status = { key: 'status', value: { stringValue: 'error' } };
  const root = { key: 'nestedSetParent', value: { intValue: '-1' } };
  const sets = [
    { spans: [span('41', [status, root])], matched: 1 },
    { spans: [span('42', [])], matched: 1 },
  ];
  const trace = {
    traceID: '5',
    rootServiceName: 'load',
    startTimeUnixNano: '1795372746817000000',
    durationMs: 6,
  };
  const { traces, unfinished } = parseSearch({
    traces: [{ ...trace, spanSet: sets[0], spanSets: sets }],
    metrics: { inspectedBytes: '54690', completedJobs: 3, totalJobs: 4 },
  });
  expect(unfinished).toBe(1);
  expect(traces).toEqual([
    {
      traceId: '00000000000000000000000000000005',
      start: expect.closeTo(1795372746.817, 6),
      spans: [
        {
          spanId: '0000000000000041',
          name: 'GET',
          start: expect.closeTo(1795372746.817, 6),
          duration: expect.closeTo(0.006, 9),
          attributes: { status: 'error', nestedSetParent: -1 },
        },
        expect.objectContaining({ spanId: '0000000000000042', attributes: {} }),
      ],
    },
  ]);
});

test('reads the one span set of older versions', () => {
  const answer = { traces: [{ traceID: 'ab', spanSet: { spans: [span('1', [])] } }] };
  expect(parseSearch(answer).traces[0]!.spans.length).toBe(1);
});

test('an id that is none never gets further', () => {
  const answer = { traces: [{ traceID: '../../api/status' }, { traceID: 'ab' }] };
  expect(parseSearch(answer).traces.map(({ traceId }) => traceId)).toEqual(['ab'.padStart(32, '0')]);
});

test('nothing found is an empty list', () => {
  expect(parseSearch({ metrics: {} })).toEqual({ traces: [], unfinished: 0 });
});

test('whatever comes, it is traces or a refusal', () => {
  const odd = fc.oneof(
    fc.anything(),
    fc.record({ traces: fc.array(fc.anything()), metrics: fc.anything() }),
    fc.record({ traces: fc.array(fc.record({ traceID: fc.anything(), spanSets: fc.array(fc.anything()) })) }),
  );
  fc.assert(
    fc.property(odd, (body) => {
      try {
        for (const { start, spans } of parseSearch(body).traces) {
          expect(Number.isFinite(start)).toBe(true);
          expect(spans.every(({ duration }) => duration >= 0)).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidOtlp);
      }
    }),
    { numRuns: 300 },
  );
});

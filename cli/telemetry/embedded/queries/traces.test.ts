import { afterEach, expect, test } from 'vitest';
import { fakeSpan, fakeTraceId } from '../../fake-telemetry-source.fixture.ts';
import { Store } from '../store.ts';
import { SPANS } from '../store-tables.ts';
import { tracesQuery } from './traces.ts';

let store: Store;
afterEach(() => store.close());

const STATEMENTS = ['BEGIN', 'INSERT orders', 'INSERT job', 'COMMIT'];

/** Spans of one millisecond whose ids sort the other way round. */
const statements = (trace: number) =>
  STATEMENTS.map((name, i) => fakeSpan(trace, { name, start: 5, spanId: `${9 - i}`.padStart(16, '0') }));

test('spans that start in the same millisecond keep the order in which they arrived', async () => {
  store = await Store.open(':memory:');
  const late = fakeSpan(1, { name: 'first', start: 4, spanId: 'f'.repeat(16) });
  const traces = Array.from({ length: 200 }, (_, i) => statements(i + 1));
  // Traces arrive mixed, a statement of each at a time, in two writes.
  for (const half of [STATEMENTS.slice(0, 2), STATEMENTS.slice(2)]) {
    for (const name of half)
      store.put(
        SPANS,
        traces.map((spans) => spans.find((span) => span.name === name)!),
      );
    await store.flush();
  }
  store.put(SPANS, [late]);
  await store.flush();
  const { value } = await tracesQuery([1, 77, 200].map(fakeTraceId)).run(store);
  const namesOf = (trace: number) => value.get(fakeTraceId(trace))!.map(({ name }) => name);
  expect(namesOf(1)).toEqual(['first', ...STATEMENTS]);
  expect([namesOf(77), namesOf(200)]).toEqual([STATEMENTS, STATEMENTS]);
});

import { expect, test } from 'vitest';
import { beginningsOf } from './beginnings.ts';
import { API_1, everySecond, series } from './series.fixture.ts';
import { targetsOf } from './targets.ts';

const up = series('up', API_1, everySecond([1, 1, 1, 1, 1, 1]));
const ends = (name: string, values: number[]): number[] =>
  beginningsOf(targetsOf([up, series(name, API_1, everySecond(values))]), 99, 1).map(({ to }) => to);

test('a counter that falls began anew in the step before', () => {
  expect(ends('process_cpu_seconds_total', [5, 6, 7, 1, 2, 3])).toEqual([103]);
});

test.each([
  'nodejs_heap_size_used_bytes',
  'db_client_connection_count',
  'v8js_memory_heap_used_bytes',
  'otelcol_exporter_queue_size',
])('%s goes up and down, and nothing began', (name) => {
  expect(ends(name, [5, 1, 7, 2, 9, 3])).toEqual([]);
});

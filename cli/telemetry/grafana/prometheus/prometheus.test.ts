import { expect, test } from 'vitest';
import { nowSeconds } from '../../../shared/clock.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { createPrometheus } from './prometheus.ts';
import { type Asked, asMatrix, fakeClient, series } from './series.fixture.ts';

const FAILED = 'otelcol_exporter_send_failed_spans';
const COLLECTOR = { job: 'telemetry', instance: 'c:1' };
const WINDOW = { from: 100, to: 200 };

/** A collector that failed to hand on items long ago, and one in the window. */
const longAgo = ({ path, parameters }: Asked): unknown => {
  if (path.endsWith('series')) return [series(FAILED, COLLECTOR, []).labels];
  if (path.endsWith('buildinfo')) return { version: '3.0.0' };
  if (path.endsWith('flags')) return { 'enable-feature': 'exemplar-storage' };
  if (parameters.query === 'time()') return { result: [0, String(nowSeconds())] };
  if (String(parameters.query).includes('[')) {
    const samples: [number, number][] = [
      [90, 123_456],
      [105, 123_456],
      [120, 123_457],
    ];
    return asMatrix(String(parameters.query).includes(FAILED) ? [series(FAILED, COLLECTOR, samples)] : []);
  }
  return { result: [{ metric: { __name__: FAILED }, value: [0, '123456'] }] };
};

test('what the collectors counted is of the window that was asked for, not of all their life', async () => {
  const prometheus = createPrometheus(fakeClient(longAgo), DEFAULT_NAMES);
  expect((await prometheus.ready()).pipeline).toEqual({ accepted: 0, refused: 0, rejected: 0 });
  await prometheus.runtime(WINDOW);
  const { pipeline, degraded } = await prometheus.ready();
  expect(pipeline).toEqual({ accepted: 0, refused: 0, rejected: 1 });
  expect(degraded).toEqual([]);
});

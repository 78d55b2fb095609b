import { expect, it } from 'vitest';
import { clientEvidence } from '../../../test/fixtures/evidence/points.ts';
import { recordOf } from '../../../test/fixtures/evidence/record.ts';
import type { ClientPoint } from '../../record/evidence.ts';
import type { RunRecord } from '../../record/record.ts';
import { baselineOf, compareRuns } from './index.ts';
import { seededRandom } from './random.ts';
import { studentQuantile } from './student.ts';

const calm = recordOf(clientEvidence(60), null);

/** A run whose latency wanders slowly, as real ones do: neighbouring seconds are alike. */
const run = (
  seed: number,
  change: (i: number) => Partial<ClientPoint> = () => ({}),
  slower = 1,
): RunRecord => {
  const random = seededRandom(seed);
  let level = 0;
  const { client } = clientEvidence(60, (i) => {
    level = 0.8 * level + 0.03 * (random() - 0.5);
    return { p95: slower * 0.1 * (1 + level), ...change(i) };
  });
  return { ...calm, runId: `run-${seed}`, createdAt: seed, series: { ...calm.series, client } };
};
const baselines = (count: number) => Array.from({ length: count }, (_, i) => baselineOf(run(100 + i)));
const outcomes = (record: RunRecord, count: number) =>
  compareRuns(record, baselines(count)).rows.map(({ indicator, phase, outcome }) => [
    indicator.measure,
    phase,
    outcome,
  ]);
const failing = (i: number): Partial<ClientPoint> => ({ failures: i < 20 && i % 2 === 0 ? 3 : 0 });

it("knows Student's distribution (table values)", () => {
  expect(studentQuantile(0.025, 4)).toBeCloseTo(2.776, 3);
  expect(studentQuantile(0.05, 1)).toBeCloseTo(6.314, 3);
  expect(studentQuantile(0.005, 9)).toBeCloseTo(3.25, 2);
  expect(studentQuantile(0.025, 1000)).toBeCloseTo(1.962, 3);
});

it.each([1, 2, 5, 7])('finds nothing between runs that do not differ: %i baseline runs', (count) => {
  const { regression, rows, method, baseline } = compareRuns(run(1), baselines(count));
  expect(regression).toBe(false);
  expect(rows.length).toBe(9);
  expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['no-significant-change']));
  expect(rows[0]!.text).toContain('no significant change');
  expect(method).toBe(count >= 5 ? 'runs' : 'block-bootstrap');
  expect(baseline.length).toBe(count);
});

it.each([1, 5])('finds a latency that has doubled, and one that has halved: %i baseline runs', (count) => {
  const slower = outcomes(run(2, undefined, 2), count);
  expect(slower.filter(([measure]) => measure === 'p95').map(([, , outcome]) => outcome)).toEqual([
    'worse',
    'worse',
    'worse',
  ]);
  const faster = outcomes(run(3, undefined, 0.5), count);
  expect(faster.filter(([, , outcome]) => outcome === 'better').length).toBe(3);
  expect(faster.some(([, , outcome]) => outcome === 'worse')).toBe(false);
});

it.each([1, 5])('finds failures in the phase in which they are: %i baseline runs', (count) => {
  expect(outcomes(run(4, failing), count)).toContainEqual(['error-ratio', 'steady', 'worse']);
  expect(outcomes(run(4, failing), count)).toContainEqual([
    'error-ratio',
    'recovery',
    'no-significant-change',
  ]);
});

it.each([1, 5])('lets what is too small to matter be: %i baseline runs', (count) => {
  const slightly = outcomes(run(5, undefined, 1.08), count);
  expect(slightly.map(([, , outcome]) => outcome)).not.toContain('worse');
});

it('calls a large difference chance where the baseline runs differ as much', () => {
  const spread = [0.6, 0.8, 1, 1.3, 1.7].map((factor, i) => baselineOf(run(300 + i, undefined, factor)));
  const { rows } = compareRuns(run(9, undefined, 1.4), spread);
  const [, p95] = rows;
  expect(p95!.difference).toBeGreaterThan(p95!.minimumEffect);
  expect(p95!.outcome).toBe('no-significant-change');
});

it('calls one bad second of a run chance, and a bad stretch not, beside a single baseline run', () => {
  const bad = (from: number, to: number) =>
    compareRuns(
      run(10, (i) => ({ failures: i >= from && i < to ? 10 : 0 })),
      baselines(1),
    ).rows[0]!;
  expect(bad(5, 6)).toMatchObject({ difference: 0.025, outcome: 'no-significant-change' });
  expect(bad(3, 16).outcome).toBe('worse');
});

it('takes fewer requests for worse, and more for better', () => {
  const rate = (requests: number) =>
    outcomes(
      run(6, () => ({ requests })),
      5,
    )
      .filter(([measure]) => measure === 'requests-per-second')
      .map(([, , outcome]) => outcome);
  expect(rate(15)).toEqual(['worse', 'worse', 'worse']);
  expect(rate(30)).toEqual(['better', 'better', 'better']);
});

it('answers the same each time, oldest run first', () => {
  const three = [baselineOf(run(103)), baselineOf(run(101)), baselineOf(run(102))];
  const once = compareRuns(run(1), three);
  expect(compareRuns(run(1), [...three].reverse())).toEqual(once);
  expect(once.baseline).toEqual(['run-101', 'run-102', 'run-103']);
});

it('has no data where nothing ended', () => {
  const nothing = run(8, () => ({ requests: 0, attempts: 0, p95: null, histogram: {} }));
  const [ratio, p95] = compareRuns(nothing, baselines(5)).rows;
  expect(ratio!.outcome).toBe('no-data');
  expect(p95).toMatchObject({ outcome: 'no-data', difference: null, interval: null });
});

it('raises few false alarms: at most one of forty runs that do not differ', () => {
  const reference = baselines(5);
  const alarms = Array.from({ length: 40 }, (_, i) => compareRuns(run(200 + i), reference).regression);
  expect(alarms.filter(Boolean).length).toBeLessThanOrEqual(1);
});

import { expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { clientEvidence } from '../../test/fixtures/evidence/points.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import type { ClientPoint } from '../record/evidence.ts';
import { evaluateSlo, type JudgedParts } from './objectives.ts';
import type { Objective, Slo } from './slo.ts';

const everything = { viewpoint: 'client', service: null, operation: null } as const;
const objective = (changes: Partial<Objective> = {}): Objective => ({
  ...{ name: '99 %', target: 0.99, threshold: null, slices: null },
  ...changes,
});
const slo = (changes: Partial<Slo> = {}): Slo => ({
  name: 'shop',
  file: 'shop.yaml',
  metric: { kind: 'ratio', of: everything, good: { what: 'succeeded' } },
  objectives: [objective()],
  phases: ['steady', 'recovery'],
  noData: 'fail',
  ...changes,
});

/** Steady 0 to 20, fault 20 to 40, recovery 40 to 60; twenty requests a second. */
const run = (second: (i: number) => Partial<ClientPoint>): JudgedParts =>
  recordOf(clientEvidence(60, second), null);
const outcomes = (one: Slo, parts: JudgedParts) => evaluateSlo(one, parts).map(({ outcome }) => outcome);

it('counts the budget of each phase, and lets it be spent while the fault is on', () => {
  const results = evaluateSlo(
    slo(),
    run((i) => ({ failures: i >= 20 && i < 40 ? 2 : 0 })),
  );
  expect(results.map(({ phase, outcome }) => [phase, outcome])).toEqual([
    ['steady', 'met'],
    ['fault', 'allowed'],
    ['recovery', 'met'],
  ]);
  expect(results[1]).toMatchObject({ good: 360, total: 400, actual: 0.9, unit: 'requests', certain: true });
  expect(results[1]!.budgetConsumed).toBeCloseTo(10, 9);
  expect(results[1]!.text).toBe(
    '90 % good during the fault phase (360 of 400 requests; at least 99 % asked): 10× the error budget used. Good are requests that succeeded, as the client saw them.',
  );
});

it('is breached where the document says that it counts', () => {
  const bad = run((i) => ({ failures: i >= 20 ? 2 : 0 }));
  expect(outcomes(slo(), bad)).toEqual(['met', 'allowed', 'breached']);
  expect(outcomes(slo({ phases: ['steady', 'fault', 'recovery'] }), bad)).toEqual([
    'met',
    'breached',
    'breached',
  ]);
  expect(outcomes(slo(), { ...bad, kind: 'observation' })).toEqual(['met', 'breached', 'allowed']);
});

it('is met at its target, and not below', () => {
  const at = (failures: number) => run((i) => ({ failures: i === 0 ? failures : 0 }));
  expect(outcomes(slo(), at(4))[0]).toBe('met');
  expect(outcomes(slo(), at(5))[0]).toBe('breached');
});

it('is certain only where the missing requests could not undo it', () => {
  const [result] = evaluateSlo(
    slo(),
    run((i) => ({ failures: i === 0 ? 5 : 0, droppedIterations: i === 1 ? 150 : 0 })),
  );
  expect(result).toMatchObject({ outcome: 'breached', certain: false, missing: 150 });
  const [certain] = evaluateSlo(
    slo(),
    run((i) => ({ failures: i === 0 ? 5 : 0, droppedIterations: i === 1 ? 50 : 0 })),
  );
  expect(certain).toMatchObject({ outcome: 'breached', certain: true });
});

it('counts requests that ended in time', () => {
  const fast = slo({
    metric: { kind: 'ratio', of: everything, good: { what: 'ended-within', seconds: 0.3 } },
  });
  const results = evaluateSlo(
    fast,
    run((i) => ({ p95: i >= 20 && i < 40 ? 0.5 : 0.1 })),
  );
  expect(results.map(({ good, total }) => [good, total])).toEqual([
    [400, 400],
    [0, 400],
    [400, 400],
  ]);
});

it('counts the seconds in which a threshold held, and those nobody measured as missing', () => {
  const threshold = slo({
    metric: { kind: 'threshold', indicator: { measure: 'p95', ...everything } },
    objectives: [objective({ target: 0.9, threshold: { op: 'lte', value: 0.3 } })],
  });
  const results = evaluateSlo(
    threshold,
    run((i) => (i < 2 ? { requests: 0, p95: null } : { p95: i % 5 === 0 ? 0.5 : 0.1 })),
  );
  expect(results[0]).toMatchObject({ unit: 'seconds', good: 15, total: 18, missing: 2, outcome: 'breached' });
  // Three of twenty seconds are bad whatever the two missing ones were.
  expect(results[0]!.certain).toBe(true);
});

it('counts slices of time', () => {
  const sliced = slo({ objectives: [objective({ target: 0.8, slices: { seconds: 5, target: 0.95 } })] });
  const results = evaluateSlo(
    sliced,
    run((i) => ({ failures: i === 7 ? 10 : 0 })),
  );
  expect(results[0]).toMatchObject({ unit: 'seconds', good: 15, total: 20, outcome: 'breached' });
  expect(results[0]!.certain).toBe(true);
  expect(results[1]).toMatchObject({ good: 20, total: 20, outcome: 'met' });
  const dropping = run((i) => ({ failures: i === 7 ? 10 : 0, droppedIterations: i === 8 ? 150 : 0 }));
  expect(evaluateSlo(sliced, dropping)[0]).toMatchObject({ outcome: 'breached', certain: false });
});

it('has no data where the metric matches nothing, and names it', () => {
  const nothing = slo({
    metric: { kind: 'ratio', of: { ...everything, operation: 'GET /none' }, good: { what: 'succeeded' } },
  });
  const [result] = evaluateSlo(
    nothing,
    run(() => ({})),
  );
  expect(result).toMatchObject({ outcome: 'no-data', noData: 'fail', actual: null, budgetConsumed: null });
  expect(result!.text).toContain('GET /none requests that succeeded');
});

it("looks at a service's own metrics, and counts what it did not count as missing", () => {
  const record = recordOf(downstreamTimeoutEvidence());
  const server = slo({
    metric: { kind: 'ratio', of: { ...everything, viewpoint: 'server' }, good: { what: 'succeeded' } },
  });
  const [steady, fault] = evaluateSlo(server, record);
  expect(steady).toMatchObject({ outcome: 'met' });
  expect(fault!.outcome).toBe('allowed');
  const blind = {
    ...record,
    series: {
      ...record.series,
      red: record.series.red.map((one) => ({ ...one, points: one.points.filter((_, i) => i % 2 === 0) })),
    },
  };
  const [, half] = evaluateSlo(server, blind);
  expect(half!.missing).toBeGreaterThan(0.4 * (half!.total + half!.missing));
});

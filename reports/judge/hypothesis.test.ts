import { expect, it } from 'vitest';
import { clientEvidence } from '../../test/fixtures/evidence/points.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import type { ClientPoint } from '../record/evidence.ts';
import type { Hypothesis } from '../record/indicator.ts';
import { judgeHypotheses } from './hypothesis.ts';

const hypothesis = (changes: Partial<Hypothesis> = {}): Hypothesis => ({
  indicator: { measure: 'error-ratio', viewpoint: 'client', service: null, operation: null },
  tolerance: { atMost: 0.01, atLeast: null },
  when: ['before', 'during', 'after'],
  ...changes,
});

/** Steady 0 to 20, fault 20 to 40, recovery 40 to 60. */
const run = (
  second: (i: number) => Partial<ClientPoint>,
  sentences: Hypothesis[],
  recoveryWithin: number | null = null,
) => {
  const record = recordOf(clientEvidence(60, second), null);
  return { ...record, experiment: { ...record.experiment, hypothesis: sentences, recoveryWithin } };
};

const failing = (from: number, to: number) => (i: number) => ({ failures: i >= from && i < to ? 10 : 0 });

it('judges each stage by itself', () => {
  const results = judgeHypotheses(run(failing(20, 40), [hypothesis()]));
  expect(results.map(({ when, value, held }) => [when, value, held])).toEqual([
    ['before', 0, true],
    ['during', 0.5, false],
    ['after', 0, true],
  ]);
  expect(results[1]!.text).toBe(
    'Error ratio of requests as the client saw them was 50 % during the fault phase (at most 1 %): it did not hold.',
  );
});

it('lets the system take its time to recover before it judges what comes after', () => {
  const late = failing(20, 45);
  const after = (within: number | null) =>
    judgeHypotheses(run(late, [hypothesis({ when: ['after'] })], within))[0]!;
  expect(after(null).held).toBe(false);
  expect(after(4).held).toBe(false);
  expect(after(5)).toMatchObject({ held: true, value: 0 });
  expect(after(20)).toMatchObject({ held: null, value: null });
});

it('holds nothing against it that the missing requests could undo', () => {
  const dropped = (i: number) => ({ failures: i === 3 ? 5 : 0, droppedIterations: i === 3 ? 200 : 0 });
  const [result] = judgeHypotheses(run(dropped, [hypothesis({ when: ['before'] })]));
  expect(result).toMatchObject({ held: null, value: 5 / 400 });
  expect(result!.text).toContain('200 requests are missing');
});

it('names the query that matches nothing', () => {
  const indicator = { measure: 'p95', viewpoint: 'client', service: null, operation: 'GET /none' } as const;
  const [result] = judgeHypotheses(run(() => ({}), [hypothesis({ indicator, when: ['before'] })]));
  expect(result!.held).toBeNull();
  expect(result!.text).toContain('GET /none requests as the client saw them matches nothing');
});

it('takes a lower end too', () => {
  const indicator = {
    measure: 'requests-per-second',
    viewpoint: 'client',
    service: null,
    operation: null,
  } as const;
  const tolerance = { atMost: null, atLeast: 25 };
  const [result] = judgeHypotheses(run(() => ({}), [hypothesis({ indicator, tolerance, when: ['before'] })]));
  expect(result).toMatchObject({ held: false, value: 20 });
});

it('holds no low rate against a service of which requests were not counted', () => {
  const indicator = {
    measure: 'requests-per-second',
    viewpoint: 'server',
    service: null,
    operation: null,
  } as const;
  const asked = (atLeast: number) => {
    const parts = run(
      () => ({}),
      [hypothesis({ indicator, tolerance: { atMost: null, atLeast }, when: ['before'] })],
    );
    const points = Array.from({ length: 60 }, (_, i) => ({
      ...{
        t: parts.phases[0]!.from + i,
        seconds: 1,
        requests: 18,
        errors: 0,
        durationSum: 1,
        buckets: [18, 0],
      },
    }));
    const red = [
      { service: parts.entryService, instance: 'api-1', route: '/', method: 'GET', bounds: [1], points },
    ];
    return judgeHypotheses({ ...parts, series: { ...parts.series, red } })[0]!;
  };
  expect(asked(15)).toMatchObject({ held: true, value: 18 });
  expect(asked(19)).toMatchObject({ held: null, value: 18 });
  expect(asked(21)).toMatchObject({ held: false, value: 18 });
});

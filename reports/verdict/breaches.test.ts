import { expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { analyse } from '../analysis/index.ts';
import type { HypothesisResult } from '../record/indicator.ts';
import type { SloResult } from '../record/objectives.ts';
import type { RunRecord } from '../record/record.ts';
import { verdictOf } from './of-record.ts';
import { decideVerdict, type VerdictInput } from './verdict.ts';

const findings = analyse(downstreamTimeoutEvidence());
const execution = { status: 'completed', error: null, restored: true, restoration: [], stop: null } as const;
const verdict = (changes: Partial<VerdictInput>) =>
  decideVerdict({ execution: { ...execution, restoration: [] }, findings, faultsHit: 5, ...changes });

const objective = (changes: Partial<SloResult>): SloResult => ({
  ...{ slo: 'shop', objective: '99 %', file: 'shop.yaml', query: 'requests', indicator: null },
  ...{ phase: 'recovery', target: 0.99, unit: 'requests', good: 90, total: 100, missing: 0 },
  ...{ actual: 0.9, budgetConsumed: 10, outcome: 'breached', certain: true, text: '90 % good.' },
  ...changes,
});
const sentence = (changes: Partial<HypothesisResult>): HypothesisResult => ({
  indicator: { measure: 'p95', viewpoint: 'client', service: null, operation: null },
  ...{
    tolerance: { atMost: 0.3, atLeast: null },
    when: 'after',
    value: 0.5,
    held: false,
    text: 'p95 was 500 ms.',
  },
  ...changes,
});

it('a certain breach of an objective stands before missing evidence, an uncertain one does not', () => {
  const vague = { ...findings, conclusiveness: { conclusive: false, reasons: ['There are no traces.'] } };
  const certain = { findings: vague, objectives: [objective({})] };
  expect(verdict(certain)).toMatchObject({
    name: 'slo-breach',
    exitCode: 3,
    reasons: ['shop (99 %): 90 % good.'],
  });
  const uncertain = { objectives: [objective({ certain: false })] };
  expect(verdict(uncertain)).toMatchObject({ name: 'inconclusive', exitCode: 6 });
});

it.each(['met', 'allowed'] as const)('an objective that is %s is no breach', (outcome) => {
  expect(verdict({ objectives: [objective({ outcome })] }).name).toBe('passed');
});

it('no data is inconclusive, or only said', () => {
  const none = { outcome: 'no-data', certain: false, actual: null } as const;
  expect(verdict({ objectives: [objective(none)] }).name).toBe('inconclusive');
  expect(verdict({ objectives: [objective({ ...none, noData: 'warn' })] }).name).toBe('passed');
});

it('a hypothesis that did not hold is an unmet baseline before, a breach during and after, and a doubt where unknown', () => {
  const name = (changes: Partial<HypothesisResult>) => verdict({ hypothesis: [sentence(changes)] }).name;
  expect(name({ when: 'before' })).toBe('baseline-unmet');
  expect(name({ when: 'during' })).toBe('slo-breach');
  expect(name({ when: 'after' })).toBe('slo-breach');
  expect(name({ held: null })).toBe('inconclusive');
  expect(name({ held: true })).toBe('passed');
});

it('recovery has to come within its limit, and has to be watched for that long', () => {
  const after = (recovery: Partial<typeof findings.recovery>) =>
    verdict({
      recoveryWithin: 10,
      findings: {
        ...findings,
        recovery: {
          observed: true,
          recovered: true,
          secondsToRecover: 4,
          watchedSeconds: 15,
          stillAbnormal: [],
          ...recovery,
        },
      },
    }).name;
  expect(after({})).toBe('passed');
  expect(after({ secondsToRecover: 11 })).toBe('slo-breach');
  const ill = { recovered: false, secondsToRecover: null, stillAbnormal: ['client-errors' as const] };
  expect(after(ill)).toBe('slo-breach');
  expect(after({ ...ill, watchedSeconds: 8 })).toBe('inconclusive');
  expect(after({ observed: false, recovered: false, secondsToRecover: null, watchedSeconds: 0 })).toBe(
    'inconclusive',
  );
});

it('a regression comes after missing evidence', () => {
  const comparison = {
    ...{ baseline: ['a'], method: 'runs' as const, regression: true },
    rows: [
      {
        indicator: sentence({}).indicator,
        ...{
          phase: 'steady' as const,
          baseline: 1,
          value: 2,
          difference: 1,
          interval: null,
          minimumEffect: 0.1,
        },
        ...{ outcome: 'worse' as const, text: 'p95 is worse.' },
      },
    ],
  };
  expect(verdict({ comparison })).toMatchObject({
    name: 'regression',
    exitCode: 4,
    reasons: ['p95 is worse.'],
  });
  expect(verdict({ comparison, findings: null }).name).toBe('inconclusive');
  expect(verdict({ comparison: { ...comparison, regression: false } }).name).toBe('passed');
});

it("k6's own thresholds count where nothing was broken: they look at the whole run", () => {
  const broken = recordOf(downstreamTimeoutEvidence());
  const thresholds = [{ metric: 'logical_request_failed', expression: 'rate<0.05', ok: false }];
  const crossed: RunRecord = { ...broken, load: { ...broken.load!, k6ExitCode: 99, thresholds } };
  expect(verdictOf(crossed).name).toBe('passed');
  expect(verdictOf({ ...crossed, faults: [] })).toMatchObject({
    name: 'slo-breach',
    reasons: ["k6's threshold was crossed: logical_request_failed rate<0.05."],
  });
});

import { describe, expect, it } from 'vitest';
import { downstreamTimeoutEvidence, emptyEvidence } from '../../test/fixtures/evidence/index.ts';
import { analyse } from '../analysis/index.ts';
import type { Comparison } from '../record/comparison.ts';
import { type Findings, UNFELT } from '../record/findings.ts';
import type { HypothesisResult } from '../record/indicator.ts';
import { type Execution, VERDICTS, type VerdictName } from '../record/record.ts';
import { decideVerdict, type VerdictInput } from './verdict.ts';

const good = analyse(downstreamTimeoutEvidence());
const done: Execution = { status: 'completed', error: null, restored: true, restoration: [], stop: null };
const unsteady: Findings = { ...good, baseline: { observed: true, met: false, reasons: ['12 % failed.'] } };
const vague: Findings = { ...good, conclusiveness: { conclusive: false, reasons: ['There are no traces.'] } };
const everythingWrong = { ...unsteady, conclusiveness: vague.conclusiveness };

/** Each row is as bad as it can be below the verdict it must get: the first that holds wins. */
const TABLE: [VerdictName, Partial<Execution>, Findings | null, number | null][] = [
  ['not-restored', { restored: false, status: 'failed' }, everythingWrong, 0],
  ['not-restored', { restored: false }, good, 5],
  ['error', { status: 'failed', error: 'k6 is gone' }, everythingWrong, 0],
  ['interrupted', { status: 'interrupted' }, everythingWrong, 0],
  ['aborted', { status: 'aborted' }, everythingWrong, 0],
  ['baseline-unmet', {}, everythingWrong, 0],
  ['baseline-unmet', { baselineUnmet: ['5 % failed while watching.'] }, null, 0],
  ['inconclusive', {}, vague, 0],
  ['inconclusive', {}, good, 0],
  ['inconclusive', {}, null, 5],
  ['inconclusive', {}, analyse(emptyEvidence()), null],
  ['passed', {}, good, 5],
  ['passed', {}, good, null],
];

it.each(TABLE)('%s for %o', (name, execution, findings, faultsHit) => {
  const verdict = decideVerdict({
    execution: { ...done, ...execution },
    findings,
    faultsHit,
  });
  expect(verdict).toMatchObject({ name, exitCode: VERDICTS[name] });
  expect(verdict.reasons.length).toBeGreaterThan(0);
});

it('an observation is observed or inconclusive, and never passed or unmet', () => {
  const verdict = (findings: Findings | null) =>
    decideVerdict({ kind: 'observation', execution: done, findings, faultsHit: null });
  expect(verdict(good)).toMatchObject({ name: 'observed', exitCode: 0 });
  expect(verdict(unsteady)).toMatchObject({
    name: 'observed',
    reasons: [expect.any(String), '12 % failed.'],
  });
  expect(verdict(vague)).toMatchObject({ name: 'inconclusive', exitCode: 6 });
  expect(verdict(null).name).toBe('inconclusive');
});

describe('a fault phase in which the client felt nothing', () => {
  const quiet: Findings = { ...good, conclusiveness: { conclusive: false, reasons: [UNFELT] } };
  const during = (held: boolean | null): HypothesisResult => ({
    indicator: { viewpoint: 'client', measure: 'error-ratio', service: null, operation: null },
    ...{
      tolerance: { atMost: 0.01, atLeast: null },
      when: 'during',
      value: 0,
      held,
      text: 'Errors at most 1 %.',
    },
  });
  const name = (input: Partial<VerdictInput>) =>
    decideVerdict({ execution: done, findings: quiet, faultsHit: 7, ...input }).name;

  it('proves nothing by itself', () => {
    expect(name({})).toBe('inconclusive');
    expect(name({ hypothesis: [{ ...during(true), when: 'after' }] })).toBe('inconclusive');
    expect(name({ faultless: true, faultsHit: null })).toBe('inconclusive');
  });

  it('is what a hypothesis about it demands', () => {
    expect(name({ hypothesis: [during(true)] })).toBe('passed');
    expect(name({ hypothesis: [during(true)], faultsHit: null })).toBe('passed');
    expect(name({ hypothesis: [during(true)], faultsHit: 0 })).toBe('inconclusive');
    expect(name({ hypothesis: [during(null)] })).toBe('inconclusive');
    expect(name({ hypothesis: [during(false)] })).toBe('slo-breach');
  });

  it('does not hide what else is missing', () => {
    const reasons = [UNFELT, 'There are no traces.'];
    const findings = { ...good, conclusiveness: { conclusive: false, reasons } };
    const input = { execution: done, findings, faultsHit: 7, hypothesis: [during(true)] };
    expect(decideVerdict(input)).toMatchObject({ name: 'inconclusive', reasons: ['There are no traces.'] });
  });

  it('is no obstacle where nothing was broken and the run is held against its baseline', () => {
    const comparison = { regression: false, baseline: ['a'], rows: [] } as unknown as Comparison;
    const calm = { faultless: true, faultsHit: null };
    expect(name({ ...calm, comparison })).toBe('passed');
    const rows = [{ outcome: 'worse', text: 'Slower.' }] as Comparison['rows'];
    expect(name({ ...calm, comparison: { ...comparison, regression: true, rows } })).toBe('regression');
  });
});

it('gives the reasons it was given', () => {
  expect(
    decideVerdict({
      execution: { ...done, status: 'failed', error: 'k6 is gone' },
      findings: good,
      faultsHit: 1,
    }).reasons,
  ).toEqual(['k6 is gone']);
  expect(decideVerdict({ execution: done, findings: unsteady, faultsHit: 1 }).reasons).toEqual([
    '12 % failed.',
  ]);
  expect(decideVerdict({ execution: done, findings: vague, faultsHit: 0 }).reasons).toEqual([
    'There are no traces.',
    'The fault was on, but it hit no request.',
  ]);
});

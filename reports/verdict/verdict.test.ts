import { expect, it } from 'vitest';
import { downstreamTimeoutEvidence, emptyEvidence } from '../../test/fixtures/evidence/index.ts';
import { analyse } from '../analysis/index.ts';
import type { Findings } from '../record/findings.ts';
import { type Execution, VERDICTS, type VerdictName } from '../record/record.ts';
import { decideVerdict } from './verdict.ts';

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

import type { Findings } from '../record/findings.ts';
import {
  type Execution,
  type RunRecord,
  VERDICTS,
  type Verdict,
  type VerdictName,
} from '../record/record.ts';
import { breaches, doubts, type Judged, regressions, unmetHypotheses } from './breaches.ts';
import { standing, type Unfelt, whyUnfelt } from './unfelt.ts';

export interface VerdictInput extends Judged, Unfelt {
  /** `experiment` where absent. */
  kind?: RunRecord['kind'];
  execution: Execution;
  /** Null when the run ended before there was anything to analyse. */
  findings: Findings | null;
  /** Requests that the injected faults hit, by their carriers' own count; null when nobody can say. */
  faultsHit: number | null;
}

type Rule = (input: VerdictInput) => string[];

const orElse = (reasons: string[], otherwise: string): string[] =>
  reasons.length > 0 ? reasons : [otherwise];

const notRestored: Rule = ({ execution }) =>
  execution.restored
    ? []
    : orElse(execution.restoration, 'It could not be verified that every fault is gone.');

const ended =
  (status: Execution['status'], otherwise: string): Rule =>
  ({ execution }) =>
    execution.status === status ? orElse(execution.error ? [execution.error] : [], otherwise) : [];

const baselineUnmet: Rule = (input) => {
  const { kind, findings, execution } = input;
  const seen = execution.baselineUnmet ?? [];
  const found =
    kind !== 'observation' && findings?.baseline.observed && !findings.baseline.met
      ? orElse(findings.baseline.reasons, 'The system was not in its steady state.')
      : [];
  return [...new Set([...seen, ...found, ...unmetHypotheses(input)])];
};

const breached: Rule = (input) => breaches(input, input.findings);

const inconclusive: Rule = (input) => {
  const { findings, faultsHit } = input;
  if (!findings) return ['There is no evidence to conclude from.'];
  const { conclusive, reasons } = findings.conclusiveness;
  const told = conclusive ? [] : orElse(reasons, 'The evidence proves nothing either way.');
  return [
    ...standing(told, input),
    ...(faultsHit === 0 ? ['The fault was on, but it hit no request.'] : []),
    ...doubts(input, findings),
  ];
};

/** Nothing was tried, so nothing can pass: only what was seen can be said, and what it was compared with. */
const observed: Rule = ({ kind, findings }) =>
  kind === 'observation'
    ? [
        'This reports on what was there; obsctl broke nothing, so nothing could pass or fail.',
        ...(findings?.baseline.met === false ? findings.baseline.reasons : []),
      ]
    : [];

const passed: Rule = (input) => [
  'The experiment was carried out, undone and verified, and the evidence is complete enough to conclude from.',
  ...(input.findings?.conclusiveness.conclusive === false ? [whyUnfelt(input)!] : []),
];

/** In the order of `VERDICTS`. */
const RULES: [VerdictName, Rule][] = [
  ['not-restored', notRestored],
  ['error', ended('failed', 'The experiment could not be carried out.')],
  ['interrupted', ended('interrupted', 'The run was interrupted before its end.')],
  ['aborted', ended('aborted', 'A stop condition ended the run.')],
  ['baseline-unmet', baselineUnmet],
  ['slo-breach', breached],
  ['inconclusive', inconclusive],
  ['regression', regressions],
  ['observed', observed],
  ['passed', passed],
];

/** The first verdict that holds, with plain sentences that say why. */
export const decideVerdict = (input: VerdictInput): Verdict => {
  for (const [name, rule] of RULES) {
    const reasons = rule(input);
    if (reasons.length > 0) return { name, exitCode: VERDICTS[name], reasons };
  }
  throw new Error('unreachable: the last rule always holds');
};

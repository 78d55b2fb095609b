import type { Attribution, Suspect } from '../../record/attribution.ts';
import type { Claim } from './causes/cause.ts';
import { CAUSES } from './causes/index.ts';
import type { Facts } from './facts/index.ts';

/** The most suspects that are kept. */
const MAX_SUSPECTS = 8;
/**
 * Score of "none of these": a suspect is named when it is more believable than that. Set on the tuning half of the
 * confusion matrix, together with the weights of the causes (docs/adr/0009).
 */
const UNKNOWN_SCORE = 1.6;
/** Belief that stays with a suspect for every missing kind of evidence; the rest goes to "none of these". */
const KEPT_BY_LACK = 0.8;

type Scored = Claim & { score: number };

const round = (value: number): number => Math.round(value * 1000) / 1000;

const scoreOf = ({ reasons }: Claim): number => round(reasons.reduce((sum, { weight }) => sum + weight, 0));

const identity = ({ service, dependency, operation, kind }: Claim): string =>
  [kind, service, dependency ?? '', operation ?? ''].join('\u0000');

/** That others are unchanged shows nothing by itself: something must point at a suspect. */
const MIN_POINTING = 0.3;

const pointsAt = ({ reasons }: Claim): boolean =>
  reasons
    .filter(({ signal, weight }) => signal !== 'absence' && weight > 0)
    .reduce((sum, { weight }) => sum + weight, 0) >= MIN_POINTING;

/** Two claims of the same: the better one, with the instances of both. */
const joined = (a: Scored, b: Scored): Scored => {
  const [better, other] = b.score > a.score ? [b, a] : [a, b];
  const all = better.instances.length > 0 && other.instances.length > 0;
  return { ...better, instances: all ? [...new Set([...better.instances, ...other.instances])].sort() : [] };
};

/** Each suspect once; those that more speaks against than for are none. */
const distinct = (claims: Claim[]): Scored[] => {
  const best = new Map<string, Scored>();
  for (const claim of claims.filter(pointsAt)) {
    const scored = { ...claim, score: scoreOf(claim) };
    const known = best.get(identity(claim));
    if (scored.score > 0) best.set(identity(claim), known ? joined(known, scored) : scored);
  }
  return [...best.values()].sort((a, b) => b.score - a.score || (identity(a) < identity(b) ? -1 : 1));
};

const whyLower = (suspect: Scored, first: Scored): string => {
  const against = [...suspect.reasons].sort((a, b) => a.weight - b.weight)[0];
  if (against && against.weight <= -0.8)
    return `${against.text} (score ${suspect.score.toFixed(1)}, the first has ${first.score.toFixed(1)})`;
  return `less points at it: score ${suspect.score.toFixed(1)}, the first has ${first.score.toFixed(1)}`;
};

const byWeight = (suspect: Scored): Scored => ({
  ...suspect,
  reasons: [...suspect.reasons].sort((a, b) => b.weight - a.weight),
});

/**
 * All claims as one ranked list. Belief is shared among the suspects and "none of these" by the exponentials of their
 * scores (softmax): scores are log-odds up to a constant.
 */
export const rank = (facts: Facts, lacks: string[]): Pick<Attribution, 'status' | 'suspects' | 'unknown'> => {
  const scored = distinct(CAUSES.flatMap((cause) => cause(facts)));
  const total = Math.exp(UNKNOWN_SCORE) + scored.reduce((sum, { score }) => sum + Math.exp(score), 0);
  const kept = KEPT_BY_LACK ** lacks.length / total;
  const suspects: Suspect[] = scored.slice(0, MAX_SUSPECTS).map((suspect, i) => ({
    ...byWeight(suspect),
    confidence: round(Math.exp(suspect.score) * kept),
    lower: i === 0 ? null : whyLower(suspect, scored[0]!),
  }));
  const unknown = round(1 - scored.reduce((sum, { score }) => sum + Math.exp(score), 0) * kept);
  return { status: (suspects[0]?.confidence ?? 0) > unknown ? 'named' : 'unknown', suspects, unknown };
};

import { UNFELT } from '../record/findings.ts';
import type { Judged } from './breaches.ts';

export interface Unfelt extends Judged {
  /** The experiment has no fault at all. */
  faultless?: boolean;
  faultsHit: number | null;
}

/**
 * Why it is an answer, and no lack of one, that the client felt nothing; null where it is a lack. It is one where the
 * hypothesis demands it of the fault phase, or where nothing was to be felt and the run is held against something.
 */
export const whyUnfelt = (judged: Unfelt): string | null => {
  const { hypothesis = [], objectives = [], comparison, faultless = false, faultsHit } = judged;
  if (faultless)
    return hypothesis.length + objectives.length > 0 || comparison
      ? 'Nothing was broken: the run is held against what was asked of it alone.'
      : null;
  return faultsHit !== 0 && hypothesis.some(({ when, held }) => when === 'during' && held === true)
    ? 'The fault was on and the client felt nothing of it, which is what the hypothesis demands.'
    : null;
};

/** The reasons that stand: that nothing was felt is none where it is an answer. */
export const standing = (reasons: string[], judged: Unfelt): string[] =>
  whyUnfelt(judged) === null ? reasons : reasons.filter((reason) => reason !== UNFELT);

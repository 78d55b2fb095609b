import type { Window } from '../../../../reports/record/common.ts';
import type { PrometheusQuestion } from './api.ts';
import { type Beginnings, beginningsOf, matchersOf } from './beginnings.ts';
import { rawLiveness, steppedLiveness } from './liveness.ts';
import { joinSeries, type Series } from './matrix.ts';
import { narrowedTo } from './promql.ts';
import { targetsOf } from './targets.ts';
import type { Wanted } from './wanted.ts';

/** Stretches of steps that are read sample by sample because a process began in them. */
const MAX_BEGINNINGS = 30;

/** Every sample of what began, in the stretch. */
const beginningSeries = async (
  question: PrometheusQuestion,
  { selectors, jobs }: Wanted,
  stretch: Beginnings,
): Promise<Series[][]> => {
  const matchers = matchersOf(stretch);
  const parts = [await rawLiveness(question, jobs, stretch, matchers)];
  for (const selector of selectors) parts.push(await question.raw(narrowedTo(selector, matchers), stretch));
  return parts;
};

/** The value of every series at every step, and every sample of processes from the steps in which they began. */
export const fetchStepped = async (
  question: PrometheusQuestion,
  wanted: Wanted,
  window: Window,
  step: number,
): Promise<Series[]> => {
  const parts = [await steppedLiveness(question, wanted.jobs, window, step)];
  for (const selector of wanted.selectors) parts.push(await question.stepped(selector, window, step));
  const found = beginningsOf(targetsOf(parts.flat()), window.from, step);
  if (found.length > MAX_BEGINNINGS)
    question.lacks(
      `processes began in ${found.length} stretches, of which only the first ${MAX_BEGINNINGS} were read sample by sample`,
    );
  for (const stretch of found.slice(0, MAX_BEGINNINGS))
    parts.push(...(await beginningSeries(question, wanted, stretch)));
  return joinSeries(parts);
};

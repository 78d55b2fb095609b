import type { Window } from '../../../../reports/record/common.ts';
import type { PrometheusQuestion } from './api.ts';
import { METRIC_NAME, type Series } from './matrix.ts';
import { duration, narrowedTo, oneOf, selectorOf } from './promql.ts';
import { START_TIME, UP } from './targets.ts';

const selector = (jobs: string[], names: string[]): string => selectorOf(names, [oneOf('job', jobs)]);

/** `up` and start times of the jobs as they were scraped. `matchers`: what else must match. */
export const rawLiveness = (
  question: PrometheusQuestion,
  jobs: string[],
  window: Window,
  matchers: string[] = [],
): Promise<Series[]> => {
  if (jobs.length === 0) return Promise.resolve([]);
  const live = selector(jobs, [UP, START_TIME]);
  return question.raw(matchers.length > 0 ? narrowedTo(live, matchers) : live, window);
};

/** `up` and start times at every step, `up` 0 where a scrape failed in between. */
export const steppedLiveness = async (
  question: PrometheusQuestion,
  jobs: string[],
  window: Window,
  step: number,
): Promise<Series[]> => {
  if (jobs.length === 0) return [];
  const least = `min_over_time(${selector(jobs, [UP])}[${duration(step)}])`;
  const up = await question.stepped(least, window, step);
  const starts = await question.stepped(selector(jobs, [START_TIME]), window, step);
  return [
    ...up.map(({ labels, samples }) => ({ labels: { ...labels, [METRIC_NAME]: UP }, samples })),
    ...starts,
  ];
};

import type { Window } from '../../../../reports/record/common.ts';
import type { Labels } from './matrix.ts';
import { oneOf } from './promql.ts';
import { restartsOf } from './restarts.ts';
import { scrapesOf, type Target } from './targets.ts';

/** A stretch of steps in each of which a process began: what it counted before the step's end shows in its samples only. */
export interface Beginnings extends Window {
  /** Of the processes that began. */
  labels: Labels[];
}

const labelsOf = ({ up, series }: Target): Labels => (up ?? series[0])?.labels ?? {};

/** Ends of the steps in which it began. */
const endsOf = (target: Target, from: number): number[] => {
  const first = scrapesOf(target)
    .slice(0, 1)
    .filter((t) => t > from);
  return [...new Set([...first, ...[...restartsOf(target).values()].flat()])];
};

/** Where processes began after the first step of the window, by time; of neighbouring steps one stretch. */
export const beginningsOf = (targets: Target[], begin: number, step: number): Beginnings[] => {
  const byEnd = new Map<number, Labels[]>();
  // Without either label there is nothing by which to ask for it alone.
  for (const target of targets.filter((one) => labelsOf(one).job || labelsOf(one).instance))
    for (const end of endsOf(target, begin + step))
      byEnd.set(end, [...(byEnd.get(end) ?? []), labelsOf(target)]);
  const stretches: Beginnings[] = [];
  for (const [to, labels] of [...byEnd].sort(([a], [b]) => a - b)) {
    const last = stretches.at(-1);
    if (last?.to === to - step) Object.assign(last, { to, labels: [...last.labels, ...labels] });
    else stretches.push({ from: to - step, to, labels });
  }
  return stretches;
};

/** Matchers of those that began, and of few others. */
export const matchersOf = ({ labels }: Beginnings): string[] =>
  ['job', 'instance'].map((name) => oneOf(name, [...new Set(labels.map((one) => one[name] ?? ''))]));

import { indicatorOver } from '../../reports/judge/indicator.ts';
import type { Window } from '../../reports/record/common.ts';
import type { ClientSeries, RedSeries } from '../../reports/record/evidence.ts';
import type { Hypothesis, Indicator, Tolerance } from '../../reports/record/indicator.ts';
import { messageOf } from '../shared/errors.ts';
import type { Stack } from '../stack/stack.ts';

export interface Before {
  hypothesis: Hypothesis[];
  /** service.name of the service that a sentence without one is about. */
  entryService: string;
  steady: Window;
  /** What the client has seen so far. */
  client: ClientSeries;
  stack: Pick<Stack, 'telemetry'>;
  warning?(text: string): void;
}

const UNITS: Partial<Record<Indicator['measure'], string>> = {
  'error-ratio': '',
  'requests-per-second': '/s',
};

const nameOf = ({ measure, viewpoint, service, operation }: Indicator): string =>
  [`the ${viewpoint}'s ${measure}`, service && `of ${service}`, operation && `of "${operation}"`]
    .filter(Boolean)
    .join(' ');

const toleranceText = ({ atMost, atLeast }: Tolerance, unit: string): string =>
  [
    atLeast === null ? [] : [`at least ${atLeast}${unit}`],
    atMost === null ? [] : [`at most ${atMost}${unit}`],
  ]
    .flat()
    .join(', ');

const isWithin = ({ atMost, atLeast }: Tolerance, value: number): boolean =>
  (atMost === null || value <= atMost) && (atLeast === null || value >= atLeast);

/** Server-side figures as they are there now. Where they cannot be had nobody can tell yet; the record will say so. */
const redOf = async ({ stack, steady, warning }: Before): Promise<RedSeries[]> => {
  try {
    return (await (await stack.telemetry()).red(steady)).value;
  } catch (error) {
    warning?.(`the hypothesis could not be checked against the servers' own figures: ${messageOf(error)}`);
    return [];
  }
};

/**
 * What does not hold of the steady-state hypothesis before anything is broken, one sentence each. What nothing was
 * measured of is no violation: nobody can tell.
 */
export const hypothesisViolations = async (before: Before): Promise<string[]> => {
  const asked = before.hypothesis.filter(({ when }) => when.includes('before'));
  const red = asked.some(({ indicator }) => indicator.viewpoint === 'server') ? await redOf(before) : [];
  const parts = { series: { client: before.client, red, runtime: [] }, entryService: before.entryService };
  return asked.flatMap(({ indicator, tolerance }) => {
    const { value } = indicatorOver(parts, indicator, before.steady);
    if (value === null || isWithin(tolerance, value)) return [];
    const unit = UNITS[indicator.measure] ?? ' s';
    const was = `${nameOf(indicator)} was ${Number(value.toPrecision(3))}${unit}`;
    return [`${was} before anything was broken (${toleranceText(tolerance, unit)})`];
  });
};

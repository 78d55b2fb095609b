import type { Indicator, Measure, Stage, StopCondition, Tolerance } from '../record/indicator.ts';
import { duration, percent, rate } from './format.ts';

const MEASURE: Record<Measure, string> = {
  'error-ratio': 'error ratio',
  p50: 'median latency',
  p95: 'p95 latency',
  p99: 'p99 latency',
  'requests-per-second': 'requests per second',
};

/** The stages of a run, as a reader calls them. */
export const STAGE_TEXT: Record<Stage, string> = {
  before: 'before the fault',
  during: 'during the fault',
  after: 'after the fault',
};

/** A value of the measure: a share, seconds or a rate, as people read it. */
export const measureValue = (measure: Measure, value: number | null): string => {
  if (value === null) return '–';
  if (measure === 'error-ratio') return percent(value);
  return measure === 'requests-per-second' ? rate(value) : duration(value);
};

/** A difference of two values, with its sign. */
export const differenceValue = (measure: Measure, value: number | null): string => {
  if (value === null) return '–';
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  return `${sign}${measureValue(measure, Math.abs(value))}`;
};

/** `client error ratio`, `p95 latency of api, GET /products/:id`; names are telemetry's, so renderers escape it. */
export const indicatorText = ({ measure, viewpoint, service, operation }: Indicator): string => {
  const who = viewpoint === 'client' ? 'client' : (service ?? 'entry service');
  return `${who} ${MEASURE[measure]}${operation === null ? '' : `, ${operation}`}`;
};

/** `at most 1 %`, `from 20/s to 30/s`. */
export const toleranceText = (measure: Measure, { atMost, atLeast }: Tolerance): string => {
  const [most, least] = [measureValue(measure, atMost), measureValue(measure, atLeast)];
  if (atMost !== null && atLeast !== null) return `from ${least} to ${most}`;
  return atMost !== null ? `at most ${most}` : `at least ${least}`;
};

/** `client error ratio above 50 % for 5 s`. */
export const stopText = ({ measure, above, below, for: seconds }: StopCondition): string => {
  const limits = [
    ...(above === null ? [] : [`above ${measureValue(measure, above)}`]),
    ...(below === null ? [] : [`below ${measureValue(measure, below)}`]),
  ];
  return `client ${MEASURE[measure]} ${limits.join(' or ')} for ${duration(seconds)}`;
};

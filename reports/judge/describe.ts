import type { Indicator, Measure, Tolerance } from '../record/indicator.ts';
import type { Population } from './track.ts';
import type { JudgedWindow } from './windows.ts';

const MEASURES: Record<Measure, string> = {
  'error-ratio': 'error ratio',
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  'requests-per-second': 'rate',
};

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Digits after the point that keep a percentage apart from 100: two, more from 99.99 % on. */
const digitsOf = (ratio: number): number =>
  ratio < 1 ? Math.min(12, Math.max(2, Math.ceil(-Math.log10(1 - ratio)) - 2)) : 2;

/** `1.25 %`: two digits after the point at most, more where it would read as nothing or as all. */
export const percent = (ratio: number): string =>
  `${ratio > 0 && ratio < 0.0001 ? (100 * ratio).toPrecision(1) : String(Number((100 * ratio).toFixed(digitsOf(ratio))))} %`;

/** A value of the measure with its unit: `1.25 %`, `320 ms`, `1.4 s`, `40/s`. */
export const inUnit = (measure: Measure, value: number): string => {
  if (measure === 'error-ratio') return percent(value);
  if (measure === 'requests-per-second') return `${short(value)}/s`;
  return Math.abs(value) < 1 ? `${short(1000 * value)} ms` : `${short(value)} s`;
};

/** `requests`, `GET /products requests`: which requests are meant. */
export const requestsText = ({ operation }: Population): string =>
  operation === null ? 'requests' : `${operation} requests`;

/** `as the client saw them`: who counted them. */
export const seenText = ({ viewpoint, service }: Population, entryService: string): string =>
  viewpoint === 'client' ? 'as the client saw them' : `as ${service ?? entryService} served them`;

/** `p95 of requests as the client saw them`. */
export const indicatorText = (indicator: Indicator, entryService: string): string =>
  `${MEASURES[indicator.measure]} of ${requestsText(indicator)} ${seenText(indicator, entryService)}`;

/** `at most 1 %`, `from 10/s to 40/s`. */
export const toleranceText = (measure: Measure, { atMost, atLeast }: Tolerance): string => {
  if (atMost !== null && atLeast !== null)
    return `from ${inUnit(measure, atLeast)} to ${inUnit(measure, atMost)}`;
  return atMost !== null ? `at most ${inUnit(measure, atMost)}` : `at least ${inUnit(measure, atLeast ?? 0)}`;
};

const PLACES: Record<JudgedWindow['phase'], string> = {
  'warm-up': 'in the warm-up',
  steady: 'in the steady phase',
  fault: 'during the fault phase',
  recovery: 'in the recovery',
};

/** `in the recovery, from 5 s after the fault phase's end`. */
export const windowText = ({ phase, leftOut }: Pick<JudgedWindow, 'phase' | 'leftOut'>): string =>
  leftOut > 0 ? `${PLACES[phase]}, from ${short(leftOut)} s after its beginning` : PLACES[phase];

/** The sentence with its first letter capital. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

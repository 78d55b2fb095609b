import type { Window } from '../../../reports/record/common.ts';
import { monotonicSeconds } from '../../shared/clock.ts';
import type { Answer } from '../telemetry-source.ts';

/** What was found, and whether that is all. */
export interface Found<T> {
  value: T;
  rows: number;
  /** True when a limit cut it. */
  truncated?: boolean;
  /** Why it is known to be partial. */
  error?: string | null;
}

/** Takes a note of each query as the back end gets it. */
export type Note = (text: string) => void;

const MAX_TEXT = 2000;

/** The queries as one text, the first ones in full. */
const joined = (texts: string[]): string => {
  const unique = [...new Set(texts)];
  const all = unique.join('; ');
  if (all.length <= MAX_TEXT) return all;
  return `${all.slice(0, MAX_TEXT)}… (${unique.length} queries)`;
};

/**
 * Asks, and makes the record of it: how long it took, how much came, the queries as noted. What `ask` throws goes
 * through.
 */
export const answering = async <T>(
  method: string,
  window: Window | null,
  ask: (note: Note) => Promise<Found<T>>,
): Promise<Answer<T>> => {
  const started = monotonicSeconds();
  const texts: string[] = [];
  const { value, rows, truncated = false, error = null } = await ask((text) => texts.push(text));
  const seconds = monotonicSeconds() - started;
  return { value, query: { method, text: joined(texts), window, rows, seconds, error, truncated } };
};

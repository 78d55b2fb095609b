import type { AttemptSample } from './k6-samples.ts';

/** How an HTTP request ended that got no answer. */
export type NoAnswer = 'timed out' | 'refused' | 'cut off' | 'other';

/** HTTP requests of one operation, every attempt counted. */
export interface SentCount {
  operation: string;
  attempts: number;
  /** Those without any answer, by how they ended. */
  unanswered: Partial<Record<NoAnswer, number>>;
  /** Answers that a gateway may have given by itself. */
  badGateway: number;
}

/** What a gateway says for a service that gave it no answer (502, 504), or of which no replica is left (503). */
const GATEWAY_STATUSES = [502, 503, 504];

/** Whether a gateway may have answered by itself, so that the service need not have seen the request. */
export const mayBeGateways = (status: number): boolean => GATEWAY_STATUSES.includes(status);

/** k6's words for it, as its error tag has them (k6 v1, lib/netext/httpext/error_codes.go). */
const WORDS: [RegExp, NoAnswer][] = [
  [/timeout/i, 'timed out'],
  [/refused/i, 'refused'],
  [/reset|EOF|broken pipe|closed/i, 'cut off'],
];

const noAnswerOf = (error: string): NoAnswer => WORDS.find(([words]) => words.test(error))?.[1] ?? 'other';

/** A script of somebody's own may put an id into each name; what is past this many is counted as one. */
const MOST_OPERATIONS = 200;
export const OTHER_OPERATIONS = 'others';

/** Counts what was sent, by operation. */
export class SentCounter {
  readonly #counts = new Map<string, SentCount>();

  add({ operation, status, error }: AttemptSample): void {
    const count = this.#of(operation);
    count.attempts++;
    if (mayBeGateways(status)) count.badGateway++;
    if (status > 0) return;
    const how = noAnswerOf(error);
    count.unanswered[how] = (count.unanswered[how] ?? 0) + 1;
  }

  get counts(): SentCount[] {
    return [...this.#counts.values()].sort((a, b) => (a.operation < b.operation ? -1 : 1));
  }

  #of(wanted: string): SentCount {
    const full = this.#counts.size >= MOST_OPERATIONS && !this.#counts.has(wanted);
    const operation = full ? OTHER_OPERATIONS : wanted;
    const count = this.#counts.get(operation) ?? { operation, attempts: 0, unanswered: {}, badGateway: 0 };
    this.#counts.set(operation, count);
    return count;
  }
}

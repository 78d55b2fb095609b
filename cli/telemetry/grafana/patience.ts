import { monotonicSeconds } from '../../shared/clock.ts';
import { BackendError, type BackendErrorFacts } from './backend-error.ts';

/** Questions that fail in a row before no other is asked, and for how long, seconds. */
const MAX_FAILURES = 3;
const REST_SECONDS = 10;

/**
 * A circuit breaker: a back end that hangs costs a few time-outs, and not one for each of hundreds of questions. After its
 * rest one question is tried; the next failure makes it rest again.
 */
export class Patience {
  private failures = 0;
  private restsUntil = 0;
  private reason = '';

  constructor(
    private readonly restSeconds = REST_SECONDS,
    private readonly now: () => number = monotonicSeconds,
  ) {}

  /** Throws BackendError while nothing is to be asked. */
  check(facts: Pick<BackendErrorFacts, 'backend' | 'path'>): void {
    if (this.now() >= this.restsUntil) return;
    const why = `not asked, as ${this.failures} questions in a row had failed, the last with: ${this.reason}`;
    throw new BackendError('BACKEND_UNREACHABLE', why, facts);
  }

  answered(): void {
    this.failures = 0;
  }

  /** Only what says that the back end is not well counts: a question that it refuses for good is an answer. */
  failed({ again, code, reason }: BackendError): void {
    if (!again && code !== 'BACKEND_UNREACHABLE') return;
    this.failures += 1;
    this.reason = reason;
    if (this.failures >= MAX_FAILURES) this.restsUntil = this.now() + this.restSeconds;
  }
}

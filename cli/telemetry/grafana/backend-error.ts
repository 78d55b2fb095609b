import { type ErrorCode, ObsctlError } from '../../shared/errors.ts';
import type { BackendClient } from './http.ts';

export type BackendErrorCode = Extract<ErrorCode, `BACKEND_${string}`>;

export interface BackendErrorFacts {
  backend: BackendClient['name'];
  path: string;
  /** HTTP status; null where none came. */
  status?: number | null;
  /** Whether the same question may be answered when asked again. */
  again?: boolean;
  /** Seconds to wait before that, where the back end said so. */
  retryAfter?: number | null;
}

/** A back end that did not answer as it should. The message names back end, path and reason, and never a secret. */
export class BackendError extends ObsctlError {
  readonly backend: BackendClient['name'];
  readonly path: string;
  readonly reason: string;
  readonly status: number | null;
  readonly again: boolean;
  readonly retryAfter: number | null;

  constructor(code: BackendErrorCode, reason: string, facts: BackendErrorFacts, asked = 1) {
    const times = asked > 1 ? ` (asked ${asked} times)` : '';
    super(code, `${facts.backend}: ${facts.path}: ${reason}${times}`);
    this.name = 'BackendError';
    this.reason = reason;
    this.backend = facts.backend;
    this.path = facts.path;
    this.status = facts.status ?? null;
    this.again = facts.again ?? false;
    this.retryAfter = facts.retryAfter ?? null;
  }

  /** The same error, saying how often it was asked. */
  after(asked: number): BackendError {
    return new BackendError(this.code as BackendErrorCode, this.reason, this, asked);
  }
}

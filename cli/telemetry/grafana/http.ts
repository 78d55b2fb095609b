import type { BackendAccess } from './options.ts';

export interface GetOptions {
  /** Query parameters; a list is sent as repeated ones. */
  parameters?: Record<string, string | number | string[] | undefined>;
  /** POST as a form: for queries that are too long for an address. */
  post?: boolean;
  timeoutSeconds?: number;
  signal?: AbortSignal;
  /** Statuses besides 2xx that are an answer, say 404 for a trace that is not there. */
  accept?: number[];
  /** Besides those of the access. */
  headers?: Record<string, string>;
  /** The body stays the text that came, whatever it is: for probes such as `/ready`. */
  text?: boolean;
}

export interface BackendAnswer {
  status: number;
  /** Parsed JSON; a text where that was asked for, or where an accepted status other than 2xx came with no JSON. */
  body: unknown;
  /** How often it was asked again before it answered. */
  retries: number;
}

/** The one way to a back end's HTTP API. */
export interface BackendClient {
  readonly name: 'prometheus' | 'loki' | 'tempo';
  readonly access: BackendAccess;
  /** Requests sent so far, retries included. */
  readonly requests: number;
  /**
   * Seconds by which the back end's clock is ahead of ours, at least (negative: behind), by the last answer's `Date`
   * header, which has whole seconds; 0 within them, null while unknown.
   */
  readonly clockOffset: number | null;
  /**
   * Asks once, and again after 429, 5xx and lost connections, with back-off, within the time-out. Follows no redirect.
   * Throws BackendError, whose message names the back end, the path and the reason, and never a secret.
   */
  get(path: string, options?: GetOptions): Promise<BackendAnswer>;
}

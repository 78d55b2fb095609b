import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import type { Replica, Stack } from '../stack/stack.ts';
import { flagOf } from './injection-plan.ts';

/** Longest wait for one admin call, milliseconds. */
const CALL_TIMEOUT_MS = 3000;

interface AdminError {
  error?: { code?: string; message?: string; details?: string[] };
}

/** What the carrier calls `target.route` or `parameters.holdMs` is a flag to whoever reads it here. */
const inFlags = (line: string): string =>
  line.replace(/^(?:target|parameters)\.([A-Za-z]+)/, (_path, key: string) => flagOf(key));

/** Axios's own error does not go on as the cause: it carries the request, and with it the admin token. */
const asKnown = ({ instance }: Replica, error: unknown): ObsctlError => {
  if (isAxiosError<AdminError>(error) && error.response) {
    const said = error.response.data?.error;
    const details = (said?.details ?? [said?.message ?? `status ${error.response.status}`]).map(inFlags);
    return new ObsctlError('FAULT_REFUSED', `${instance} refused it.`, { details });
  }
  return new ObsctlError(
    'ADMIN_UNAVAILABLE',
    `The admin API of ${instance} does not answer: ${messageOf(error)}`,
  );
};

/** Calls the admin API of a replica, directly and never through the balancer. */
export class AdminClient {
  private readonly stack: Stack;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  /** Throws FAULT_REFUSED with the replica's reasons, or ADMIN_UNAVAILABLE. */
  async call<T>(replica: Replica, ask: (http: AxiosInstance) => Promise<T>): Promise<T> {
    const http = axios.create({
      baseURL: replica.adminUrl,
      timeout: CALL_TIMEOUT_MS,
      maxRedirects: 0,
      proxy: false,
      headers: { authorization: `Bearer ${await this.stack.adminToken(replica.instance)}` },
    });
    try {
      return await ask(http);
    } catch (error) {
      throw error instanceof ObsctlError ? error : asKnown(replica, error);
    }
  }
}

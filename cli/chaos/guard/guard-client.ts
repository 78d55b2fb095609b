import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { sleep } from '../../shared/clock.ts';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { type Held, heldListSchema, heldSchema, type Order } from './protocol.ts';

/** Where the guard listens; null where none is needed. Starts one when told to, or when an open lease has none. */
export type FindGuard = (options: { start: boolean }) => Promise<string | null>;

const CALL_TIMEOUT_MS = 5000;
/** A guard may die or leave between two calls: the next one is found, which takes a moment. */
const ATTEMPTS = 5;
const PAUSE = 0.3;

const problem = (error: unknown): ObsctlError => {
  if (error instanceof ObsctlError) return error;
  const said = isAxiosError<{ message?: string }>(error) ? error.response?.data?.message : undefined;
  return said && isAxiosError(error) && error.response!.status < 500
    ? new ObsctlError('FAULT_REFUSED', 'The lease guard refused.', { details: [said] })
    : new ObsctlError('ADMIN_UNAVAILABLE', `The lease guard does not answer: ${said ?? messageOf(error)}`);
};

const isGone = (error: unknown): boolean => isAxiosError(error) && error.response === undefined;
const isEnded = (error: unknown): boolean => isAxiosError(error) && error.response?.status === 404;

/** Talks to the lease guard. Every call may be made twice: a lease has an id, and ending it twice is ending it once. */
export class GuardClient {
  constructor(private readonly find: FindGuard) {}

  /** Throws FAULT_REFUSED with the reason. */
  async open(order: Order): Promise<Held> {
    return heldSchema.parse(await this.call(true, (http) => http.post('/leases', order)));
  }

  /** Null when the lease has ended. */
  renew(id: string, leaseSeconds: number): Promise<Held | null> {
    return this.ofLease((http) => http.post(`/leases/${id}/renew`, { leaseSeconds }));
  }

  /** What the lease was until now; null when it had ended. */
  close(id: string): Promise<Held | null> {
    return this.ofLease((http) => http.delete(`/leases/${id}`));
  }

  async list(): Promise<Held[]> {
    return heldListSchema.parse((await this.call(false, (http) => http.get('/leases'))) ?? []);
  }

  private async ofLease(ask: (http: AxiosInstance) => Promise<{ data: unknown }>): Promise<Held | null> {
    const answer = await this.call(false, ask);
    return answer === null ? null : heldSchema.parse(answer);
  }

  /** Null where there is no guard to ask, or no such lease. */
  private async call(
    start: boolean,
    ask: (http: AxiosInstance) => Promise<{ data: unknown }>,
    attempt = 1,
  ): Promise<unknown> {
    try {
      const socketPath = await this.find({ start });
      if (socketPath === null) return null;
      const http = axios.create({
        socketPath,
        baseURL: 'http://guard',
        timeout: CALL_TIMEOUT_MS,
        proxy: false,
      });
      return (await ask(http)).data;
    } catch (error) {
      if (isEnded(error)) return null;
      if (!isGone(error) || attempt === ATTEMPTS) throw problem(error);
      await sleep(PAUSE);
      return this.call(start, ask, attempt + 1);
    }
  }
}

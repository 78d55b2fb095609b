import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { z } from 'zod';
import { isAlive, type ProcessIdentity } from '../../shared/process-identity.ts';
import type { Action, Subject } from './action.ts';

/** Longest wait for an answer of the proxy, milliseconds. */
const CALL_TIMEOUT_MS = 3000;

/** What is done to the connections through one of Toxiproxy's proxies, in its own words. */
export const toxicWorkSchema = z.object({
  proxy: z.string(),
  type: z.string(),
  stream: z.enum(['upstream', 'downstream']),
  /** Share of the connections, 0..1. */
  toxicity: z.number(),
  attributes: z.record(z.string(), z.number()),
});

const isStatus = (error: unknown, status: number): boolean =>
  isAxiosError(error) && error.response?.status === status;

/** Toxiproxy's own reason, which says more than a status. */
const reasonOf = (error: unknown): unknown => {
  const said = isAxiosError<{ error?: string }>(error) ? error.response?.data?.error : undefined;
  return said ? new Error(`the proxy refused: ${said}`) : error;
};

/** Where Toxiproxy's API is now, and whether the process in whose memory a toxic is lives. */
export interface ToxiproxyAccess {
  address(): string | undefined | Promise<string | undefined>;
  isAlive?(process: ProcessIdentity): boolean | Promise<boolean>;
}

/**
 * A toxic that bears the lease's id. It lives in Toxiproxy's memory: one that was started again has none, and the lease
 * is over.
 */
export const toxic = ({ address, isAlive: lives = isAlive }: ToxiproxyAccess): Action => {
  const client = async (): Promise<AxiosInstance> => {
    const baseURL = await address();
    if (!baseURL) throw new Error('the proxy is not there');
    return axios.create({ baseURL, timeout: CALL_TIMEOUT_MS, proxy: false, maxRedirects: 0 });
  };
  const toxicsOf = ({ work }: Subject) => `/proxies/${toxicWorkSchema.parse(work).proxy}/toxics`;
  /** Throws where the proxy lives and does not say: that is no end. */
  const isThere = async (subject: Subject): Promise<boolean> => {
    try {
      await (await client()).get(`${toxicsOf(subject)}/${subject.id}`);
      return true;
    } catch (error) {
      if (isStatus(error, 404) || !(await lives(subject.process))) return false;
      throw reasonOf(error);
    }
  };
  return {
    async begin(subject) {
      const { proxy: _proxy, ...rest } = toxicWorkSchema.parse(subject.work);
      try {
        await (await client()).post(toxicsOf(subject), { name: subject.id, ...rest });
      } catch (error) {
        // The same order once more.
        if (!isStatus(error, 409)) throw reasonOf(error);
      }
    },
    extend: isThere,
    async end(subject) {
      try {
        await (await client()).delete(`${toxicsOf(subject)}/${subject.id}`);
      } catch (error) {
        if (!isStatus(error, 404) && (await lives(subject.process))) throw reasonOf(error);
      }
    },
    inEffect: (subject) => isThere(subject).catch(() => false),
    isLost: async ({ process }) => !(await lives(process)),
  };
};

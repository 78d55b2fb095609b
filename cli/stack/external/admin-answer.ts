import axios, { isAxiosError } from 'axios';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import type { ExternalReplica } from '../external-target.ts';

/** Longest wait for one answer, milliseconds. */
const TIMEOUT_MS = 3000;

const answerSchema = z.object({ service: z.string(), instance: z.string() });

const why = (error: unknown): string => {
  // Axios's own error carries the token; its message does not.
  if (!isAxiosError(error)) return 'what answers there is no admin API of obsctl';
  const status = error.response?.status;
  if (status === 401) return 'its token is not the right one';
  return status === undefined ? `does not answer: ${messageOf(error)}` : `answered with ${status}`;
};

/** Whether the admin API of the replica answers, and is its own: null where it is, else why not. Changes nothing. */
export const adminTrouble = async ({
  instance,
  service,
  adminUrl,
  token,
}: ExternalReplica): Promise<string | null> => {
  try {
    const { data } = await axios.get(`${adminUrl.replace(/\/+$/, '')}/faults`, {
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      proxy: false,
      headers: { authorization: `Bearer ${token}` },
    });
    const is = answerSchema.parse(data);
    return is.instance === instance && is.service === service
      ? null
      : `is ${is.instance} of ${is.service}, not ${instance} of ${service}`;
  } catch (error) {
    return why(error);
  }
};

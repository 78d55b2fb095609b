import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { nowSeconds } from '../../../cli/shared/clock.ts';

/** Seconds between two requests whose traces are watched; each for as long as its way into the store takes, at most. */
const [EVERY, WATCHED] = [15, 75];
const PAUSE_MILLISECONDS = 300;

export interface Watched {
  /** Reads that found a trace. */
  reads: number;
  /** Age, in seconds, at which a trace that was found before was not there. */
  gone: number[];
}

interface Sent {
  traceId: string;
  at: number;
  found: boolean;
}

const request = async (baseUrl: string): Promise<Sent> => {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  await axios.get(`${baseUrl}/products/1`, { headers: { traceparent }, proxy: false });
  return { traceId, at: nowSeconds(), found: false };
};

const isThere = async (url: string): Promise<boolean> => {
  const validateStatus = (status: number) => status === 200 || status === 404;
  const { data } = await axios.get(url, { proxy: false, validateStatus });
  return (data.trace?.resourceSpans?.length ?? 0) > 0;
};

/**
 * Makes a request now and then, and reads its trace by id again and again as it goes from Tempo's ingester to its store.
 * What comes back ends the watch.
 */
export const watchTraces = (baseUrl: string, tempo: string): (() => Promise<Watched>) => {
  const ending = new AbortController();
  const watched: Watched = { reads: 0, gone: [] };
  const look = async (sent: Sent): Promise<void> => {
    const there = await isThere(`${tempo}/api/v2/traces/${sent.traceId}`);
    if (there) watched.reads++;
    else if (sent.found) watched.gone.push(nowSeconds() - sent.at);
    sent.found ||= there;
  };
  const watch = async (): Promise<Watched> => {
    const sent: Sent[] = [];
    while (!ending.signal.aborted) {
      if (nowSeconds() - (sent.at(-1)?.at ?? 0) > EVERY) sent.push(await request(baseUrl));
      await Promise.all(sent.filter(({ at }) => nowSeconds() - at < WATCHED).map(look));
      await pause(PAUSE_MILLISECONDS);
    }
    return watched;
  };
  const watching = watch();
  watching.catch(() => undefined);
  return () => {
    ending.abort();
    return watching;
  };
};

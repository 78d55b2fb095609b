import { z } from 'zod';
import { pollUntil } from '../../shared/retry.ts';
import {
  EDGE_SIGNALS,
  edgeWrittenAt,
  isNeutral,
  readEdge,
  writeEdge,
} from '../../stack/local/collector-edge.ts';
import type { Action } from './action.ts';
import { configuredSince } from './collector-since.ts';
import { edgeOverlay } from './edge-overlay.ts';

export const lossWorkSchema = z.object({
  signal: z.enum(EDGE_SIGNALS),
  /** Share that is lost, above 0 to 1. */
  share: z.number().gt(0).lte(1),
  seed: z.number().int().nonnegative(),
});
export type LossWork = z.infer<typeof lossWorkSchema>;

/** The collector as it is now, and the folder in which its overlays lie; undefined where the stack is gone. */
export interface CollectorAccess {
  folder(): string | undefined;
  /** Whether one lives that has read, or can be told to read, an overlay. */
  lives(): boolean | Promise<boolean>;
  /** Has it read its configuration again (SIGHUP). */
  tell(): void | Promise<void>;
  /** Where its own metrics are. */
  metricsUrl(): string | undefined | Promise<string | undefined>;
  /** Mode of an overlay's file: the collector has to be able to read it. */
  mode?: number;
  /** Longest wait until it has read an overlay, seconds: it first hands on what it has, mostly within 0.1. */
  patience?: number;
}

type Signal = LossWork['signal'];

/** Asks the collector itself whether it has read an overlay since that was written. */
const createReadBack = ({ metricsUrl }: CollectorAccess) => {
  // What is known stays true: each time it reads them again is later.
  let known = Number.NEGATIVE_INFINITY;
  return async (place: string, signal: Signal): Promise<boolean> => {
    const written = edgeWrittenAt(place, signal) ?? Number.POSITIVE_INFINITY;
    if (known >= written) return true;
    const url = await metricsUrl();
    if (url) known = Math.max(known, (await configuredSince(url)) ?? known);
    return known >= written;
  };
};

/**
 * Loss in the collector: an overlay over its configuration, which it reads again at SIGHUP. Begun and ended is what the
 * collector is seen to have read. One that was started again meanwhile begins with the overlay, so the lease goes on and
 * ends it.
 */
export const collectorLoss = (access: CollectorAccess): Action => {
  const { folder, lives, tell, mode, patience = 3 } = access;
  const hasRead = createReadBack(access);
  /** Throws where the collector lives and is not seen to have read it. */
  const write = async (place: string, signal: Signal, text?: string): Promise<void> => {
    writeEdge(place, signal, text, mode);
    if (await lives()) await tell();
    // Where none lives, the next one begins with what is written.
    const done = async () => (await hasRead(place, signal)) || !(await lives()) || undefined;
    if (!(await pollUntil(done, { timeout: patience, every: 0.02 })))
      throw new Error('the collector was told to read its configuration again, and did not');
  };
  return {
    async begin({ work }) {
      const { signal, ...loss } = lossWorkSchema.parse(work);
      const place = folder();
      if (!place) throw new Error('the stack is gone');
      await write(place, signal, edgeOverlay(signal, loss));
    },
    extend: async ({ work }) => {
      const place = folder();
      return place !== undefined && !isNeutral(readEdge(place, lossWorkSchema.parse(work).signal));
    },
    async end({ work }) {
      const place = folder();
      // Also where the overlay changes nothing already: whoever wrote that may have died before the collector was told.
      if (place) await write(place, lossWorkSchema.parse(work).signal);
    },
    async inEffect({ work }) {
      const { signal } = lossWorkSchema.parse(work);
      const place = folder();
      if (!place || isNeutral(readEdge(place, signal)) || !(await lives())) return false;
      // A slow answer says too little, and another guard knows nothing yet: it is asked more than once.
      const seen = async () => (await hasRead(place, signal)) || undefined;
      return (await pollUntil(seen, { timeout: patience / 3, every: 0.02 })) ?? false;
    },
  };
};

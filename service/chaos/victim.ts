import { createHash } from 'node:crypto';

/** W3C Trace Context, section 3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;

/**
 * What tells one request from another for the choice of victims: trace id and parent span id, so that each
 * attempt of a retried request is drawn anew; `fallback` where no trace context came.
 */
export const requestKey = (traceparent: string | string[] | undefined, fallback: () => number): string => {
  const match = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  return match ? `${match[1]}:${match[2]}` : `#${fallback()}`;
};

/**
 * Whether the request is a victim: a hash of seed and key, read as a number in [0, 1), lies below `rate`. The
 * same seed and key give the same answer in every replica.
 */
export const isVictim = (seed: number, key: string, rate: number): boolean =>
  createHash('sha256').update(`${seed}:${key}`).digest().readUInt32BE(0) / 2 ** 32 < rate;

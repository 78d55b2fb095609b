import { hash32, mix32 } from './random.ts';

/** What makes the ids of one logical request: the same five always give the same ids. */
export interface TraceOrigin {
  runId: string;
  seed: number;
  scenario: string;
  /** The iteration's number within the scenario, counted over all virtual users. */
  iteration: number;
  /** The request's number within the iteration. */
  request: number;
}

export interface TraceIds {
  traceId: string;
  nextSpanId(): string;
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** More ids than one logical request can need: its attempts are few. */
const IDS_PER_REQUEST = 2 ** 16;

/**
 * The ids of one logical request. The first half of the trace id names the run; the second half and the span ids are
 * bijections of (iteration, counter), so no two of a run are equal: uniqueness does not rest on luck.
 */
export const traceIdsOf = ({ runId, seed, scenario, iteration, request }: TraceOrigin): TraceIds => {
  const run = hash32(`${runId}\n${scenario}`);
  const salt = mix32(run ^ mix32(seed));
  const high = mix32(iteration ^ salt);
  let counter = request * IDS_PER_REQUEST;
  const next = (): string => {
    const id = hex(high) + hex(mix32(++counter ^ high ^ run));
    return /^0+$/.test(id) ? next() : id;
  };
  return { traceId: hex(run) + hex(salt) + next(), nextSpanId: next };
};

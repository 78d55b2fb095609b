import type { Arrival } from '../../../reports/record/completeness.ts';
import { chunks, spread } from '../../shared/lists.ts';
import { around } from './choose.ts';
import { isComplete } from './from-trace.ts';
import { type CollectOptions, rootServiceOf } from './options.ts';
import { type AskedTraces, isWhole, type Questions } from './questions.ts';

/** Requests that are followed from the client to the stores: about two a second of a short run. */
const SAMPLE = 100;
const IDS_AT_ONCE = 50;
const LINES_AT_ONCE = 2_000;

/** How many lines name each id; null where some of them may not have been told. */
const linesById = async (questions: Questions, { window }: CollectOptions, ids: string[]) => {
  const counts = new Map<string, number | null>();
  const within = around(window);
  for (const traceIds of chunks(ids, IDS_AT_ONCE)) {
    const answer = await questions.answer('logs', within, (source) =>
      source.logs(within, { traceIds, limit: LINES_AT_ONCE }),
    );
    const untold = answer && isWhole(answer) ? 0 : null;
    for (const id of traceIds) counts.set(id, untold);
    for (const { traceId } of answer?.value ?? [])
      if (traceId) counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
  }
  return counts;
};

/** What is there of a trace; null where part of it may not have been told. */
const spansOf = ({ found, doubtful }: AskedTraces, traceId: string, options: CollectOptions) => {
  const spans = found.get(traceId) ?? [];
  const whole = isComplete(spans, rootServiceOf(options));
  const own = spans.filter(({ service }) => service !== options.clientService).length;
  return { spans: doubtful.has(traceId) && !(whole && own > 0) ? null : own, whole };
};

/**
 * What is there of requests that the client got an answer of the service to (what a gateway answers may never have reached it),
 * spread over the load whatever happened in it: spikes have
 * traces of their own, and where nothing spikes nobody else would look. What could not be asked is null, not zero.
 */
export const sampleArrivals = async (questions: Questions, options: CollectOptions): Promise<Arrival[]> => {
  const served = options.clientTraces.filter(({ answered, byGateway }) => answered && !byGateway);
  const chosen = spread(
    [...served].sort((a, b) => a.end - b.end),
    SAMPLE,
  );
  const ids = chosen.map(({ traceId }) => traceId);
  if (ids.length === 0) return [];
  const traces = await questions.traces(ids, around(options.window));
  const lines = await linesById(questions, options, ids);
  return chosen.map(({ traceId, end }) => ({
    time: end,
    ...spansOf(traces, traceId, options),
    lines: lines.get(traceId) ?? null,
  }));
};

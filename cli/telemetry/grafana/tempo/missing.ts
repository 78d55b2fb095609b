import type { Window } from '../../../../reports/record/common.ts';
import { nowSeconds } from '../../../shared/clock.ts';
import { spread } from '../../../shared/lists.ts';
import type { Found, Note } from '../answer.ts';
import type { TempoSearch } from './search.ts';
import { sweep } from './sweep.ts';
import type { TraceReader } from './trace-reader.ts';
import { anySpan, notOfService } from './traceql.ts';

/** So few are looked up one by one. */
const FEW = 20;
/** Of those that a search did not find, so many are looked up too. */
const DOUBTED = 40;
/** A trace may reach another service so long after the window: seconds. */
const TAIL_SECONDS = 30;
/** Where no window is given, traces are looked for in so many seconds before now. */
const LOOK_BACK_SECONDS = 3600;

export interface MissingQuestion {
  traceIds: string[];
  except?: string | undefined;
  within?: Window | undefined;
}

/** Those of the ids with a span of another service than `except`, looked up one by one. */
const lookUp = async (reader: TraceReader, ids: string[], { except, within }: MissingQuestion) => {
  const { traces, error } = await reader.read(ids, within);
  const there = [...traces].filter(([, spans]) => spans.some(({ service }) => service !== except));
  return { there: new Set(there.map(([traceId]) => traceId)), error };
};

/** Takes those found by searches out of `left`. Returns why the search is not to be relied on; null when it is. */
const takeFound = async (
  search: TempoSearch,
  left: Set<string>,
  { except, within }: MissingQuestion,
  note: Note,
): Promise<string | null> => {
  const { from, to } = within ?? { from: nowSeconds() - LOOK_BACK_SECONDS, to: nowSeconds() };
  const { whole, error } = await sweep(search, {
    query: except ? notOfService(except) : anySpan(),
    window: { from, to: to + TAIL_SECONDS },
    note,
    take: (traces) => {
      for (const { traceId } of traces) left.delete(traceId);
      return left.size > 0;
    },
  });
  return whole || left.size === 0 ? error : 'more traces in the window than could be searched';
};

/**
 * Those of the ids of which no span of a service other than `except` is there. Many are looked for by searches over
 * the window; of those not found, some are looked up by id, and when that finds one the answer says that it is partial.
 */
export const findMissing = async (
  search: TempoSearch,
  reader: TraceReader,
  question: MissingQuestion,
  note: Note,
): Promise<Found<string[]>> => {
  const ids = [...new Set(question.traceIds)];
  const left = new Set(ids);
  const swept = ids.length > FEW ? await takeFound(search, left, question, note) : null;
  const doubted = spread([...left], DOUBTED);
  if (doubted.length > 0) note(`/api/v2/traces/<id> of ${doubted.length} ids`);
  const { there, error } = await lookUp(reader, doubted, question);
  for (const traceId of there) left.delete(traceId);
  const sampled = there.size > 0 && left.size + there.size > doubted.length;
  const doubt = sampled ? `the search missed ${there.size} of ${doubted.length} looked up by id` : null;
  const value = ids.filter((traceId) => left.has(traceId));
  return { value, rows: value.length, error: swept ?? error ?? doubt };
};

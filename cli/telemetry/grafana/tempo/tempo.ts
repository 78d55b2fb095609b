import type { Window } from '../../../../reports/record/common.ts';
import type { TraceSearch } from '../../telemetry-source.ts';
import { answering } from '../answer.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import type { TempoPart } from '../parts.ts';
import { findMissing } from './missing.ts';
import { tempoReadiness } from './readiness.ts';
import { TempoSearch } from './search.ts';
import { searchTraces } from './search-traces.ts';
import { countServerSpans } from './server-spans.ts';
import { TraceReader } from './trace-reader.ts';

/** Traces from Tempo's HTTP API, 2.5 or newer. */
export const createTempo = (client: BackendClient, _names: Names): TempoPart => {
  const reader = new TraceReader(client);
  const search = new TempoSearch(client);
  return {
    ready: () => tempoReadiness(client),
    traces: (traceIds: string[], within?: Window) =>
      answering('traces', within ?? null, async (note) => {
        note(`/api/v2/traces/<id> of ${traceIds.length} ids`);
        const { traces, error } = await reader.read(traceIds, within);
        return { value: traces, rows: [...traces.values()].flat().length, error };
      }),
    missing: (traceIds: string[], except?: string, within?: Window) =>
      answering('missing', within ?? null, (note) =>
        findMissing(search, reader, { traceIds, except, within }, note),
      ),
    searchTraces: (window: Window, wanted: TraceSearch) =>
      answering('searchTraces', window, (note) => searchTraces(search, window, wanted, note)),
    serverSpanCounts: (window: Window, service: string) =>
      answering('serverSpanCounts', window, (note) => countServerSpans(search, window, service, note)),
  };
};

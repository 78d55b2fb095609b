import { findSpikeWindows, type SpikeWindow } from '../../../reports/analysis/index.ts';
import type { Window } from '../../../reports/record/common.ts';
import type { Exemplar, Span, Trace } from '../../../reports/record/evidence.ts';
import type { TraceSearch, TraceSummary } from '../telemetry-source.ts';
import {
  around,
  parts,
  spikeTraceIds,
  spreadOverOperations,
  steadyLatency,
  steadyPhase,
  widened,
} from './choose.ts';
import { exemplarFromTrace } from './from-trace.ts';
import { type Bounds, type CollectOptions, type Metrics, OWN_BOUNDS } from './options.ts';
import type { Questions } from './questions.ts';

const STEADY_PARTS = 6;

interface Found {
  spike: SpikeWindow;
  exemplars: string[];
  searched: string[];
}

interface Wanted {
  window: Window;
  search: TraceSearch;
}

/** Jobs run after the request that queued them: their traces began so much earlier, seconds. */
const QUEUE_SECONDS = 10;
const BACKGROUND_PARTS = 3;

/**
 * What to search for a spike. A trace's duration is its root's, so it says nothing about background work: there,
 * traces from all over the window are taken.
 */
const wantedFor = (
  spike: SpikeWindow,
  usual: number | null,
  { entryService, bounds: { perSpike } = OWN_BOUNDS }: CollectOptions,
): Wanted[] => {
  const { service } = spike;
  const window = widened(spike);
  if (spike.kind === 'error') return [{ window, search: { error: true, service, limit: perSpike } }];
  if (service === entryService) {
    return usual === null ? [] : [{ window, search: { minDuration: usual, service, limit: perSpike } }];
  }
  const longer = { from: Math.max(0, window.from - QUEUE_SECONDS), to: window.to };
  const limit = Math.ceil(perSpike / BACKGROUND_PARTS);
  return parts(longer, BACKGROUND_PARTS).map((part) => ({ window: part, search: { service, limit } }));
};

const searchAll = async (questions: Questions, wanted: Wanted[]): Promise<TraceSummary[]> => {
  const found: TraceSummary[] = [];
  for (const { window, search } of wanted) {
    found.push(
      ...(await questions.ask('searchTraces', window, [], (source) => source.searchTraces(window, search))),
    );
  }
  return found;
};

const spikeTraces = async (
  questions: Questions,
  options: CollectOptions,
  spikes: SpikeWindow[],
  resolved: Exemplar[],
): Promise<Found[]> => {
  const usual = steadyLatency(options.client, options.phases);
  const { perSpike } = options.bounds ?? OWN_BOUNDS;
  const found: Found[] = [];
  for (const spike of spikes) {
    const exemplars = spikeTraceIds(resolved, spike, perSpike);
    // Without a client what the servers saw in steady says what is slow.
    const wanted = wantedFor(spike, options.client ? usual : spike.baseline, options);
    const searched = (await searchAll(questions, wanted)).map(({ traceId }) => traceId);
    found.push({ spike, exemplars, searched });
  }
  return found;
};

const steadyTraces = async (
  questions: Questions,
  { phases, entryService, bounds: { steadyTraces: count } = OWN_BOUNDS }: CollectOptions,
): Promise<string[]> => {
  const steady = steadyPhase(phases);
  const windows = steady ? parts(steady, STEADY_PARTS) : [];
  const search = { service: entryService, limit: count };
  const found = await searchAll(
    questions,
    windows.map((window) => ({ window, search })),
  );
  return spreadOverOperations(found, count);
};

type Reasons = Map<string, Trace['reason']>;

/** Every spike gets its share of traces before any gets more; what two reasons ask for keeps the first. */
const reasonsOf = (found: Found[], steady: string[], { perSpike, spikeTraces }: Bounds): Reasons => {
  const reasons: Reasons = new Map();
  for (let i = 0; i < perSpike; i++) {
    for (const { exemplars, searched } of found) {
      if (reasons.size >= spikeTraces) break;
      if (exemplars[i] && !reasons.has(exemplars[i]!)) reasons.set(exemplars[i]!, 'exemplar');
      if (searched[i] && !reasons.has(searched[i]!)) reasons.set(searched[i]!, 'search');
    }
  }
  for (const traceId of steady) if (!reasons.has(traceId)) reasons.set(traceId, 'steady');
  return reasons;
};

/** Exemplars that a search fills in, where no metric's exemplar names the same trace and kind already. */
const fillIns = (found: Found[], spans: Map<string, Span[]>, known: Exemplar[]): Exemplar[] => {
  const seen = new Set(known.map(({ traceId, kind, service }) => `${traceId} ${kind} ${service}`));
  const added: Exemplar[] = [];
  for (const { spike, searched } of found) {
    for (const traceId of searched) {
      const exemplar = exemplarFromTrace(spans.get(traceId) ?? [], spike);
      const key = exemplar && `${traceId} ${exemplar.kind} ${exemplar.service}`;
      if (!exemplar || seen.has(key!)) continue;
      seen.add(key!);
      added.push(exemplar);
    }
  }
  return added;
};

/** The longest of the spikes, in their order. */
const longest = (spikes: SpikeWindow[], count: number): SpikeWindow[] => {
  const byLength = [...spikes].sort((a, b) => b.to - b.from - (a.to - a.from));
  const kept = new Set(byLength.slice(0, count));
  return spikes.filter((spike) => kept.has(spike));
};

export interface TraceEvidence {
  traces: Trace[];
  /** Those that were asked for and, by an answer that left nothing out, are not there. */
  absent: string[];
  /** Exemplars that a trace search filled in. */
  filledIn: Exemplar[];
}

/** Chooses the traces that show each spike and a cohort of the steady phase, and fetches them whole. */
export const collectTraces = async (
  questions: Questions,
  options: CollectOptions,
  metrics: Metrics,
  missing: Set<string>,
): Promise<TraceEvidence> => {
  const { phases, client, entryService, bounds = OWN_BOUNDS } = options;
  const { red, runtime, exemplars } = metrics;
  const spikes = longest(findSpikeWindows({ phases, client, red, runtime, entryService }), bounds.spikes);
  const resolved = exemplars.filter(({ traceId }) => !missing.has(traceId));
  const found = await spikeTraces(questions, options, spikes, resolved);
  const reasons = reasonsOf(found, await steadyTraces(questions, options), bounds);
  const ids = [...reasons.keys()];
  const { found: spans, doubtful } = await questions.traces(ids, around(options.window));
  const traces = [...spans].map(([traceId, list]) => ({
    traceId,
    reason: reasons.get(traceId)!,
    spans: list,
  }));
  const absent = ids.filter((id) => !spans.has(id) && !doubtful.has(id));
  return { traces, absent, filledIn: fillIns(found, spans, exemplars) };
};

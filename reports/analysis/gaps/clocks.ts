import type { Evidence, Span } from '../../record/evidence.ts';
import type { Gap } from '../../record/findings.ts';
import { median, scaledMad } from '../statistics/median.ts';
import { longestPause } from './metrics.ts';

/** Clocks of one platform differ by milliseconds; from this on times cannot be put side by side, seconds. */
const MAX_SKEW = 2;
/** Fewer pairs than this prove no clock wrong. */
const MIN_PAIRS = 5;

/** A clock may have been set in the middle of the run. */
const MIN_SHARE = 0.2;
/** A wrong clock is always wrong by the same; work that only began late is late by all kinds of time, seconds. */
const MAX_SPREAD = 1;

/** How far a moment lies before (negative) or behind (positive) an interval; 0 inside. */
const beyond = (time: number, from: number, to: number): number =>
  time < from ? time - from : time > to ? time - to : 0;

/** The offsets that are too large, of the side that has more of them; none where they are too few to prove anything. */
const tooFar = (offsets: number[]): number[] => {
  const sides = [offsets.filter((one) => one > MAX_SKEW), offsets.filter((one) => one < -MAX_SKEW)];
  const [most = []] = sides.sort((a, b) => b.length - a.length);
  return most.length >= MIN_PAIRS && most.length >= MIN_SHARE * offsets.length ? most : [];
};

/** By how much a clock is wrong, seconds; 0 where the offsets do not show that. */
const skewOf = (offsets: number[]): number => {
  const far = tooFar(offsets);
  return far.length > 0 && scaledMad(far) <= MAX_SPREAD ? median(far) : 0;
};

const ahead = (skew: number): string => `${Math.abs(skew).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'}`;

const gap = (text: string): Gap => ({ signal: 'clock', window: null, text, decisive: true });

const end = ({ start, duration }: Span): number => start + duration;

/**
 * By service: how far its server spans start outside of the call that caused them. Calls that failed are left out: what was
 * given up is served late, all of it at the end of a pause, and looks like a clock that is ahead.
 */
const callOffsets = ({ traces }: Evidence): Map<string, number[]> => {
  const offsets = new Map<string, number[]>();
  for (const { spans } of traces) {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans) {
      const caller = span.kind === 'server' && span.parentSpanId ? byId.get(span.parentSpanId) : undefined;
      if (!caller || caller.service === span.service || caller.status === 'error') continue;
      const inside = beyond(span.start, caller.start, end(caller)) === 0;
      const offset = inside ? 0 : span.start - caller.start;
      offsets.set(span.service, [...(offsets.get(span.service) ?? []), offset]);
    }
  }
  return offsets;
};

const serviceGaps = (evidence: Evidence): Gap[] =>
  [...callOffsets(evidence)]
    .map(([service, offsets]) => ({ service, skew: skewOf(offsets) }))
    .filter(({ skew }) => skew !== 0)
    .map(({ service, skew }) => gap(`The clock of ${service} is ${ahead(skew)} that of its callers.`));

const logGaps = ({ traces, logs }: Evidence): Gap[] => {
  const extents = new Map(
    traces.map(({ traceId, spans }) => [
      traceId,
      { from: Math.min(...spans.map(({ start }) => start)), to: Math.max(...spans.map(end)) },
    ]),
  );
  const offsets = logs.flatMap(({ time, traceId }) => {
    const extent = traceId ? extents.get(traceId) : undefined;
    return extent ? [beyond(time, extent.from, extent.to)] : [];
  });
  const skew = skewOf(offsets);
  return skew !== 0
    ? [gap(`Log lines are ${ahead(skew)} the traces they belong to: one of the two clocks is wrong.`)]
    : [];
};

/** Metrics that are made of spans bear the time at which a span arrived where they are made, in batches as spans do. */
const isMadeOfSpans = (metric: string): boolean => metric.startsWith('traces');

/** An exemplar without a time of its own gets that of its scrape. */
const exemplarGaps = (evidence: Evidence): Gap[] => {
  const spans = new Map(
    evidence.traces.flatMap((trace) =>
      trace.spans.map((span) => [`${trace.traceId} ${span.spanId}`, span] as const),
    ),
  );
  const offsets = evidence.exemplars.flatMap(({ traceId, spanId, time, origin, metric }) => {
    const span = origin === 'metric' ? spans.get(`${traceId} ${spanId}`) : undefined;
    const offset = span ? beyond(time, span.start, end(span)) : 0;
    return span && !(offset > 0 && isMadeOfSpans(metric)) ? [offset] : [];
  });
  const skew = skewOf(offsets);
  return Math.abs(skew) > longestPause(evidence)
    ? [gap(`Exemplars are ${ahead(skew)} the traces they name: one of the two clocks is wrong.`)]
    : [];
};

/** Traces were asked for by id or in a window: times outside of all that was asked for are wrong. */
const traceGaps = ({ traces, window }: Evidence): Gap[] => {
  const starts = traces.flatMap(({ spans }) => spans.map(({ start }) => start));
  const far = tooFar(starts.map((start) => beyond(start, window.from, window.to)));
  return far.length > 0
    ? [
        gap(
          `${far.length} of ${starts.length} spans lie ${ahead(median(far))} the window they were asked for: their clock is wrong.`,
        ),
      ]
    : [];
};

/** Where the same request has different times in different signals: nothing can be put side by side then. */
export const clockGaps = (evidence: Evidence): Gap[] => [
  ...serviceGaps(evidence),
  ...traceGaps(evidence),
  ...logGaps(evidence),
  ...exemplarGaps(evidence),
];

import type { Log } from '../record/evidence.ts';
import type { ShownTrace } from '../record/findings.ts';
import { logsOf } from './logs.ts';
import { deepestError, type Focus, longestExclusive, longestOverrun } from './traces/suspects.ts';
import type { TraceTree } from './traces/tree.ts';
import { waterfallOf } from './traces/waterfall.ts';

/** What a report shows of a trace. */
export const shownTrace = (traceId: string, tree: TraceTree, focus: Focus, logs: Log[]): ShownTrace => {
  const starts = tree.nodes.reduce((min, { start }) => Math.min(min, start), Number.POSITIVE_INFINITY);
  const ends = tree.nodes.reduce((max, { end }) => Math.max(max, end), Number.NEGATIVE_INFINITY);
  return {
    traceId,
    duration: ends - starts,
    rootDuration: tree.complete ? (tree.roots[0]?.span.duration ?? null) : null,
    complete: tree.complete,
    deepestError: deepestError(tree, focus),
    longestExclusive: longestExclusive(tree, focus),
    longestOverrun: longestOverrun(tree),
    services: [...new Set(tree.nodes.map(({ span }) => span.service))].sort(),
    spans: tree.nodes.length,
    waterfall: waterfallOf(tree),
    ...logsOf(logs, traceId),
  };
};

import type { Evidence, Exemplar, Log } from '../record/evidence.ts';
import { SEVERITIES } from '../record/evidence.ts';
import type { Spike, TracedExample } from '../record/findings.ts';
import type { DetectedSpike } from './detection/slis.ts';
import { exemplarsOf } from './exemplars.ts';
import { deepestError, type Focus, longestExclusive } from './traces/suspects.ts';
import type { TraceTree } from './traces/tree.ts';
import { waterfallOf } from './traces/waterfall.ts';

const MAX_EXAMPLES = 3;
const MAX_LOGS = 8;

/** The trace's most severe lines, at most `MAX_LOGS`, in the order they were written. */
const logsOf = (logs: Log[], traceId: string): Log[] => {
  const written = logs.filter((log) => log.traceId === traceId).sort((a, b) => a.time - b.time);
  const rank = ({ severity }: Log) => SEVERITIES.indexOf(severity);
  const kept = new Set([...written].sort((a, b) => rank(b) - rank(a)).slice(0, MAX_LOGS));
  return written.filter((log) => kept.has(log));
};

const toExample = (exemplar: Exemplar, tree: TraceTree, focus: Focus, logs: Log[]): TracedExample => {
  const starts = tree.nodes.reduce((min, { start }) => Math.min(min, start), Number.POSITIVE_INFINITY);
  const ends = tree.nodes.reduce((max, { end }) => Math.max(max, end), Number.NEGATIVE_INFINITY);
  return {
    traceId: exemplar.traceId,
    exemplar,
    duration: ends - starts,
    complete: tree.complete,
    deepestError: deepestError(tree, focus),
    longestExclusive: longestExclusive(tree, focus),
    services: [...new Set(tree.nodes.map(({ span }) => span.service))].sort(),
    spans: tree.nodes.length,
    waterfall: waterfallOf(tree),
    logs: logsOf(logs, exemplar.traceId),
  };
};

interface Candidate {
  exemplar: Exemplar;
  tree: TraceTree;
  features: string[];
}

const featuresOf = (exemplar: Exemplar, tree: TraceTree, focus: Focus): string[] => {
  const origin = deepestError(tree, focus);
  return [
    `instance ${exemplar.instance}`,
    `route ${exemplar.method} ${exemplar.route}`,
    `origin ${origin?.service} ${origin?.name}`,
  ];
};

/** Complete traces first, then what the chosen ones do not show yet, then a metric's own exemplars, then order. */
const pickDiverse = (candidates: Candidate[]): Candidate[] => {
  const chosen: Candidate[] = [];
  const rest = [...candidates];
  while (chosen.length < MAX_EXAMPLES && rest.length > 0) {
    const shown = new Set(chosen.flatMap(({ features }) => features));
    const score = ({ exemplar, tree, features }: Candidate): number =>
      (tree.complete ? 100 : 0) +
      10 * features.filter((feature) => !shown.has(feature)).length +
      (exemplar.origin === 'metric' ? 1 : 0);
    const best = rest.reduce((a, b) => (score(b) > score(a) ? b : a));
    chosen.push(best);
    rest.splice(rest.indexOf(best), 1);
  }
  return chosen;
};

const identity = (one: Exemplar): string =>
  [one.traceId, one.kind, one.metric, one.service, one.instance, one.route, one.spanId, one.time].join(' ');

/** For latency the slowest first; for errors those nearest to the worst second. Ties by identity: same in, same out. */
const inOrder = (exemplars: Exemplar[], { sli, peakAt }: DetectedSpike): Exemplar[] => {
  const weight = (one: Exemplar) => (sli.kind === 'latency' ? one.value : -Math.abs(one.time - peakAt));
  return [...exemplars].sort((a, b) => weight(b) - weight(a) || (identity(a) < identity(b) ? -1 : 1));
};

const firstByTrace = (exemplars: Exemplar[]): Exemplar[] => {
  const unique = new Map<string, Exemplar>();
  for (const one of exemplars) if (!unique.has(one.traceId)) unique.set(one.traceId, one);
  return [...unique.values()];
};

const gapOf = (inWindow: number, examples: number): string | null => {
  if (examples > 0) return null;
  return inWindow === 0
    ? 'No exemplar of the right kind lies in its window.'
    : `${inWindow} exemplars lie in its window, but the evidence holds the trace of none of them.`;
};

/** Up to three traces that show the spike, each resolved by the id its exemplar names. */
export const examplesOf = (
  spike: DetectedSpike,
  { exemplars, logs, clientService }: Evidence,
  treeOf: (traceId: string) => TraceTree | null,
  slowAbove: number,
): Pick<Spike, 'exemplarsInWindow' | 'examples' | 'gap'> => {
  const focus = { clientService, async: spike.sli.name === 'job-latency' };
  const inWindow = exemplarsOf(spike, exemplars, slowAbove);
  const candidates = firstByTrace(inOrder(inWindow, spike)).flatMap((exemplar) => {
    const tree = treeOf(exemplar.traceId);
    return tree ? [{ exemplar, tree, features: featuresOf(exemplar, tree, focus) }] : [];
  });
  const examples = pickDiverse(candidates).map(({ exemplar, tree }) =>
    toExample(exemplar, tree, focus, logs),
  );
  return { exemplarsInWindow: inWindow.length, examples, gap: gapOf(inWindow.length, examples.length) };
};

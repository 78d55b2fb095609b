import type { Evidence, Exemplar, Log } from '../record/evidence.ts';
import type { Spike, TracedExample } from '../record/findings.ts';
import type { DetectedSpike } from './detection/slis.ts';
import { exemplarsOf } from './exemplars.ts';
import { shownTrace } from './shown-trace.ts';
import { deepestError, type Focus } from './traces/suspects.ts';
import type { TraceTree } from './traces/tree.ts';

const MAX_EXAMPLES = 3;

/** What the request took that the exemplar names; null where only a counter named it and its span is missing. */
const requestDurationOf = ({ spanId, kind, value }: Exemplar, { nodes }: TraceTree): number | null =>
  kind === 'duration' ? value : (nodes.find(({ span }) => span.spanId === spanId)?.span.duration ?? null);

const toExample = (exemplar: Exemplar, tree: TraceTree, focus: Focus, logs: Log[]): TracedExample => ({
  ...shownTrace(exemplar.traceId, tree, focus, logs),
  exemplar,
  requestDuration: requestDurationOf(exemplar, tree),
});

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
    : `Exemplars of its window name ${inWindow} traces, but the evidence holds none of them.`;
};

/** What a spike shows of its exemplars. */
export type Shown = Pick<Spike, 'exemplarsInWindow' | 'fromMetrics' | 'examples' | 'gap'>;

const distinctTraces = (exemplars: Exemplar[]): number =>
  new Set(exemplars.map(({ traceId }) => traceId)).size;

/** Up to three traces that show the spike, each resolved by the id its exemplar names. */
export const examplesOf = (
  spike: DetectedSpike,
  { exemplars, logs, clientService }: Evidence,
  treeOf: (traceId: string) => TraceTree | null,
  slowAbove: number,
): Shown => {
  const focus = { clientService, async: spike.sli.name === 'job-latency' };
  const inWindow = exemplarsOf(spike, exemplars, slowAbove);
  const candidates = firstByTrace(inOrder(inWindow, spike)).flatMap((exemplar) => {
    const tree = treeOf(exemplar.traceId);
    return tree ? [{ exemplar, tree, features: featuresOf(exemplar, tree, focus) }] : [];
  });
  const examples = pickDiverse(candidates).map(({ exemplar, tree }) =>
    toExample(exemplar, tree, focus, logs),
  );
  const named = distinctTraces(inWindow);
  const fromMetrics = distinctTraces(inWindow.filter(({ origin }) => origin === 'metric'));
  return { exemplarsInWindow: named, fromMetrics, examples, gap: gapOf(named, examples.length) };
};

import type { Attribution } from '../record/attribution.ts';
import type { Evidence } from '../record/evidence.ts';
import type { ShownTrace, Spike } from '../record/findings.ts';
import { shownTrace } from './shown-trace.ts';
import { traceTrees } from './traces/trees.ts';

/** More traces than this convince nobody. */
const MOST = 12;

/** Traces that the culprit's reasons name and no spike shows already, in the order in which they are named. */
export const trailOf = (
  evidence: Evidence,
  { suspects: [culprit] }: Attribution,
  spikes: Spike[],
): ShownTrace[] => {
  const shown = new Set(spikes.flatMap(({ examples }) => examples).map(({ traceId }) => traceId));
  const named = new Set((culprit?.reasons ?? []).flatMap(({ traceIds }) => traceIds));
  const treeOf = traceTrees(evidence);
  const focus = { clientService: evidence.clientService, async: false };
  return [...named]
    .filter((id) => !shown.has(id))
    .slice(0, MOST)
    .flatMap((id) => {
      const tree = treeOf(id);
      return tree ? [shownTrace(id, tree, focus, evidence.logs)] : [];
    });
};

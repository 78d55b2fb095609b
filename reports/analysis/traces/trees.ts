import type { Evidence } from '../../record/evidence.ts';
import { buildTree, type TraceTree } from './tree.ts';

/** Looks a trace's tree up by id; null when the evidence does not hold the trace. Each is built once. */
export const traceTrees = ({ traces }: Pick<Evidence, 'traces'>): ((traceId: string) => TraceTree | null) => {
  const spans = new Map(traces.filter((trace) => trace.spans.length > 0).map((t) => [t.traceId, t.spans]));
  const built = new Map<string, TraceTree>();
  return (traceId) => {
    const known = built.get(traceId);
    if (known) return known;
    const found = spans.get(traceId);
    if (!found) return null;
    const tree = buildTree(found);
    if (tree.nodes.length === 0) return null;
    built.set(traceId, tree);
    return tree;
  };
};

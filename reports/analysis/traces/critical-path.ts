import type { Node, TraceTree } from './tree.ts';

/** A stretch of time, Unix seconds. */
export interface Stretch {
  start: number;
  end: number;
}

const waited = ({ children }: Node): Node[] =>
  children.filter(({ async }) => !async).sort((a, b) => b.waitedUntil - a.waitedUntil || b.start - a.start);

/** Own stretches of a span up to `until`, and the children that take the rest, each with its end. */
const follow = (node: Node, until: number): { own: Stretch[]; next: [Node, number][] } => {
  const own: Stretch[] = [];
  const next: [Node, number][] = [];
  let at = Math.min(until, node.waitedUntil);
  for (const child of waited(node)) {
    if (child.waitedUntil > at) continue;
    own.push({ start: child.waitedUntil, end: at });
    next.push([child, child.waitedUntil]);
    at = Math.max(node.start, Math.min(at, child.start));
  }
  own.push({ start: node.start, end: at });
  return { own: own.filter(({ start, end }) => end > start).reverse(), next };
};

/**
 * The critical path: the stretches of spans that, had they been shorter, would have let the one who waited go on sooner.
 * From the end backwards, the child that finished last before a moment is what was waited for until then. Source: Zhang
 * et al., CRISP: Critical Path Analysis of Large-Scale Microservice Architectures, USENIX ATC 2022. Work that nobody
 * waited for is not on it. Never recurses.
 */
export const criticalPath = ({ roots }: TraceTree): Map<Node, Stretch[]> => {
  const path = new Map<Node, Stretch[]>();
  const root = roots.find(({ async }) => !async);
  const open: [Node, number][] = root ? [[root, root.waitedUntil]] : [];
  for (let one = open.pop(); one; one = open.pop()) {
    const { own, next } = follow(...one);
    if (own.length > 0) path.set(one[0], own);
    open.push(...next);
  }
  return path;
};

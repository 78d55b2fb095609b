import type { Span } from '../../record/evidence.ts';

/** A span in its place. Times are Unix seconds after the correction for clocks that disagree. */
export interface Node {
  span: Span;
  parent: Node | null;
  children: Node[];
  depth: number;
  start: number;
  end: number;
  /** Under a consumer span: nobody waited for it. */
  async: boolean;
  /** Until when somebody waited for it: its own end, or that of the caller that left first. */
  waitedUntil: number;
  /** Seconds it went on after its caller had left; 0 where it did not, and for what nobody waited for. */
  overrun: number;
  /** Seconds of the time somebody waited for it in which no child ran: its own share of the wait. */
  exclusive: number;
}

export interface TraceTree {
  /** Roots and orphans, by start. */
  roots: Node[];
  /** Depth-first by start: the order in which a person reads a trace. */
  nodes: Node[];
  /** Every parent that a span names is there. */
  complete: boolean;
}

const sameInstance = (a: Span, b: Span): boolean => a.service === b.service && a.instance === b.instance;

/** Spans of an equal start keep the order in which they arrived: clocks of whole milliseconds tie often. */
const byStart = (a: Node, b: Node) => a.start - b.start;

const uniqueNodes = (spans: Span[]): Map<string, Node> => {
  const nodes = new Map<string, Node>();
  for (const span of spans) {
    const { start, duration, kind } = span;
    if (nodes.has(span.spanId) || !Number.isFinite(start) || !Number.isFinite(duration)) continue;
    const end = start + Math.max(0, duration);
    nodes.set(span.spanId, {
      span,
      parent: null,
      children: [],
      depth: 0,
      start,
      end,
      async: kind === 'consumer',
      waitedUntil: end,
      overrun: 0,
      exclusive: 0,
    });
  }
  return nodes;
};

/** Whether walking up from `node` comes back to it: hostile or broken data. */
const isInCycle = (node: Node): boolean => {
  const seen = new Set<Node>();
  for (let up = node.parent; up && !seen.has(up); up = up.parent) {
    if (up === node) return true;
    seen.add(up);
  }
  return false;
};

const link = (nodes: Map<string, Node>): boolean => {
  let complete = true;
  for (const node of nodes.values()) {
    const { parentSpanId } = node.span;
    if (parentSpanId === null) continue;
    node.parent = nodes.get(parentSpanId) ?? null;
    if (!node.parent) complete = false;
  }
  return complete;
};

/** Cuts each cycle at one of its spans, which becomes a root. Returns whether there was any. */
const cutCycles = (nodes: Map<string, Node>): boolean => {
  let cut = false;
  const safe = new Set<Node>();
  for (const node of nodes.values()) {
    const path = new Set<Node>();
    let up: Node | null = node;
    while (up && !safe.has(up) && !path.has(up)) {
      path.add(up);
      up = up.parent;
    }
    if (up && path.has(up) && isInCycle(up)) {
      up.parent = null;
      cut = true;
    }
    for (const seen of path) safe.add(seen);
  }
  return cut;
};

/**
 * A child of another process cannot start before its parent: where it seems to, its clock is behind, and it and
 * what hangs below it move later (as Jaeger's clock skew adjuster does). The same process keeps its parent's shift.
 */
const shiftOf = (child: Node, parent: Node): number =>
  sameInstance(child.span, parent.span)
    ? parent.start - parent.span.start
    : Math.max(0, parent.start - child.span.start);

const placeBelow = (child: Node, parent: Node): void => {
  const shift = shiftOf(child, parent);
  child.depth = parent.depth + 1;
  child.async ||= parent.async;
  child.start += shift;
  child.end += shift;
  child.waitedUntil = child.end;
  if (child.span.kind === 'consumer') return;
  child.waitedUntil = Math.min(child.end, parent.waitedUntil);
  child.overrun = Math.max(0, child.end - parent.end);
};

/** Own share of the wait: a caller that gave up waits no longer, whatever still runs below it. */
const exclusiveOf = ({ start, waitedUntil, children }: Node): number =>
  uncovered(
    start,
    waitedUntil,
    children
      .filter(({ span }) => span.kind !== 'consumer')
      .map((child) => ({ start: child.start, end: child.waitedUntil })),
  );

/** Seconds of [start, end) that no interval covers; intervals are clipped to it and may overlap. */
export const uncovered = (
  start: number,
  end: number,
  intervals: { start: number; end: number }[],
): number => {
  let free = 0;
  let reached = start;
  for (const interval of intervals.filter((one) => one.end > one.start).sort((a, b) => a.start - b.start)) {
    free += Math.max(0, Math.min(interval.start, end) - reached);
    reached = Math.max(reached, Math.min(interval.end, end));
  }
  return free + Math.max(0, end - reached);
};

/** Builds the tree of one trace. Never recurses, so a chain of any depth is safe; repeated span ids count once. */
export const buildTree = (spans: Span[]): TraceTree => {
  const all = uniqueNodes(spans);
  const linked = link(all);
  const complete = !cutCycles(all) && linked;
  for (const node of all.values()) node.parent?.children.push(node);

  const roots = [...all.values()].filter(({ parent }) => !parent).sort(byStart);
  const nodes: Node[] = [];
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    nodes.push(node);
    for (const child of node.children) placeBelow(child, node);
    node.children.sort(byStart);
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  for (const node of nodes) node.exclusive = exclusiveOf(node);
  return { roots, nodes, complete };
};

import type { SpanRef } from '../../record/findings.ts';
import { errorMessageOf, peerOf } from './attributes.ts';
import type { Node, TraceTree } from './tree.ts';

/** Whose story the trace tells: the request someone waited for, or the job that ran behind it. */
export interface Focus {
  clientService: string;
  async: boolean;
}

const toRef = ({ span, children, exclusive, overrun }: Node): SpanRef => ({
  traceId: span.traceId,
  spanId: span.spanId,
  service: span.service,
  instance: span.instance,
  name: span.name,
  kind: span.kind,
  peer: peerOf(
    span,
    children.map((child) => child.span),
  ),
  duration: span.duration,
  exclusive,
  overrun,
  statusMessage: errorMessageOf(span),
});

/** The better of two by the first key in which they differ; higher is better, equal keeps the first. */
const best = (nodes: Node[], keys: ((node: Node) => number)[]): SpanRef | null => {
  const better = (a: Node, b: Node): Node => {
    const key = keys.find((one) => one(a) !== one(b));
    return key && key(b) > key(a) ? b : a;
  };
  return nodes.length > 0 ? toRef(nodes.reduce(better)) : null;
};

const inFocus =
  ({ async }: Focus) =>
  (node: Node): number =>
    node.async === async ? 1 : 0;

const notClient =
  ({ clientService }: Focus) =>
  ({ span }: Node): number =>
    span.service === clientService ? 0 : 1;

/**
 * Where the error comes from: an erroring span none of whose children errs, the deepest of them and, of equals,
 * the earliest. The client's own spans and work nobody waited for count only when nothing else errs.
 */
export const deepestError = ({ nodes }: TraceTree, focus: Focus): SpanRef | null => {
  const errs = (node: Node) => node.span.status === 'error';
  const origins = nodes.filter((node) => errs(node) && !node.children.some(errs));
  return best(origins, [inFocus(focus), notClient(focus), ({ depth }) => depth, ({ start }) => -start]);
};

/** A span that outlives its caller by less than this answered late at most, seconds. */
export const MIN_OVERRUN = 0.05;

/** The span that went on longest after its caller had left; null where all ended in time. */
export const longestOverrun = ({ nodes }: TraceTree): SpanRef | null =>
  best(
    nodes.filter(({ overrun }) => overrun >= MIN_OVERRUN),
    [({ overrun }) => overrun],
  );

/** The span that took the most of the time somebody waited. The client's own count only when nothing else is there. */
export const longestExclusive = ({ nodes }: TraceTree, focus: Focus): SpanRef | null =>
  best(nodes, [inFocus(focus), notClient(focus), ({ exclusive }) => exclusive, ({ start }) => -start]);

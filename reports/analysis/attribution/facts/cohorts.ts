import type { Window } from '../../../record/common.ts';
import type { Evidence } from '../../../record/evidence.ts';
import { grouped } from '../../grouped.ts';
import { median } from '../../statistics/median.ts';
import type { TraceTree } from '../../traces/tree.ts';
import { placeAll } from './place.ts';

/** One request (and the work it left behind), with what is needed to compare it. */
export interface Case {
  traceId: string;
  tree: TraceTree;
  /** The root's name: requests are compared with those of the same operation. */
  operation: string;
  start: number;
  /** End of the part somebody waited for, and of all of it. */
  end: number;
  last: number;
  /** The client's request, or the entry service's answer, failed. */
  failed: boolean;
  /** It took longer than steady requests of its operation usually do. */
  slow: boolean;
}

export interface Cohorts {
  steady: Case[];
  /** Requests of the incident's window, chosen because they failed, were slow, or by a metric's exemplar. */
  incident: Case[];
}

/** A request is slow above this many times the steady median of its operation, and by at least this much, seconds. */
const SLOW = { times: 1.5, plus: 0.02 };
const SLACK_SECONDS = 1;

type Plain = Omit<Case, 'slow'>;

const toCase = (traceId: string, tree: TraceTree, entryService: string): Plain | null => {
  const root = tree.roots[0];
  if (!root) return null;
  const entry = tree.nodes.find(({ span }) => span.service === entryService && span.kind === 'server');
  const status = Number(entry?.span.attributes['http.response.status_code'] ?? 0);
  const waited = tree.nodes.filter((node) => !node.async);
  return {
    traceId,
    tree,
    operation: root.span.name,
    start: root.start,
    end: waited.reduce((end, node) => Math.max(end, node.waitedUntil), root.start),
    last: tree.nodes.reduce((last, node) => Math.max(last, node.end), root.start),
    failed: root.span.status === 'error' || entry?.span.status === 'error' || status >= 500,
  };
};

const medians = (cases: Plain[]): Map<string, number> =>
  new Map(
    grouped(cases, ({ operation }) => operation).map((same) => [
      same[0]!.operation,
      median(same.map(({ start, end }) => end - start)),
    ]),
  );

/** Sorts the traces into those of the steady phase and those of the incident; the rest is left out. */
export const cohortsOf = (
  { traces, entryService }: Pick<Evidence, 'traces' | 'entryService'>,
  treeOf: (traceId: string) => TraceTree | null,
  steady: Window,
  window: Window,
): Cohorts => {
  const sorted = [...traces].sort((a, b) => (a.traceId < b.traceId ? -1 : 1));
  const all = sorted.flatMap(({ traceId, reason }) => {
    const tree = treeOf(traceId);
    const one = tree && toCase(traceId, tree, entryService);
    return one ? [{ ...one, reason }] : [];
  });
  placeAll(all.map(({ tree }) => tree));
  const calm = all.filter(
    ({ reason, start }) => reason === 'steady' && start >= steady.from && start < steady.to,
  );
  const usual = medians(calm);
  const withSpeed = (one: Plain): Case => {
    const expected = usual.get(one.operation) ?? Number.POSITIVE_INFINITY;
    const took = one.end - one.start;
    return { ...one, slow: took > SLOW.times * expected && took - expected > SLOW.plus };
  };
  const during = all.filter(
    ({ reason, start, last }) =>
      reason !== 'steady' && last >= window.from - SLACK_SECONDS && start <= window.to + SLACK_SECONDS,
  );
  return { steady: calm.map(withSpeed), incident: during.map(withSpeed) };
};

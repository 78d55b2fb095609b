import { maskText } from '../../mask.ts';
import { errorMessageOf } from '../../traces/attributes.ts';
import type { Node } from '../../traces/tree.ts';
import type { Case, Cohorts } from './cohorts.ts';
import { type Place, placeKey, placeOf } from './place.ts';

/** Where errors begin: erroring spans below which nothing errs, by place and kind of message. */
export interface Origin {
  place: Place;
  /** The message without its figures and ids; empty where the spans say nothing. */
  message: string;
  /** Incident requests that have such a span, of all incident requests; and of the failed ones. */
  traces: number;
  share: number;
  shareOfFailed: number;
  /** The same of the steady cohort. */
  steadyShare: number;
  /** The requests, failed ones first; and the failed ones alone. */
  traceIds: string[];
  failedIds: string[];
  /** Requests looked at in all, and failed ones among them. */
  requests: number;
  failures: number;
  instances: string[];
  /** Durations of the spans, seconds: median, and the spread (p90 over p10). */
  duration: number;
  spread: number;
  /** Of these spans: those whose callee answered too late (its span outlived the caller), and that have no answer at all. */
  lateAnswers: number;
  noAnswers: number;
  spans: number;
  from: number;
}

interface Group {
  nodes: Node[];
  cases: Map<string, Case>;
  failed: Set<string>;
}

/** A message is telemetry: of a longer one only the beginning is looked at. */
const MAX_MESSAGE = 400;

const messageOf = ({ span }: Node): string => maskText((errorMessageOf(span) ?? '').slice(0, MAX_MESSAGE));

const errs = ({ span }: Node): boolean => span.status === 'error';

/** Spans below which something errs, however deep; work that nobody waited for does not count. */
const errsBelow = ({ nodes }: Case['tree']): Set<Node> => {
  const above = new Set<Node>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (node.parent && node.span.kind !== 'consumer' && (errs(node) || above.has(node)))
      above.add(node.parent);
  }
  return above;
};

/** Where errors begin: a span that errs while nothing below it does. */
const originsIn = ({ tree }: Case, clientService: string): Node[] => {
  const above = errsBelow(tree);
  return tree.nodes.filter((node) => errs(node) && !above.has(node) && node.span.service !== clientService);
};

const groupsOf = (cases: Case[], clientService: string): Map<string, Group> => {
  const groups = new Map<string, Group>();
  for (const one of cases) {
    for (const node of originsIn(one, clientService)) {
      const key = `${placeKey(placeOf(node))}\u0000${messageOf(node)}`;
      const group: Group = groups.get(key) ?? { nodes: [], cases: new Map(), failed: new Set() };
      group.nodes.push(node);
      group.cases.set(one.traceId, one);
      if (one.failed) group.failed.add(one.traceId);
      groups.set(key, group);
    }
  }
  return groups;
};

const at = (sorted: number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;

const MIN_LATE = 0.02;

const describe = (group: Group, incident: Case[], steadyShare: number): Origin => {
  const { nodes, cases, failed } = group;
  const durations = nodes.map(({ span }) => span.duration).sort((a, b) => a - b);
  const failures = incident.filter((one) => one.failed).length;
  const answers = nodes.map(({ children }) => children.filter(({ span }) => span.kind === 'server'));
  return {
    place: placeOf(nodes[0]!),
    message: messageOf(nodes[0]!),
    traces: cases.size,
    share: cases.size / Math.max(1, incident.length),
    shareOfFailed: failed.size / Math.max(1, failures),
    steadyShare,
    traceIds: [...failed, ...[...cases.keys()].filter((id) => !failed.has(id))],
    failedIds: [...failed],
    requests: incident.length,
    failures,
    instances: [...new Set(nodes.map(({ span }) => span.instance))].sort(),
    duration: at(durations, 0.5),
    spread: at(durations, 0.9) / Math.max(1e-4, at(durations, 0.1)),
    lateAnswers: answers.filter((list) => list.some(({ overrun }) => overrun > MIN_LATE)).length,
    noAnswers: answers.filter((list) => list.length === 0).length,
    spans: nodes.length,
    from: nodes.reduce((first, { end }) => Math.min(first, end), Number.POSITIVE_INFINITY),
  };
};

/** Error origins of the incident's requests, those of most requests first. */
export const originsOf = ({ steady, incident }: Cohorts, clientService: string): Origin[] => {
  const before = groupsOf(steady, clientService);
  return [...groupsOf(incident, clientService)]
    .map(([key, group]) =>
      describe(group, incident, (before.get(key)?.cases.size ?? 0) / Math.max(1, steady.length)),
    )
    .sort((a, b) => b.traces - a.traces || (a.message < b.message ? -1 : 1));
};

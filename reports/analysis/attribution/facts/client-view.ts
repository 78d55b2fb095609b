import type { Evidence } from '../../../record/evidence.ts';
import { firstAttribute } from '../../traces/attributes.ts';
import type { Node } from '../../traces/tree.ts';
import type { Cohorts } from './cohorts.ts';

/** How attempts of the client ended that got no good answer, and what the entry service knew of them. */
export interface ClientView {
  /** Failed attempts in the incident's requests. */
  failed: number;
  /** Of these: no answer within the client's patience; answered by something before the service, which knew nothing of it. */
  timedOut: number;
  unseen: number;
  /** The service saw its client go while the client still waited: somebody cut the connection between them. */
  cut: number;
  cutTraceIds: string[];
  cutInstances: string[];
  unseenTraceIds: string[];
  timedOutTraceIds: string[];
  from: number | null;
}

const CLIENT_CLOSED = 499;

const statusOf = (node: Node): number =>
  Number(firstAttribute(node.span, 'http.response.status_code', 'http.status_code') ?? 0);

const isFailedAttempt = (node: Node, clientService: string): boolean =>
  node.span.service === clientService &&
  node.span.kind === 'client' &&
  (node.span.status === 'error' || statusOf(node) >= 500);

/** The service's own account of a request whose client left. */
const sawClientLeave = (node: Node): boolean =>
  statusOf(node) === CLIENT_CLOSED ||
  node.span.events.some(({ name }) => /disconnect|abort|reset/i.test(name));

/** Somebody's patience ended, the client's own or that of what stands before the service: nobody cut anything. */
const gaveUp = (node: Node): boolean =>
  [408, 504].includes(statusOf(node)) ||
  (statusOf(node) === 0 && /time|deadline|cancel|abort/i.test(node.span.statusMessage ?? ''));

/** The entry service's own span of the attempt, also behind a proxy that has spans. */
const servedBy = (node: Node, entryService: string): Node | undefined => {
  const below = [...node.children];
  for (let next = below.shift(); next; next = below.shift()) {
    if (next.span.kind === 'server' && next.span.service === entryService) return next;
    if (next.span.kind !== 'consumer') below.push(...next.children);
  }
  return undefined;
};

/** What the client's failed attempts and the entry service's spans below them say of each other. */
export const clientView = ({ incident }: Cohorts, { clientService, entryService }: Evidence): ClientView => {
  const view: ClientView = {
    failed: 0,
    timedOut: 0,
    unseen: 0,
    cut: 0,
    cutTraceIds: [],
    cutInstances: [],
    unseenTraceIds: [],
    timedOutTraceIds: [],
    from: null,
  };
  const instances = new Set<string>();
  for (const { traceId, tree } of incident) {
    for (const node of tree.nodes.filter((one) => isFailedAttempt(one, clientService))) {
      view.failed++;
      view.from = Math.min(view.from ?? Number.POSITIVE_INFINITY, node.end);
      const answer = servedBy(node, entryService);
      if (gaveUp(node)) {
        view.timedOut++;
        view.timedOutTraceIds.push(traceId);
      }
      if (!answer) {
        view.unseen++;
        view.unseenTraceIds.push(traceId);
      } else if (!gaveUp(node) && sawClientLeave(answer)) {
        view.cut++;
        view.cutTraceIds.push(traceId);
        instances.add(answer.span.instance);
      }
    }
  }
  return { ...view, cutInstances: [...instances].sort() };
};

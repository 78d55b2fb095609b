import { firstAttribute, peerOf } from '../../traces/attributes.ts';
import type { Node } from '../../traces/tree.ts';

/** What a span does, told by semantic conventions alone. */
export type Role = 'handler' | 'job' | 'send' | 'acquire' | 'connect' | 'query' | 'cache' | 'call';

/** Where in the system a span stands. Spans of the same place are compared with each other. */
export interface Place {
  service: string;
  role: Role;
  /** Whom the span talks to: a service, or a system such as `postgresql`; null where nobody. */
  dependency: string | null;
  /** Short name of what is done there: `handler`, `query`, `GET`. */
  operation: string;
  /** The span's own name. */
  name: string;
  /** The service that called this one, where the trace shows it. */
  caller: string | null;
}

/** Systems that keep what can be had elsewhere: `db.system.name` of caches, in-process ones as obsctl's shop names them. */
const CACHES = new Set(['redis', 'valkey', 'memcached', 'in-process']);
/** Spans by which instrumentations of connection pools show the wait for a client. */
const ACQUIRE = /pool.*(connect|acquire|checkout)|acquire.*(connection|client)/i;
const CONNECT = /(^|[.\s])connect$/i;

const databaseRole = ({ span }: Node, system: string): Pick<Place, 'role' | 'operation'> => {
  if (CACHES.has(system)) {
    const name = String(firstAttribute(span, 'db.operation.name', 'db.operation') ?? span.name);
    return { role: 'cache', operation: name.toUpperCase() };
  }
  if (ACQUIRE.test(span.name)) return { role: 'acquire', operation: 'acquire' };
  return CONNECT.test(span.name)
    ? { role: 'connect', operation: 'connect' }
    : { role: 'query', operation: 'query' };
};

const roleOf = (node: Node): Pick<Place, 'role' | 'dependency' | 'operation'> => {
  const { span, children } = node;
  const system = firstAttribute(span, 'db.system.name', 'db.system');
  if (system !== undefined) return { dependency: String(system), ...databaseRole(node, String(system)) };
  if (span.kind === 'client') {
    const answers = children.map((child) => child.span);
    return { role: 'call', operation: 'client', dependency: peerOf(span, answers) };
  }
  if (span.kind === 'consumer') return { role: 'job', operation: 'job', dependency: null };
  if (span.kind === 'producer') return { role: 'send', operation: 'send', dependency: null };
  return node.async && !hasServerAbove(node)
    ? { role: 'job', operation: 'job', dependency: null }
    : { role: 'handler', operation: 'handler', dependency: null };
};

const hasServerAbove = (node: Node): boolean => {
  for (let up: Node | null = node; up; up = up.parent) {
    if (up.span.kind === 'server') return true;
    if (up.span.kind === 'consumer') return false;
  }
  return false;
};

/** The service whose call led here: that of the nearest span above of another service, by a call and not by a queue. */
const callerOf = (node: Node): string | null => {
  for (let up = node; up.parent; up = up.parent) {
    if (up.span.kind === 'consumer') return null;
    if (up.parent.span.service !== node.span.service) return up.parent.span.service;
  }
  return null;
};

const places = new WeakMap<Node, Place>();

/** The place of a span; looked up once a node. */
export const placeOf = (node: Node): Place => {
  const known = places.get(node);
  if (known) return known;
  const { service, name } = node.span;
  const place = { service, name, ...roleOf(node), caller: callerOf(node) };
  places.set(node, place);
  return place;
};

/** Equal for spans of the same place, whatever ids their names carry. */
export const placeKey = ({ service, role, dependency, name, caller }: Place): string =>
  [service, role, dependency ?? '', role === 'query' ? '' : name, caller ?? ''].join('\u0000');

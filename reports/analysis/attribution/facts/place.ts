import { firstAttribute, peerOf } from '../../traces/attributes.ts';
import type { Node, TraceTree } from '../../traces/tree.ts';

/** What a span does, told by semantic conventions. */
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

/** Systems that keep what can be had elsewhere, by `db.system.name`; `in-process` is what obsctl's own shop says. */
const CACHES = new Set(['redis', 'valkey', 'memcached', 'in-process']);
/** Spans by which instrumentations of connection pools show the wait for a client. */
const ACQUIRE = /pool.{0,40}(connect|acquire|checkout)|acquire.{0,40}(connection|client)/i;
const CONNECT = /(^|[.\s])connect$/i;
/** A span's name is telemetry: of a longer one only the beginning is looked at. */
const MAX_NAME = 200;

const databaseRole = ({ span }: Node, system: string): Pick<Place, 'role' | 'operation'> => {
  const name = span.name.slice(0, MAX_NAME);
  if (CACHES.has(system)) {
    const operation = firstAttribute(span, 'db.operation.name', 'db.operation') ?? name;
    return { role: 'cache', operation: String(operation).toUpperCase() };
  }
  if (ACQUIRE.test(name)) return { role: 'acquire', operation: 'acquire' };
  return CONNECT.test(name)
    ? { role: 'connect', operation: 'connect' }
    : { role: 'query', operation: 'query' };
};

/** Service by the address that its callers use, from calls that were answered. */
export type Peers = Map<string, string>;

const addressOf = ({ span }: Node): string => peerOf(span) ?? '';

const answerOf = ({ span, children }: Node) =>
  children.find((child) => child.span.kind === 'server' && child.span.service !== span.service);

/**
 * Who stands behind which address: a call that got no answer names only the address. One that leads to several
 * services (a proxy's) stands for none of them.
 */
export const peersOf = (trees: TraceTree[]): Peers => {
  const seen = new Map<string, Set<string>>();
  for (const { nodes } of trees) {
    for (const node of nodes) {
      const answer = node.span.kind === 'client' ? answerOf(node) : undefined;
      const address = addressOf(node);
      if (answer && address) seen.set(address, (seen.get(address) ?? new Set()).add(answer.span.service));
    }
  }
  return new Map(
    [...seen].flatMap(([address, services]) => (services.size === 1 ? [[address, [...services][0]!]] : [])),
  );
};

const callTo = (node: Node, peers: Peers): string | null =>
  answerOf(node)?.span.service ?? peers.get(addressOf(node)) ?? peerOf(node.span);

const roleOf = (
  node: Node,
  served: boolean,
  peers: Peers,
): Pick<Place, 'role' | 'dependency' | 'operation'> => {
  const { span } = node;
  const system = firstAttribute(span, 'db.system.name', 'db.system');
  if (system !== undefined) return { dependency: String(system), ...databaseRole(node, String(system)) };
  if (span.kind === 'client') return { role: 'call', operation: 'client', dependency: callTo(node, peers) };
  if (span.kind === 'producer') return { role: 'send', operation: 'send', dependency: null };
  const job = span.kind === 'consumer' || (node.async && !served);
  return { role: job ? 'job' : 'handler', operation: job ? 'job' : 'handler', dependency: null };
};

interface Known extends Place {
  /** A server span stands above it, nearer than any consumer. */
  served: boolean;
}

const places = new WeakMap<Node, Known>();

const callerFrom = (node: Node, parent: Known | undefined): string | null => {
  if (!parent || node.span.kind === 'consumer') return null;
  return parent.service === node.span.service ? parent.caller : parent.service;
};

const workOut = (node: Node, peers: Peers): Known => {
  const { service, name, kind } = node.span;
  const parent = node.parent ? places.get(node.parent) : undefined;
  const served = kind === 'server' || (kind !== 'consumer' && (parent?.served ?? false));
  return { service, name, ...roleOf(node, served, peers), caller: callerFrom(node, parent), served };
};

/** Works out the place of every span of the trees, parents first. */
export const placeAll = (trees: TraceTree[]): void => {
  const peers = peersOf(trees);
  for (const { nodes } of trees) for (const node of nodes) places.set(node, workOut(node, peers));
};

/** The place of a span of a tree that was given to `placeAll`. */
export const placeOf = (node: Node): Place => places.get(node) ?? workOut(node, new Map());

/** Equal for spans of the same place. Statements of a database count as one place, however they are named. */
export const placeKey = ({ service, role, dependency, name, caller }: Place): string =>
  [service, role, dependency ?? '', role === 'query' ? '' : name, caller ?? ''].join('\u0000');

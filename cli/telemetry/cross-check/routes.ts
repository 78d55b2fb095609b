import type { ServedCount } from '../telemetry-source.ts';

type Route = Pick<ServedCount, 'route' | 'method'>;

const segments = (path: string): string[] => path.split('?')[0]!.split('/').filter(Boolean);

/** `:id`, `{id}`, `<id>`, `[id]`, `*`: whatever a framework writes for any value. */
const isParameter = (segment: string): boolean => /^([:*{<[]|\$)/.test(segment);

const fits = (route: string, path: string): boolean => {
  const [own, asked] = [segments(route), segments(path)];
  return own.length === asked.length && own.every((part, i) => isParameter(part) || part === asked[i]);
};

/** Method and path of an operation's name, `GET /products/:id`; null where it has none. */
const parsed = (operation: string): { method: string; path: string } | null => {
  const match = /^([A-Z]+) (\/\S*)$/.exec(operation);
  return match && { method: match[1]!, path: match[2]! };
};

/** Of several that fit (`/orders/:id` and `/orders/last`), the one with the fewest parameters. */
const parameters = ({ route }: Route): number => segments(route).filter(isParameter).length;

const routeOf = <R extends Route>(operation: string, routes: R[]): R | null => {
  const asked = parsed(operation);
  if (!asked) return null;
  const fitting = routes.filter(({ route, method }) => method === asked.method && fits(route, asked.path));
  return fitting.sort((a, b) => parameters(a) - parameters(b))[0] ?? null;
};

/**
 * The routes that the operations call. An operation that no route fits (its name is no method and path, or the service
 * named no route) may have called any: `unmatched` names those.
 */
export const calledRoutes = <R extends Route>(
  operations: string[],
  routes: R[],
): { called: Set<R>; unmatched: string[] } => {
  const found = operations.map((operation) => [operation, routeOf(operation, routes)] as const);
  return {
    called: new Set(found.flatMap(([, route]) => (route ? [route] : []))),
    unmatched: found.filter(([, route]) => !route).map(([operation]) => operation),
  };
};

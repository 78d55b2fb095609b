import type { Target } from '../contract.ts';
import type { FaultScope } from '../faults/fault.ts';
import { targetTest } from './target.ts';

/** The method of a job among the routes: its route is the name of its queue. */
export const JOB_METHOD = 'PROCESS';

/** How many routes a refusal names. */
const NAMED = 3;

interface KnownRoute {
  method: string;
  url: string;
}

/** From 0 to 1: how much of both lies in their common start. */
const likeness = (a: string, b: string): number => {
  let common = 0;
  while (common < a.length && a[common] === b[common]) common++;
  return (2 * common) / (a.length + b.length);
};

const asText = ({ method, url }: KnownRoute): string => (method === JOB_METHOD ? url : `${method} ${url}`);

/** What this carrier serves: the routes of its application and the queues that it works off. */
export class KnownRoutes {
  readonly #routes: KnownRoute[] = [];

  add(methods: string | string[], url: string): void {
    for (const method of [methods].flat()) this.#routes.push({ method, url });
  }

  /** Why the target means none of them, naming the nearest; null when it means one, or when none is known. */
  mismatch(target: Target, scope: FaultScope): string | null {
    const { route, method } = target;
    const known = this.#routes.filter((each) => (each.method === JOB_METHOD) === (scope === 'jobs'));
    if ((route === undefined && method === undefined) || known.length === 0) return null;
    const matches = targetTest({ ...target, header: undefined });
    if (known.some((each) => matches({ route: each.url, method: each.method, headers: {} }))) return null;
    const asked = [method, route].filter(Boolean).join(' ');
    const what = scope === 'jobs' ? 'queue' : 'route';
    const near = this.#nearest(known, target).map(asText).join(', ');
    return `target.${route === undefined ? 'method' : 'route'}: no ${what} here is ${JSON.stringify(asked)}; nearest: ${near}`;
  }

  /** HEAD comes with every GET and would only be said twice. */
  #nearest(known: KnownRoute[], { route = '', method }: Target): KnownRoute[] {
    const nearness = (each: KnownRoute) => likeness(each.url, route) + (each.method === method ? 0.1 : 0);
    return known
      .filter((each) => each.method !== 'HEAD')
      .sort((a, b) => nearness(b) - nearness(a) || asText(a).localeCompare(asText(b)))
      .slice(0, NAMED);
  }
}

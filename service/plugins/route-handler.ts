import { trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { FaultRegistry, Victim } from '../chaos/fault-registry.ts';

/** The frames of the route handler and below: where a failure of the handler itself would have come from. */
interface Site {
  stack?: string;
}

const asThrownAt = (site: Site, error: unknown): unknown => {
  if (error instanceof Error) {
    const frames = site.stack?.split('\n').slice(1) ?? [];
    error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  }
  return error;
};

const play = async (victims: Victim[], request: FastifyRequest, site: Site): Promise<void> => {
  const { method, headers, routeOptions } = request;
  for (const { hooks } of victims) {
    try {
      await hooks.handle?.({ route: routeOptions.url ?? '', method, headers });
    } catch (error) {
      throw asThrownAt(site, error);
    }
  }
};

/**
 * The handler under its own name, played to by the faults first. A victim's trace gets the ground-truth attribute
 * and nothing else: a delay is self time of the handler's span, a failure looks thrown by the handler. (Hence also
 * the plain names here: they stand in stack frames. `then` and not `await`, as an await would add one.)
 */
export const guarded = (handler: RouteHandlerMethod, registry: FaultRegistry): RouteHandlerMethod => {
  const wrapped = function (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    const { method, headers, routeOptions } = request;
    const victims = registry.victimsFor({ route: routeOptions.url ?? '', method, headers });
    if (victims.length === 0) return handler.call(this, request, reply);
    const site: Site = {};
    Error.captureStackTrace(site);
    trace.getActiveSpan()?.setAttribute('obsctl.fault.id', victims.map(({ id }) => id).join(','));
    return play(victims, request, site).then(() => handler.call(this, request, reply));
  };
  return Object.defineProperty(wrapped, 'name', { value: handler.name }) as RouteHandlerMethod;
};

import { types } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { FaultRegistry, Victim } from '../chaos/fault-registry.ts';
import { marked, strike } from '../chaos/strike.ts';
import { handlerFrame } from './handler-frame.ts';
import { resetOf } from './reset-connection.ts';

/** What lies below a handler that a promise calls: nothing, or this, as the turn of the event loop has it. */
const TURN = /^ {4}at process\.processTicksAndRejections /;

/** Makes an error look thrown by the handler: no frame of ours, and none of Fastify's, as no awaited failure has any. */
const asThrownAt = (frame: string, error: unknown): unknown => {
  if (error instanceof Error) {
    const below = error.stack?.split('\n').filter((line) => TURN.test(line)) ?? [];
    error.stack = [`${error.name}: ${error.message}`, frame, ...below].join('\n');
  }
  return error;
};

const play = async (
  victims: Victim[],
  request: FastifyRequest,
  reply: FastifyReply,
  frame: string,
): Promise<void> => {
  const { method, headers, routeOptions } = request;
  const reset = resetOf(request, reply);
  try {
    await strike(victims, { route: routeOptions.url ?? '', method, headers, reset });
  } catch (error) {
    throw asThrownAt(frame, error);
  }
};

/**
 * The handler under its own name, played to by the faults first: a delay is self time of the handler's span, a failure
 * looks thrown by the handler. Called while its route is registered, by `caller`.
 *
 * No stack trace may tell that faults are about, be it of an injected error or of a real one that came later. So an
 * async handler is called by a promise whether there is a victim or not, and bound, as a bound function has no frame.
 * Only a handler that answers by callback, whose result a promise would change, is called straight while nothing is on.
 */
export const guarded = (
  handler: RouteHandlerMethod,
  registry: FaultRegistry,
  caller: (...parameters: never[]) => unknown,
): RouteHandlerMethod => {
  const frame = handlerFrame(handler.name, caller);
  const isAsync = types.isAsyncFunction(handler);
  const wrapped = function (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    const { method, headers, routeOptions } = request;
    const victims = registry.victimsFor({ route: routeOptions.url ?? '', method, headers });
    if (victims.length === 0 && !isAsync) return handler.call(this, request, reply);
    const turn = Promise.resolve();
    const played =
      victims.length === 0 ? turn : turn.then(play.bind(null, marked(victims), request, reply, frame));
    return played.then(handler.bind(this, request, reply));
  };
  return Object.defineProperty(wrapped, 'name', { value: handler.name }) as RouteHandlerMethod;
};

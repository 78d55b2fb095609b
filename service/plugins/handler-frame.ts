/** Fastify and what it loads plugins with; an application may itself lie in node_modules, so that is not the mark. */
const FRAMEWORK = /\/node_modules\/(?:@fastify|fastify|avvio)\//;
/** Frames between a route's registration and the hook that sees it are Fastify's own; there are fewer than this. */
const FRAMES = 30;
const LOCATION = /(?:\(|at )((?:file:|\/)[^()]*:\d+:\d+)\)?$/;

const framesBelow = (caller: (...parameters: never[]) => unknown): string[] => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, caller);
  Error.stackTraceLimit = stackTraceLimit;
  return site.stack?.split('\n').slice(1) ?? [];
};

/**
 * The stack frame that an error thrown by a route's handler would have on top, at the line where the application
 * registers the route, which is where its handler stands. Call it while the route is registered; `caller` is the
 * function on the stack that Fastify called.
 */
export const handlerFrame = (name: string, caller: (...parameters: never[]) => unknown): string => {
  const frames = framesBelow(caller).filter((frame) => LOCATION.test(frame));
  const frame = frames.find((one) => !FRAMEWORK.test(one)) ?? frames[0] ?? '';
  const location = LOCATION.exec(frame)?.[1] ?? '<anonymous>';
  return `    at Object.${name || '<anonymous>'} (${location})`;
};

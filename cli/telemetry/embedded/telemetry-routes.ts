import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { traceId, windowSchema } from '../../../reports/record/common.ts';
import { SEVERITIES } from '../../../reports/record/evidence.ts';
import type { TelemetrySource } from '../telemetry-source.ts';

const limit = z.number().int().positive().max(100_000);
const ids = z.array(traceId).max(100_000);
const inWindow = z.object({ window: windowSchema });

const search = z.object({
  error: z.boolean().optional(),
  minDuration: z.number().nonnegative().optional(),
  service: z.string().optional(),
  limit,
});

const logSearch = z.object({
  traceIds: ids.optional(),
  minSeverity: z.enum(SEVERITIES).optional(),
  service: z.string().optional(),
  limit,
});

const BODY_LIMIT = 8 * 1024 * 1024;

/**
 * The port over HTTP, for the supervisor's socket: `POST /telemetry/<method>` with `{window, search, service, traceIds, except}`,
 * the answer as JSON (a Map as a list of pairs). An invalid body is answered with 400.
 */
export const registerTelemetryRoutes = (app: FastifyInstance, source: TelemetrySource): void => {
  const route = <T>(method: string, schema: z.ZodType<T>, answer: (body: T) => Promise<unknown>): void => {
    app.post(`/telemetry/${method}`, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
      const body = schema.safeParse(request.body ?? {});
      if (!body.success) return reply.code(400).send({ message: z.prettifyError(body.error) });
      return answer(body.data);
    });
  };
  route('ready', z.object({}), () => source.ready());
  route('red', inWindow, ({ window }) => source.red(window));
  route('runtime', inWindow, ({ window }) => source.runtime(window));
  route('exemplars', inWindow, ({ window }) => source.exemplars(window));
  route('alerts', inWindow, ({ window }) => source.alerts(window));
  route('searchTraces', inWindow.extend({ search }), (body) => source.searchTraces(body.window, body.search));
  route('logs', inWindow.extend({ search: logSearch }), (body) => source.logs(body.window, body.search));
  route('counts', inWindow.extend({ service: z.string() }), (body) =>
    source.counts(body.window, body.service),
  );
  route('missing', z.object({ traceIds: ids, except: z.string().optional() }), (body) =>
    source.missing(body.traceIds, body.except),
  );
  route('traces', z.object({ traceIds: ids }), async ({ traceIds }) => {
    const answer = await source.traces(traceIds);
    return { ...answer, value: [...answer.value] };
  });
};

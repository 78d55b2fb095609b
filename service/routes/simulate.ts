import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { HEAVY_MAX_MS } from '../queue/handlers.ts';
import { HEAVY_QUEUE, type JobSender } from '../queue/jobs.ts';
import { errorResponses } from './schemas.ts';

/** Longest delay, milliseconds. */
const LATENCY_MAX_MS = 5_000;

const latencySchema = {
  tags: ['simulate'],
  summary: 'Answers after a random delay',
  querystring: {
    type: 'object',
    properties: { max: { type: 'integer', minimum: 0, maximum: LATENCY_MAX_MS, default: 500 } },
  },
  response: { 200: { type: 'object', properties: { delayMs: { type: 'number' } } }, ...errorResponses(400) },
};

const errorSchema = {
  tags: ['simulate'],
  summary: 'Fails at random',
  querystring: {
    type: 'object',
    properties: { probability: { type: 'number', minimum: 0, maximum: 1, default: 0.5 } },
  },
  response: { 200: { type: 'object', properties: { ok: { type: 'boolean' } } }, ...errorResponses(400, 500) },
};

const heavySchema = {
  tags: ['simulate'],
  summary: 'Queues a CPU-heavy job for the worker',
  querystring: {
    type: 'object',
    properties: { ms: { type: 'integer', minimum: 1, maximum: HEAVY_MAX_MS, default: 500 } },
  },
  response: {
    202: { type: 'object', properties: { jobId: { type: 'string' } } },
    ...errorResponses(400, 500, 503),
  },
};

/** Random failures of single requests; they keep no state, and are there in the lab profile only. */
export const simulateRoutes = (jobs: JobSender) =>
  async function simulate(app: FastifyInstance): Promise<void> {
    app.get<{ Querystring: { max: number } }>(
      '/simulate/latency',
      { schema: latencySchema },
      async function simulateLatency({ query }) {
        const delayMs = Math.random() * query.max;
        await pause(delayMs);
        return { delayMs };
      },
    );

    app.get<{ Querystring: { probability: number } }>(
      '/simulate/error',
      { schema: errorSchema },
      async function simulateError({ query }) {
        if (Math.random() < query.probability) throw new Error('simulated failure');
        return { ok: true };
      },
    );

    app.post<{ Querystring: { ms: number } }>(
      '/simulate/heavy-task',
      { schema: heavySchema },
      async function simulateHeavyTask({ query }, reply) {
        return reply.code(202).send({ jobId: await jobs.send(HEAVY_QUEUE, { ms: query.ms }) });
      },
    );
  };

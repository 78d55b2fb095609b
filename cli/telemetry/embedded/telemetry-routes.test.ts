import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { TelemetrySource } from '../telemetry-source.ts';
import { registerTelemetryRoutes } from './telemetry-routes.ts';

const query = { method: 'x', text: 'x', window: null, rows: 0, seconds: 0, error: null, truncated: false };

const appWith = (source: Partial<TelemetrySource>) => {
  const app = Fastify();
  registerTelemetryRoutes(app, source as TelemetrySource);
  return app;
};

test('a Map travels as a list of pairs', async () => {
  const app = appWith({ traces: async ([id]) => ({ value: new Map([[id!, []]]), query }) });
  const payload = { traceIds: ['a'.repeat(32)] };
  const answer = await app.inject({ method: 'POST', url: '/telemetry/traces', payload });
  expect(answer.json()).toEqual({ value: [['a'.repeat(32), []]], query });
});

test.each([
  ['red', {}],
  ['red', { window: { from: 'a', to: 1 } }],
  ['traces', { traceIds: ["'; DROP TABLE spans"] }],
  ['logs', { window: { from: 0, to: 1 }, search: { limit: 0 } }],
  ['counts', { window: { from: 0, to: 1 } }],
  ['searchTraces', { window: { from: 0, to: 1 }, search: { limit: 1e9 } }],
])('%s refuses %j with 400 and says what is wrong', async (method, payload) => {
  const answer = await appWith({}).inject({ method: 'POST', url: `/telemetry/${method}`, payload });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().message).toMatch(/window|traceIds|limit|service/);
});

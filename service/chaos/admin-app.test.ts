import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultListSchema, faultStateSchema } from '../contract.ts';
import { FAULTS } from '../faults/index.ts';
import { createAdminApp } from './admin-app.ts';
import { FaultRegistry } from './fault-registry.ts';

const TOKEN = 'a-token-of-some-length';
const authorization = `Bearer ${TOKEN}`;
const latency = { id: 'a', fault: 'latency', parameters: { ms: 5 }, leaseSeconds: 5 };

describe('the admin API', () => {
  const registry = new FaultRegistry({ role: 'api', faults: FAULTS, host: {} });
  let app: ReturnType<typeof createAdminApp>;
  beforeEach(() => {
    app = createAdminApp({ service: 'api', instance: 'api-1', token: TOKEN, registry });
  });
  afterEach(async () => {
    await registry.clearAll();
    await app.close();
  });

  const call = async (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
    headers: object = { authorization },
  ) => {
    const response = await app.inject({ method, url, payload, headers: { ...headers } });
    return { status: response.statusCode, body: response.json() };
  };

  it.each([
    ['no token', {}],
    ['a wrong one', { authorization: 'Bearer wrong' }],
    ['the start of it', { authorization: authorization.slice(0, -1) }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
  ])('answers 401 to %s, and does nothing', async (_what, headers) => {
    for (const [method, url] of [
      ['POST', '/faults'],
      ['POST', '/faults/check'],
      ['GET', '/faults'],
      ['DELETE', '/faults'],
      ['GET', '/nowhere'],
    ] as const) {
      expect((await call(method, url, method === 'POST' ? latency : undefined, headers)).status).toBe(401);
    }
    expect(registry.list()).toEqual([]);
  });

  it('injects, lists, renews and clears as the contract says', async () => {
    const injected = await call('POST', '/faults', latency);
    expect(injected.status).toBe(201);
    expect(faultStateSchema.parse(injected.body)).toMatchObject({
      id: 'a',
      parameters: { ms: 5, jitter: 0 },
    });
    expect(faultListSchema.parse((await call('GET', '/faults')).body)).toMatchObject({
      service: 'api',
      instance: 'api-1',
    });
    const renewed = await call('POST', '/faults/a/renew', { leaseSeconds: 60 });
    expect(faultStateSchema.parse(renewed.body).expiresIn).toBeGreaterThan(50);
    expect(faultStateSchema.parse((await call('DELETE', '/faults/a')).body).id).toBe('a');
    expect((await call('GET', '/faults')).body.faults).toEqual([]);
  });

  it('checks without changing anything', async () => {
    const { status, body } = await call('POST', '/faults/check', latency);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ instance: 'api-1', fault: 'latency', parameters: { ms: 5, jitter: 0 } }),
    ]);
    expect((await call('POST', '/faults/check', { ...latency, leaseSeconds: 0 })).status).toBe(400);
    expect(registry.list()).toEqual([]);
    await call('POST', '/faults', latency);
    expect((await call('POST', '/faults/check', latency)).status).toBe(409);
    expect(registry.list()).toHaveLength(1);
  });

  it('clears all', async () => {
    await call('POST', '/faults', latency);
    expect((await call('DELETE', '/faults')).body.faults).toHaveLength(1);
  });

  it.each([
    ['POST', '/faults/zzz/renew', { leaseSeconds: 5 }],
    ['DELETE', '/faults/zzz', undefined],
    ['GET', '/elsewhere', undefined],
  ] as const)('answers 404 to %s %s', async (method, url, payload) => {
    const { status, body } = await call(method, url, payload);
    expect(status).toBe(404);
    expect(body.error.code).toBe('not_found');
  });

  it('answers 400 with every violation, 409 to a duplicate', async () => {
    const bad = await call('POST', '/faults', {
      ...latency,
      id: 'UPPER',
      leaseSeconds: 0,
      parameters: { ms: -1 },
    });
    expect(bad.status).toBe(400);
    expect(bad.body.error.details).toHaveLength(3);
    await call('POST', '/faults', latency);
    expect((await call('POST', '/faults', latency)).status).toBe(409);
    expect((await call('POST', '/faults/a/renew', { leaseSeconds: 901 })).status).toBe(400);
  });

  it('answers 400 to what is no JSON', async () => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url: '/faults', payload: '{', headers });
    expect(response.statusCode).toBe(400);
  });
});

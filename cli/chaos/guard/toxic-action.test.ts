import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identify } from '../../shared/process-identity.ts';
import type { Subject } from './action.ts';
import { toxic } from './toxic-action.ts';

/** Toxiproxy's API, as far as it is used; source: api.go of 2.5.0. */
const fakeToxiproxy = (toxics: Map<string, Record<string, unknown>>): FastifyInstance => {
  const app = Fastify({ logger: false });
  const base = '/proxies/postgresql/toxics';
  app.post(base, (request, reply) => {
    const { name } = request.body as { name: string };
    if (toxics.has(name)) return reply.code(409).send({ error: 'toxic already exists', status: 409 });
    toxics.set(name, request.body as Record<string, unknown>);
    return reply.send(request.body);
  });
  app.get<{ Params: { name: string } }>(`${base}/:name`, ({ params }, reply) =>
    toxics.has(params.name)
      ? reply.send(toxics.get(params.name))
      : reply.code(404).send({ error: 'toxic not found', status: 404 }),
  );
  app.delete<{ Params: { name: string } }>(`${base}/:name`, ({ params }, reply) =>
    toxics.delete(params.name) ? reply.code(204).send() : reply.code(404).send({ error: 'toxic not found' }),
  );
  app.post('/proxies/redis/toxics', (_request, reply) =>
    reply.code(404).send({ error: 'proxy not found', status: 404 }),
  );
  return app;
};

const work = {
  proxy: 'postgresql',
  type: 'latency',
  stream: 'downstream',
  toxicity: 0.5,
  attributes: { latency: 9 },
};
const living = identify(process.pid)!;
const subject = (more: Partial<Subject> = {}): Subject => ({
  ...{ id: 'network-latency-1', instance: 'postgresql', process: living, work },
  ...more,
});

let toxics: Map<string, Record<string, unknown>>;
let app: FastifyInstance;
let address: string | undefined;
const action = toxic({ address: () => address });

beforeEach(async () => {
  toxics = new Map();
  app = fakeToxiproxy(toxics);
  address = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => app.close());

describe('a toxic', () => {
  test('bears the id of the lease, and is added and removed once however often that is asked', async () => {
    await action.begin(subject(), 9);
    await action.begin(subject(), 9);
    const { proxy: _proxy, ...rest } = work;
    expect([...toxics.values()]).toEqual([{ name: 'network-latency-1', ...rest }]);
    expect([await action.inEffect(subject()), await action.extend(subject(), 9)]).toEqual([true, true]);
    await action.end(subject());
    await action.end(subject());
    expect([toxics.size, await action.inEffect(subject()), await action.extend(subject(), 9)]).toEqual([
      ...[0, false, false],
    ]);
  });

  test('is refused with the reason of the proxy', async () => {
    const other = subject({ work: { ...work, proxy: 'redis' } });
    await expect(action.begin(other, 9)).rejects.toThrow('the proxy refused: proxy not found');
  });

  test('is over with the process whose memory it is in, and not before', async () => {
    const dead = { ...living, startedAt: 'another' };
    expect([await action.isLost!(subject()), await action.isLost!(subject({ process: dead }))]).toEqual([
      ...[false, true],
    ]);
    await app.close();
    await expect(action.end(subject())).rejects.toThrow();
    await expect(action.end(subject({ process: dead }))).resolves.toBeUndefined();
    expect(await action.inEffect(subject())).toBe(false);
  });

  test('of a proxy that lives and does not say has not ended', async () => {
    await app.close();
    await expect(action.extend(subject(), 9)).rejects.toThrow();
    expect(await action.extend(subject({ process: { ...living, startedAt: 'another' } }), 9)).toBe(false);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SunkSpan } from './service-support/otlp-sink.ts';
import {
  clear,
  eventually,
  inject,
  listFaults,
  type Platform,
  request,
  startPlatform,
} from './service-support/platform.ts';
import { hasRedisServer, type RunningRedis, startRedis } from './service-support/redis.ts';

const WAVE = 8;

describe.skipIf(!hasRedisServer())(
  'the cache under faults, with a real Redis (needs redis-server on the PATH)',
  () => {
    let redis: RunningRedis;
    let platform: Platform;

    beforeAll(async () => {
      redis = await startRedis();
      platform = await startPlatform({ api: { REDIS_URL: redis.url } });
      await eventually('the cache is connected', async () => (await wave()).hit === WAVE || undefined);
    });
    afterAll(async () => {
      await platform?.stop();
      await redis?.stop();
    });

    const lookUps = async () => {
      const page = await (await fetch(`${platform.api.url}/metrics`)).text();
      const of = (result: string) =>
        Number(
          new RegExp(`^cache_requests_total\\{.*result="${result}".*\\} (\\d+)`, 'm').exec(page)?.[1] ?? 0,
        );
      return { hit: of('hit'), miss: of('miss'), error: of('error') };
    };

    /** Everybody wants the bestsellers at once; returns how the look-ups went. */
    const wave = async () => {
      const before = await lookUps();
      const answers = await Promise.all(
        Array.from({ length: WAVE }, () => request(`${platform.api.url}/bestsellers`)),
      );
      const after = await lookUps();
      for (const { status } of answers) expect(status).toBe(200);
      return {
        hit: after.hit - before.hit,
        miss: after.miss - before.miss,
        error: after.error - before.error,
        traces: answers.map(({ traceId }) => traceId),
      };
    };
    const allHit = async () => (await wave()).hit === WAVE || undefined;

    /** The expensive query in those traces, once all of them have arrived. */
    const queriesOf = (traces: string[], expected: number): Promise<SunkSpan[]> =>
      eventually(`${expected} queries`, () => {
        const found = platform.sink.spans.filter(
          ({ traceId, attributes }) =>
            traces.includes(traceId) && String(attributes['db.query.text']).includes('from sales'),
        );
        return found.length >= expected ? found : undefined;
      });

    const overlapping = (queries: SunkSpan[]): number =>
      queries.filter((one) =>
        queries.some((other) => other !== one && other.start < one.end && one.start < other.end),
      ).length;

    it('warm: the database is not asked', async () => {
      const { hit, traces } = await eventually('a wave of hits', async () => {
        const result = await wave();
        return result.hit === WAVE ? result : undefined;
      });
      expect(hit).toBe(WAVE);
      const reads = await eventually('the reads', () => {
        const found = platform.sink.spans.filter(
          ({ traceId, name }) => traces.includes(traceId) && name === 'get',
        );
        return found.length === WAVE ? found : undefined;
      });
      for (const { kind, status, attributes } of reads) {
        expect([kind, status.code ?? 0]).toEqual([3, 0]);
        expect(attributes).toMatchObject({
          'db.system.name': 'redis',
          'db.operation.name': 'get',
          'db.query.text': 'get shop:cache:bestsellers',
          'server.address': '127.0.0.1',
          'server.port': redis.port,
        });
      }
      expect(await queriesOf(traces, 0)).toEqual([]);
    });

    it('cache-stampede: misses burst, and the same expensive query runs many times at once', async () => {
      await redis.client.set('somebody:else', 'theirs');
      const id = await inject(platform.api, { fault: 'cache-stampede', parameters: { everyMs: 20 } });
      // The key's own time to live gives one such wave in 30 s, never three in a row.
      let inARow = 0;
      const missed = await eventually('three waves of misses in a row', async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        const result = await wave();
        inARow = result.miss > WAVE / 2 ? inARow + 1 : 0;
        return inARow === 3 ? result : undefined;
      });
      expect(missed.hit).toBeLessThan(WAVE / 2);
      const queries = await queriesOf(missed.traces, missed.miss);
      expect(queries).toHaveLength(missed.miss);
      expect(new Set(queries.map(({ attributes }) => attributes['db.query.text'])).size).toBe(1);
      expect(new Set(queries.map(({ traceId }) => traceId)).size).toBe(missed.miss);
      expect(overlapping(queries)).toBeGreaterThan(1);

      const { hits } = await clear(platform.api, id);
      expect(hits).toBeGreaterThan(0);
      await eventually('all hits again', allHit);
      expect(await redis.client.get('somebody:else')).toBe('theirs');
    });

    it('cache-stampede: evicts no more than its share', async () => {
      for (let n = 0; n < 400; n++) await redis.client.set(`shop:cache:spare:${n}`, 'v', 'EX', 600);
      const id = await inject(platform.api, {
        fault: 'cache-stampede',
        parameters: { everyMs: 10_000 },
        target: { rate: 0.5 },
        leaseSeconds: 60,
      });
      const evicted = await eventually('the first eviction', async () => {
        const left = (await redis.client.keys('shop:cache:spare:*')).length;
        return left < 400 ? 400 - left : undefined;
      });
      await clear(platform.api, id);
      // Binomial(400, 0.5): five standard deviations of 10.
      expect(Math.abs(evicted - 200)).toBeLessThan(50);
    });

    it('cache-stampede: is gone when its lease has run out', async () => {
      await inject(platform.api, { fault: 'cache-stampede', parameters: { everyMs: 20 }, leaseSeconds: 1 });
      await eventually(
        'no fault is on',
        async () => (await listFaults(platform.api)).length === 0 || undefined,
      );
      await eventually('all hits again', allHit);
      await redis.client.set('shop:cache:canary', 'v');
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await redis.client.get('shop:cache:canary')).toBe('v');
    });

    it('cache-stampede: is refused where the cache is in-process, with the reason', async () => {
      const alone = await platform.start('api', {
        SERVICE_INSTANCE_ID: 'api-2',
        INVENTORY_URL: platform.inventory.url,
      });
      await expect(inject(alone, { fault: 'cache-stampede' })).rejects.toThrow('the cache is in-process');
      expect(await listFaults(alone)).toEqual([]);
      await alone.stop();
    });

    it('says nothing of a fault in what it sends and writes', () => {
      const TELLTALE = /evict|stampede|unlink|scan\b/i;
      expect(platform.sink.spans.filter(({ name }) => TELLTALE.test(name))).toEqual([]);
      expect(platform.api.lines.filter((line) => TELLTALE.test(line))).toEqual([]);
    });

    it('without Redis: a failed client span that says why, then the database answers', async () => {
      await redis.stop();
      const { status, traceId } = await eventually('a refused connection', async () => {
        const answer = await request(`${platform.api.url}/products/3`);
        const refused = platform.api.lines.some(
          (line) => line.includes('cache read failed') && line.includes('ECONNREFUSED'),
        );
        return refused ? answer : undefined;
      });
      expect(status).toBe(200);
      const read = await eventually('its client span', () =>
        platform.sink.trace(traceId).find(({ name }) => name === 'get'),
      );
      expect(read.status).toMatchObject({
        code: 2,
        message: `connect ECONNREFUSED 127.0.0.1:${redis.port}`,
      });
      expect(read.attributes).toMatchObject({ 'db.system.name': 'redis', 'server.port': redis.port });
      const query = await eventually('the query', () =>
        platform.sink.trace(traceId).find(({ attributes }) => attributes['db.system.name'] === 'postgresql'),
      );
      expect(query.start).toBeGreaterThanOrEqual(read.start);
      expect((await lookUps()).error).toBeGreaterThan(0);
    });
  },
);

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { faultStateSchema } from '../contract.ts';
import { defineFault, type FaultHooks, type FaultHost } from '../faults/fault.ts';
import { FAULTS } from '../faults/index.ts';
import { FaultRegistry } from './fault-registry.ts';
import type { FaultRefusedError } from './injection.ts';

const stopped = vi.fn();
const probe = defineFault({
  ...FAULTS.latency!,
  name: 'probe',
  exclusive: true,
  parameters: z.strictObject({ size: z.number().max(3).default(1) }),
  start: (): FaultHooks => ({ handle: () => undefined, stop: stopped }),
});

const request = { route: '/products/:id', method: 'GET', headers: {} };
const refusal = (injection: Promise<unknown>): Promise<FaultRefusedError> =>
  injection.then(
    () => expect.unreachable('it was taken'),
    (error) => error,
  );

describe('FaultRegistry', () => {
  let now = 100;
  let registry: FaultRegistry;

  beforeEach(() => {
    vi.useFakeTimers();
    stopped.mockReset();
    now = 100;
    registry = new FaultRegistry({
      role: 'api',
      faults: { ...FAULTS, probe },
      host: {},
      monotonic: () => now,
    });
  });
  afterEach(() => vi.useRealTimers());

  const inject = (more: object = {}) =>
    registry.inject({ id: 'a', fault: 'probe', leaseSeconds: 10, ...more });

  it('reports what it took, and counts', async () => {
    const state = await inject({ target: { route: '/products/*', rate: 1 } });
    expect(state).toMatchObject({
      id: 'a',
      fault: 'probe',
      parameters: { size: 1 },
      expiresIn: 10,
      eligible: 0,
      hits: 0,
    });
    registry.victimsFor(request);
    registry.victimsFor({ ...request, route: '/orders' });
    expect(registry.list()[0]).toMatchObject({ eligible: 1, hits: 1 });
  });

  it('counts who was spared as eligible only', async () => {
    await inject({ target: { rate: 0.5 } });
    for (let n = 0; n < 200; n++) registry.victimsFor(request);
    const [state] = registry.list();
    expect(state?.eligible).toBe(200);
    expect(state?.hits).toBeGreaterThan(60);
    expect(state?.hits).toBeLessThan(140);
  });

  it('reports what a fault without victims took, and 0 where it took nothing', async () => {
    const taken = { wanted: 4, held: 4 };
    const taker = { ...probe, name: 'taker', start: (): FaultHooks => ({ taken: () => taken }) };
    registry = new FaultRegistry({ role: 'api', faults: { taker }, host: {}, monotonic: () => now });
    expect(await inject({ fault: 'taker' })).toMatchObject({ eligible: 4, hits: 4 });
    expect(registry.victimsFor(request)).toEqual([]);
    taken.held = 0;
    expect(registry.list()[0]).toMatchObject({ eligible: 4, hits: 0 });
    expect(await registry.clear('a')).toMatchObject({ eligible: 4, hits: 0 });
  });

  it('reports what was taken in whole numbers', async () => {
    const taker = {
      ...probe,
      name: 'taker',
      start: (): FaultHooks => ({ taken: () => ({ wanted: 3.6, held: 2.2 }) }),
    };
    registry = new FaultRegistry({ role: 'api', faults: { taker }, host: {}, monotonic: () => now });
    expect(faultStateSchema.parse(await inject({ fault: 'taker' }))).toMatchObject({ eligible: 4, hits: 2 });
  });

  it('takes the rate of the fault where the target names none', async () => {
    const mild = { ...probe, name: 'mild', defaultRate: 0.25 };
    registry = new FaultRegistry({ role: 'api', faults: { mild }, host: {}, monotonic: () => now });
    expect((await inject({ fault: 'mild', target: { seed: 3 } })).target).toEqual({ rate: 0.25, seed: 3 });
    await registry.clear('a');
    expect((await inject({ fault: 'mild', target: { rate: 0.5 } })).target.rate).toBe(0.5);
  });

  it('ends with its lease by its timer alone', async () => {
    await inject();
    now = 110;
    await vi.advanceTimersByTimeAsync(10_001);
    expect(stopped).toHaveBeenCalledOnce();
  });

  it('ends with its lease at the first look, should the timer be late', async () => {
    await inject();
    now = 109.999;
    expect(registry.victimsFor(request)).toHaveLength(1);
    now = 110;
    expect(registry.victimsFor(request)).toHaveLength(0);
    expect(stopped).toHaveBeenCalledOnce();
    expect(registry.list()).toEqual([]);
  });

  it('ends with its lease when its timer comes a little too early', async () => {
    await inject({ leaseSeconds: 2.01 });
    now = 102.0096;
    await vi.advanceTimersByTimeAsync(2_012);
    expect(stopped).not.toHaveBeenCalled();
    now = 102.0101;
    await vi.advanceTimersByTimeAsync(2);
    expect(stopped).toHaveBeenCalledOnce();
  });

  it('lives on when it is renewed', async () => {
    await inject();
    now = 108;
    expect(registry.renew('a', 10)?.expiresIn).toBe(10);
    now = 117;
    await vi.advanceTimersByTimeAsync(9_500);
    expect(registry.list()).toHaveLength(1);
    now = 118;
    expect(registry.list()).toHaveLength(0);
    expect(registry.renew('a', 10)).toBeUndefined();
  });

  it('has no victim after the clear, and gives the last state once', async () => {
    await inject();
    registry.victimsFor(request);
    expect(await registry.clear('a')).toMatchObject({ hits: 1 });
    expect(registry.victimsFor(request)).toEqual([]);
    expect(await registry.clear('a')).toBeUndefined();
  });

  it('strikes nobody after its end, not even whom it had chosen before', async () => {
    const handle = vi.fn();
    const striker = { ...probe, name: 'striker', start: (): FaultHooks => ({ handle }) };
    registry = new FaultRegistry({ role: 'api', faults: { striker }, host: {}, monotonic: () => now });
    await inject({ fault: 'striker' });
    const [victim] = registry.victimsFor(request);
    await victim?.handle(request);
    await registry.clear('a');
    await victim?.handle(request);
    expect(handle).toHaveBeenCalledOnce();
  });

  it('clears all', async () => {
    await inject();
    await registry.inject({ id: 'b', fault: 'latency', leaseSeconds: 5 });
    expect((await registry.clearAll()).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(registry.list()).toEqual([]);
  });

  it('refuses an id that is on, and a second exclusive fault', async () => {
    await inject();
    expect(await refusal(inject({ fault: 'latency' }))).toMatchObject({
      statusCode: 409,
      details: ['id: a is on already'],
    });
    expect(await refusal(inject({ id: 'b' }))).toMatchObject({ statusCode: 409 });
    await registry.clear('a');
    await inject({ id: 'b' });
  });

  it('takes 16 faults at most', async () => {
    for (let n = 0; n < 16; n++) await registry.inject({ id: `l-${n}`, fault: 'latency', leaseSeconds: 5 });
    expect(await refusal(inject())).toMatchObject({ statusCode: 409 });
  });

  it('names every violation at once', async () => {
    const { statusCode, details } = await refusal(
      inject({ leaseSeconds: 901, target: { rate: 1.5, colour: 'red' }, parameters: { size: 9, shape: 1 } }),
    );
    expect(statusCode).toBe(400);
    for (const path of ['leaseSeconds', 'target.rate', 'target', 'parameters.size', 'parameters:']) {
      expect(details.some((line) => line.startsWith(path))).toBe(true);
    }
  });

  it.each([
    ['a fault that is not there', { fault: 'earthquake' }, /no fault is called "earthquake"/],
    ['a name of Object.prototype', { fault: 'constructor' }, /no fault is called "constructor"/],
    ['a fault of another carrier', { fault: 'retry-storm' }, /carried by inventory, not by api/],
    ['a lease without end', { leaseSeconds: undefined }, /leaseSeconds/],
    ['a negative lease', { leaseSeconds: -1 }, /leaseSeconds/],
    ['a rate of nothing', { target: { rate: 0 } }, /target\.rate/],
  ])('refuses %s', async (_what, more, words) => {
    expect((await refusal(inject(more))).message).toMatch(words);
    expect(registry.list()).toEqual([]);
  });

  describe('with faults that exclude others', () => {
    const shy = { ...probe, name: 'shy', exclusive: false, excludes: ['probe'] };
    beforeEach(() => {
      registry = new FaultRegistry({ role: 'api', faults: { shy, probe }, host: {}, monotonic: () => now });
    });

    it.each([
      ['shy', 'probe'],
      ['probe', 'shy'],
    ])('refuses, after %s, %s with the reason, until the first is gone', async (first, second) => {
      await inject({ fault: first });
      expect(await refusal(inject({ id: 'b', fault: second }))).toMatchObject({
        statusCode: 409,
        details: [
          `fault: ${first} is on already, and ${second} and ${first} cannot be on at the same carrier at the same time`,
        ],
      });
      await registry.clear('a');
      await inject({ id: 'b', fault: second });
    });

    it('says all that is in the way', async () => {
      await inject({ fault: 'probe' });
      const { details } = await refusal(inject({ fault: 'shy' }));
      expect(details).toEqual(['id: a is on already', expect.stringContaining('shy and probe cannot be on')]);
    });
  });

  describe('with a fault of a resource', () => {
    const taker = {
      ...probe,
      name: 'taker',
      scope: 'resource' as const,
      start: (): FaultHooks => ({ taken: () => ({ wanted: 1, held: 1 }) }),
    };
    beforeEach(() => {
      registry = new FaultRegistry({ role: 'api', faults: { taker }, host: {}, monotonic: () => now });
    });

    it('refuses to aim it, naming each reason', async () => {
      const target = { route: '/orders', method: 'POST', header: 'a=b' };
      const { statusCode, details } = await refusal(inject({ fault: 'taker', target }));
      expect(statusCode).toBe(400);
      expect(details).toEqual(
        ['route', 'method', 'header'].map((aim) =>
          expect.stringMatching(`^target\\.${aim}: taker acts on a resource of the whole replica`),
        ),
      );
    });
  });

  describe('with a fault of jobs', () => {
    const slowJobs = { ...probe, name: 'slow-jobs', scope: 'jobs' as const };
    const job = { route: 'orders', method: 'PROCESS', headers: {} };
    beforeEach(() => {
      registry = new FaultRegistry({
        role: 'api',
        faults: { 'slow-jobs': slowJobs, probe },
        host: {},
        monotonic: () => now,
      });
      registry.knowRoute('PROCESS', 'orders');
      registry.knowRoute('GET', '/orders');
    });

    it('strikes jobs of the queue and never a request; a fault of requests never a job', async () => {
      await inject({ fault: 'slow-jobs', target: { route: 'orders' } });
      await inject({ id: 'b', fault: 'probe' });
      const struck = (each: typeof job) => registry.victimsFor(each).map(({ id }) => id);
      expect(struck(job)).toEqual(['a']);
      expect(struck({ ...job, route: 'mails' })).toEqual([]);
      expect(struck({ ...job, method: 'GET' })).toEqual(['b']);
    });

    it('refuses method and header, and a queue that is not there', async () => {
      const aimed = await refusal(inject({ fault: 'slow-jobs', target: { method: 'GET', header: 'a=b' } }));
      expect(aimed.details).toEqual([
        'target.method: slow-jobs strikes jobs, which have no HTTP method',
        'target.header: slow-jobs strikes jobs, which have no headers',
      ]);
      expect((await refusal(inject({ fault: 'slow-jobs', target: { route: '/orders' } }))).details).toEqual([
        'target.route: no queue here is "/orders"; nearest: orders',
      ]);
    });
  });

  describe('when it knows the routes', () => {
    beforeEach(() => {
      registry.knowRoute(['GET', 'HEAD'], '/products/:id');
      registry.knowRoute('GET', '/products');
      registry.knowRoute('POST', '/orders');
      registry.knowRoute('GET', '/orders/:id');
    });

    it.each([
      [{ route: '/prodcts' }, 'target.route: no route here is "/prodcts"; nearest: GET /products'],
      [{ route: '/*/*/*' }, 'target.route: no route here is "/*/*/*"'],
      [
        { route: '/orders', method: 'GET' },
        'target.route: no route here is "GET /orders"; nearest: POST /orders',
      ],
      [{ method: 'DELETE' }, 'target.method: no route here is "DELETE"'],
    ])('refuses %j and names the nearest', async (target, words) => {
      const { statusCode, details } = await refusal(inject({ target }));
      expect([statusCode, details[0]]).toEqual([400, expect.stringContaining(words)]);
      expect(details[0]).not.toContain('HEAD');
    });

    it.each([{}, { route: '/products/*' }, { route: '/**' }, { method: 'POST' }, { route: '/products/:id' }])(
      'takes %j',
      async (target) => expect((await inject({ target })).id).toBe('a'),
    );
  });

  describe('check', () => {
    it('makes the checks of inject, starts nothing and leaves nothing', async () => {
      const start = vi.fn(() => ({}));
      const refuse = vi.fn((_parameters: object, _host: object, { rate }: { rate: number }) =>
        rate > 0.5 ? 'target.rate: half of it at most' : null,
      );
      const picky = { ...probe, name: 'picky', start, refuse };
      registry = new FaultRegistry({ role: 'api', faults: { picky }, host: {}, monotonic: () => now });
      const body = { id: 'a', fault: 'picky', leaseSeconds: 5, target: { rate: 0.5 } };
      expect(registry.check(body)).toMatchObject({ request: body, parameters: { size: 1 } });
      expect(() => registry.check({ ...body, target: {} })).toThrow('half of it at most');
      expect(start).not.toHaveBeenCalled();
      expect(registry.list()).toEqual([]);
      await registry.inject(body);
      expect(() => registry.check({ ...body, id: 'b' })).toThrow('picky is on already');
      expect((await refusal(registry.inject({ ...body, target: {} }))).statusCode).toBe(400);
    });

    it('refuses what needs a Redis where the cache is not shared', () => {
      const needy = { ...probe, name: 'needy', needs: 'redis' as const };
      const body = { id: 'a', fault: 'needy', leaseSeconds: 5 };
      const over = (host: FaultHost) => new FaultRegistry({ role: 'api', faults: { needy }, host });
      const evict = async () => 0;
      const refused = (host: FaultHost) => {
        try {
          return expect.unreachable(JSON.stringify(over(host).check(body)));
        } catch (error) {
          return (error as FaultRefusedError).details;
        }
      };
      expect(refused({})).toEqual(['fault: needy needs a real Redis, and this host has no cache']);
      expect(refused({ cache: { shared: false, evict } })).toEqual([
        expect.stringMatching(/^fault: needy needs a real Redis, and here the cache is in-process/),
      ]);
      expect(over({ cache: { shared: true, evict } }).check(body).definition).toBe(needy);
    });
  });

  it('keeps nothing of a fault that could not start', async () => {
    const broken = { ...probe, name: 'broken', start: () => Promise.reject(new Error('no room')) };
    registry = new FaultRegistry({ role: 'api', faults: { broken }, host: {} });
    expect(await refusal(inject({ fault: 'broken' }))).toMatchObject({
      statusCode: 400,
      details: ['no room'],
    });
    expect(registry.list()).toEqual([]);
  });

  describe('while it starts', () => {
    let begin: (hooks: FaultHooks) => void;
    let fail: (error: Error) => void;
    const slow = {
      ...probe,
      name: 'slow',
      start: () =>
        new Promise<FaultHooks>((resolve, reject) => {
          begin = resolve;
          fail = reject;
        }),
    };
    beforeEach(() => {
      registry = new FaultRegistry({ role: 'api', faults: { slow, probe }, host: {}, monotonic: () => now });
    });

    it('ends with its lease: it is stopped as soon as it has started', async () => {
      const injection = refusal(inject({ fault: 'slow' }));
      now = 111;
      expect(registry.list()).toEqual([]);
      begin({ stop: stopped });
      expect((await injection).statusCode).toBe(409);
      expect(stopped).toHaveBeenCalledOnce();
    });

    it('is cleared: that is over when what the start took is given back', async () => {
      const injection = refusal(inject({ fault: 'slow' }));
      const cleared = vi.fn();
      const clear = registry.clear('a').then(cleared);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(cleared).not.toHaveBeenCalled();
      begin({ stop: stopped });
      await clear;
      expect(stopped).toHaveBeenCalledOnce();
      expect((await injection).statusCode).toBe(409);
    });

    it('does not hold up its clear for ever, which then says so', async () => {
      void inject({ fault: 'slow' });
      const clear = refusal(registry.clear('a'));
      await vi.advanceTimersByTimeAsync(4_000);
      expect((await clear).message).toContain('4 s');
    });

    it('takes nobody else of its id with it when it fails after its end', async () => {
      const injection = refusal(inject({ fault: 'slow' }));
      const clear = registry.clear('a');
      await inject({ fault: 'probe' });
      fail(new Error('no room'));
      await Promise.all([injection, clear]);
      expect(registry.list()).toMatchObject([{ fault: 'probe' }]);
    });
  });

  describe('with a stop that fails', () => {
    const stop = () => Promise.reject(new Error('no answer'));
    const stuck = { ...probe, name: 'stuck', start: (): FaultHooks => ({ stop }) };
    beforeEach(() => {
      registry = new FaultRegistry({ role: 'api', faults: { stuck, probe }, host: {}, monotonic: () => now });
    });

    it('says so to who clears it, and nobody has to hear of it at the end of the lease', async () => {
      await inject({ fault: 'stuck' });
      expect((await refusal(registry.clear('a'))).message).toBe('no answer');
      const unheard = vi.fn();
      process.once('unhandledRejection', unheard);
      await inject({ fault: 'stuck' });
      now = 110;
      expect(registry.list()).toEqual([]);
      vi.useRealTimers();
      await new Promise((resolve) => setTimeout(resolve, 5));
      process.removeListener('unhandledRejection', unheard);
      expect(unheard).not.toHaveBeenCalled();
    });

    it('ends the others before it says so', async () => {
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (end = resolve));
      stopped.mockReturnValueOnce(ended);
      await inject({ fault: 'stuck' });
      await inject({ id: 'b' });
      const failed = vi.fn();
      const all = registry.clearAll().catch(failed);
      await vi.advanceTimersByTimeAsync(1);
      expect(failed).not.toHaveBeenCalled();
      end();
      await all;
      expect(failed).toHaveBeenCalledOnce();
    });
  });
});

import { describe, expect, test } from 'vitest';
import type { Component, StackStatus } from '../stack/stack.ts';
import type { Injection } from './chaos-driver.ts';
import { STACK_FAULTS } from './faults/index.ts';
import type { Held } from './guard/protocol.ts';
import { targetsOf } from './stack-targets.ts';

const component = (name: string, more: Partial<Component> = {}): Component => ({
  name,
  service: /^(api|inventory|worker)/.exec(name)?.[0] ?? null,
  state: 'ready',
  pid: 1,
  address: null,
  restarts: 0,
  readySeconds: 1,
  detail: '',
  ...more,
});

const stackOf = (names: string[], cache: StackStatus['cache'] = 'redis'): StackStatus =>
  ({ components: names.map((name) => component(name)), cache }) as StackStatus;
const WHOLE = stackOf(['postgresql', 'redis', 'inventory-1', 'worker-1', 'api-1', 'api-2', 'api-3']);

const targets = (fault: string, more: Partial<Injection> = {}, status = WHOLE, held: Held[] = []) =>
  targetsOf(
    STACK_FAULTS.find(({ name }) => name === fault)!,
    { fault, parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds: 10, ...more },
    status,
    held,
  ).map(({ name }) => name);

const refusal = (ask: () => unknown): { code: string; details: string[] } => {
  try {
    return ask() as never;
  } catch (error) {
    return error as never;
  }
};

describe('a way or a pipeline', () => {
  const PROXIED = stackOf(['postgresql', 'redis', 'inventory-1', 'api-1', 'toxiproxy', 'otelcol']);

  test('is called as the ground truth calls it', () => {
    expect(targets('network-latency', {}, PROXIED)).toEqual(['postgresql']);
    const parameters = { dependency: 'inventory' };
    expect(targets('network-partition', { parameters }, PROXIED)).toEqual(['inventory']);
    expect(targets('log-loss', {}, PROXIED)).toEqual(['logs']);
    expect(targets('trace-loss', { target: { rate: 0.3, seed: 1 } }, PROXIED)).toEqual(['traces']);
  });

  test('is refused, with the remedy, where nothing could carry it', () => {
    const { code, details } = refusal(() => targets('network-latency'));
    expect([code, details[0]]).toEqual([
      'FAULT_REFUSED',
      expect.stringContaining('obsctl tools install toxiproxy'),
    ]);
    expect(refusal(() => targets('trace-loss')).details[0]).toContain('--telemetry grafana');
    const containers = { ...WHOLE, driver: 'compose' as const };
    expect(refusal(() => targets('network-latency', {}, containers)).details).toEqual([
      expect.stringContaining('the container of toxiproxy is gone'),
    ]);
    const noRedis = stackOf(['postgresql', 'toxiproxy'], 'in-process');
    const redis = { parameters: { dependency: 'redis' } };
    expect(refusal(() => targets('network-latency', redis, noRedis)).details[0]).toContain('no Redis');
  });

  test('is refused where its carrier is not ready, or the same way is taken', () => {
    const away = { ...PROXIED, components: [component('toxiproxy', { state: 'restarting' })] };
    expect(refusal(() => targets('network-latency', {}, away)).details[0]).toContain('it is restarting now');
    const held = [{ instance: 'redis', state: { fault: 'cache-down' } }] as Held[];
    const redis = { parameters: { dependency: 'redis' } };
    expect(refusal(() => targets('network-latency', redis, PROXIED, held)).details[0]).toContain(
      'cache-down is on there already',
    );
    expect(targets('network-latency', {}, PROXIED, held)).toEqual(['postgresql']);
  });

  test('is no replica', () => {
    const { code } = refusal(() => targets('network-latency', { instances: ['api-1'] }, PROXIED));
    expect(code).toBe('UNKNOWN_TARGET');
  });
});

describe('a replica', () => {
  test('is one api replica where none is named: the last, or another by the seed', () => {
    expect(targets('replica-kill')).toEqual(['api-3']);
    const bySeed = [1, 2, 3, 4].map((seed) => targets('replica-pause', { target: { rate: 1, seed } })[0]);
    expect(bySeed).toEqual(['api-3', 'api-1', 'api-2', 'api-3']);
    expect(targets('replica-kill', { target: { rate: 1, seed: 0 } })).toEqual(['api-2']);
  });

  test('is any that is named, also all of a service', () => {
    expect(targets('replica-kill', { instances: ['worker-1'] })).toEqual(['worker-1']);
    expect(targets('replica-kill', { instances: ['api-2', 'api-1', 'api-3'] })).toHaveLength(3);
  });

  test('that is the only one has to be named', () => {
    const status = stackOf(['redis', 'inventory-1', 'api-1']);
    const { code, details } = refusal(() => targets('replica-kill', {}, status));
    expect([code, details[0]]).toEqual(['FAULT_REFUSED', expect.stringContaining('--replica api-1')]);
    expect(targets('replica-kill', { instances: ['api-1'] }, status)).toEqual(['api-1']);
  });

  test('that does not exist, or is none, is refused with those there are', () => {
    const { code, details } = refusal(() => targets('replica-kill', { instances: ['api-9', 'redis'] }));
    expect(code).toBe('UNKNOWN_TARGET');
    expect(details).toEqual(['it can be done to: api-1, api-2, api-3, inventory-1, worker-1']);
  });

  test('that is not running, or held already, is refused', () => {
    const status = stackOf([]);
    status.components.push(component('api-1', { state: 'restarting' }), component('api-2'));
    const held = [{ instance: 'api-2', state: { fault: 'replica-pause' } }] as Held[];
    const { details } = refusal(() =>
      targets('replica-kill', { instances: ['api-1', 'api-2'] }, status, held),
    );
    expect(details).toEqual([
      'api-1: it is restarting now, so nothing can be done to it',
      'api-2: replica-pause is on there already',
    ]);
  });
});

describe('the cache', () => {
  test('is the Redis of the stack', () => expect(targets('cache-down')).toEqual(['redis']));

  test('that REDIS_URL names is not ours to take away, and one that is in-process is none', () => {
    const foreign = refusal(() => targets('cache-down', {}, stackOf(['api-1'])));
    expect(foreign).toMatchObject({
      code: 'FAULT_REFUSED',
      details: [expect.stringContaining('REDIS_URL')],
    });
    const none = refusal(() => targets('cache-down', {}, stackOf(['api-1'], 'in-process')));
    expect(none).toMatchObject({ code: 'FAULT_REFUSED', details: [expect.stringContaining('in-process')] });
  });
});

test('what aims at requests or a share of them, and a lease out of bounds, are refused together', () => {
  const target = { rate: 0.3, seed: 1, route: '/products', method: 'GET', header: 'a=b' };
  const { details } = refusal(() => targets('cache-down', { target, leaseSeconds: 1e6 }));
  expect(details.map((detail) => detail.split(/[ :]/)[0])).toEqual([
    '--route',
    '--method',
    '--header',
    '--rate',
    '--duration',
  ]);
});

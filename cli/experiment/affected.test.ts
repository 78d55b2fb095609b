import { describe, expect, test } from 'vitest';
import { everydayVisit } from '../../scenarios/lib/everyday.ts';
import { listScenarios } from '../load/catalogue.ts';
import { affectedBy } from './affected.ts';
import { TRAFFIC_MIXES } from './traffic-mix.ts';

const durations = { warmUp: 5, steady: 35, fault: 20, recovery: 40 };
const everyday = { scenario: 'steady', rate: 40, durations };
const fault = (name: string, target: Record<string, unknown> = {}) => ({
  ...{ fault: name, parameters: {}, target, at: 0, duration: 20 },
});
const both = { carriers: 2, replicas: 2 };

describe('how many requests a fault is felt by', () => {
  test.each([
    ['all that come', fault('latency'), both, { requests: 800, atMost: false }],
    ['a share of them', fault('latency', { rate: 0.3 }), both, { requests: 240, atMost: false }],
    ['one replica of two', fault('latency'), { carriers: 1, replicas: 2 }, { requests: 400, atMost: false }],
    [
      'one route',
      fault('error', { route: '/products/*', rate: 0.5 }),
      both,
      { requests: 200, atMost: false },
    ],
    ['one method', fault('error', { method: 'POST' }), both, { requests: 200, atMost: false }],
    ['a route of nobody', fault('error', { route: '/checkout' }), both, { requests: 0, atMost: false }],
    ['some that carry a header', fault('error', { header: 'a=b' }), both, { requests: 800, atMost: true }],
    [
      'what goes on to inventory',
      fault('downstream-timeout', { rate: 0.7 }),
      both,
      { requests: 140, atMost: false },
    ],
    [
      'a route that nobody asks inventory for',
      fault('downstream-timeout', { route: '/nope/**' }),
      ...([both, { requests: 0, atMost: false }] as const),
    ],
    [
      'what a resource is shared by',
      fault('pool-exhaustion', { rate: 1 }),
      both,
      { requests: 800, atMost: true },
    ],
  ])('%s', (_what, planned, carriers, expected) =>
    expect(affectedBy(everyday, planned, carriers)).toEqual(expected),
  );

  test('in the middle of a crowd: five times as many', () =>
    expect(affectedBy({ ...everyday, scenario: 'spike' }, fault('latency'), both).requests).toBe(4000));

  test('of a script of somebody’s own: all that it is told to send, at most', () =>
    expect(
      affectedBy({ ...everyday, scenario: 'load.js@123', rate: 10 }, fault('latency', { rate: 0.5 }), both),
    ).toEqual({
      requests: 100,
      atMost: true,
    }));

  test('nobody can say of users who set their own rate', () =>
    expect(
      affectedBy({ ...everyday, scenario: 'smoke', rate: null }, fault('latency'), both).requests,
    ).toBeNull());
});

describe('the mixes', () => {
  test('of the everyday scenarios are what a visitor does', () => {
    let state = 1;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const seen: Record<string, number> = {};
    const send = ({ operation }: { operation: string }) => {
      seen[operation] = (seen[operation] ?? 0) + 1;
      return { body: '{"id":"7"}' };
    };
    for (let i = 0; i < 20_000; i++) everydayVisit({ send, random } as never);
    const all = Object.values(seen).reduce((sum, count) => sum + count, 0);
    const mix = TRAFFIC_MIXES.steady!;
    expect(Object.keys(seen).sort()).toEqual(Object.keys(mix).sort());
    for (const [operation, share] of Object.entries(mix))
      expect(seen[operation]! / all).toBeCloseTo(share, 1.5);
  });

  test('are there for every open scenario, and add up to all of it', () => {
    const open = listScenarios().filter(({ model }) => model === 'open');
    expect(Object.keys(TRAFFIC_MIXES).sort()).toEqual(open.map(({ name }) => name).sort());
    for (const mix of Object.values(TRAFFIC_MIXES))
      expect(Object.values(mix).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  });
});

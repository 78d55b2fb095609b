import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../chaos/catalogue.ts';
import type { ObsctlError } from '../shared/errors.ts';
import { RESERVED_KEYS } from './fault-settings.ts';
import { type FaultsInput, planFaults } from './planned-faults.ts';

const plan = (names: string[], more: Partial<FaultsInput> = {}) =>
  planFaults({ names, set: {}, target: {}, phase: 20, ...more });

const refusal = (names: string[], more: Partial<FaultsInput> = {}): ObsctlError => {
  try {
    plan(names, more);
  } catch (error) {
    return error as ObsctlError;
  }
  return expect.unreachable('it was planned');
};

describe('the faults of a run', () => {
  test('one alone: plain keys of --set, the whole phase', () => {
    const [latency] = plan(['latency'], { set: { ms: 300, rate: 0.2, seed: 4 } });
    expect(latency).toMatchObject({ at: 0, duration: 20 });
    expect(latency!.injection).toMatchObject({
      parameters: { ms: 300 },
      target: { rate: 0.2, seed: 4 },
      leaseSeconds: 20,
    });
  });

  test('several: FAULT.KEY sets one thing of one fault, in kebab case or camel case', () => {
    const set = {
      'latency.ms': 300,
      'latency.rate': 0.2,
      'latency.replica': 'api-1,api-2',
      'memory-leak.mb-per-second': 5,
      'memory-leak.maxMb': 64,
      'memory-leak.at': '5s',
      'memory-leak.duration': 10,
    };
    const [latency, leak] = plan(['latency', 'memory-leak'], { set });
    expect(latency!.injection).toMatchObject({ parameters: { ms: 300 }, instances: ['api-1', 'api-2'] });
    expect(latency!.injection.target.rate).toBe(0.2);
    expect(leak).toMatchObject({ at: 5, duration: 10 });
    expect(leak!.injection).toMatchObject({
      parameters: { mbPerSecond: 5, maxMb: 64 },
      instances: undefined,
      leaseSeconds: 10,
    });
  });

  test('a fault that comes later stays until the end of the phase where nothing else is said', () => {
    const [, error] = plan(['latency', 'error'], { set: { 'error.at': 8 } });
    expect(error).toMatchObject({ at: 8, duration: 12 });
  });

  test('target options go to the faults that can take them', () => {
    const target = { route: '/orders', method: 'POST', rate: 0.4, seed: 7 };
    const [latency, leak, jobs] = plan(['latency', 'memory-leak', 'heavy-task'], { target });
    expect(latency!.injection.target).toEqual({ route: '/orders', method: 'POST', rate: 0.4, seed: 7 });
    expect(leak!.injection.target).toEqual({ rate: 0.4, seed: 7 });
    expect(jobs!.injection.target).toEqual({ rate: 0.4, seed: 7 });
  });

  test('replicas go to the faults of their service', () => {
    const instances = (names: string[], replicas: string[]) =>
      plan(names, { replicas }).map(({ injection }) => injection.instances);
    expect(instances(['latency', 'downstream-timeout'], ['api-1'])).toEqual([['api-1'], undefined]);
    expect(instances(['latency', 'downstream-timeout'], ['api-1', 'inventory-1'])).toEqual([
      ['api-1'],
      ['inventory-1'],
    ]);
    expect(instances(['latency'], ['apx-1'])).toEqual([['apx-1']]);
    expect(instances(['replica-kill', 'downstream-timeout'], ['api-1'])).toEqual([['api-1'], undefined]);
  });

  test('every violation of every fault at once, each naming its fault', () => {
    const { code, details } = refusal(['latency', 'memory-leak'], {
      set: { ms: 1, 'latency.ms': -1, 'eror.rate': 1, 'memory-leak.at': 20, 'memory-leak.colour': 'red' },
    });
    expect(code).toBe('USAGE');
    expect(details).toEqual([
      '--set ms: say of which fault: latency.ms or memory-leak.ms',
      '--set eror.rate: "eror" is no fault of this run, which has latency, memory-leak',
      expect.stringMatching(/^latency: --ms -1: /),
      'memory-leak: --set memory-leak.at 20: it does not lie within the fault phase of 20 s (see --duration)',
      'memory-leak: --colour: this fault has no such parameter',
    ]);
  });

  test.each([
    [{ 'latency.duration': 21 }, /--set latency\.duration 21: .*phase of 20 s/],
    [{ 'latency.at': 15, 'latency.duration': 6 }, /--set latency\.duration 6/],
    [{ 'latency.at': 'soon' }, /--set latency\.at "soon" is no duration/],
    [{ 'latency.at': -1 }, /--set latency\.at "-1" is no duration/],
    [{ 'latency.duration': 0.2 }, /--duration 0\.2: must be at least 1 s/],
  ])('%j lies outside the phase', (set, words) => {
    expect(refusal(['latency', 'error'], { set }).details.join('\n')).toMatch(words);
  });

  test('what cannot be aimed is refused with the reason when it stands alone', () => {
    expect(refusal(['memory-leak'], { target: { route: '/orders' } }).details).toEqual([
      '--route "/orders": memory-leak acts on a resource of the whole replica, so it cannot be aimed at a route',
    ]);
    expect(refusal(['replica-kill'], { target: { rate: 0.5 } }).details).toEqual([
      '--rate 0.5: replica-kill has no shares, it is there or not',
    ]);
  });

  test('a name that is not there', () => expect(refusal(['latancy']).code).toBe('UNKNOWN_FAULT'));
});

describe('faults that cannot be on at once', () => {
  test.each([
    ['the same one twice', ['retry-storm', 'retry-storm'], {}, /a carrier takes one retry-storm at a time/],
    ['the same one twice, though it could be', ['latency', 'latency'], {}, /named twice: set its rate/],
    ['at a replica that is gone', ['latency', 'replica-kill'], {}, /latency and replica-kill cannot be on/],
    [
      'at the replica that is gone',
      ['latency', 'replica-kill'],
      { 'latency.replica': 'api-1', 'replica-kill.replica': 'api-1' },
      /latency and replica-kill/,
    ],
    ['in different components', ['cache-stampede', 'cache-down'], {}, /cache-stampede and cache-down/],
  ])('are refused: %s', (_what, names, set, reason) => {
    const { code, details } = refusal(names, { set });
    expect([code, details]).toEqual(['FAULT_CONFLICT', [expect.stringMatching(reason)]]);
  });

  test.each([
    [
      'on different replicas',
      ['latency', 'replica-kill'],
      { 'latency.replica': 'api-1', 'replica-kill.replica': 'api-2' },
    ],
    ['at different services', ['downstream-timeout', 'replica-kill'], {}],
    [
      'one after the other',
      ['cache-stampede', 'cache-down'],
      { 'cache-stampede.duration': 5, 'cache-down.at': 5 },
    ],
  ])('are taken %s', (_what, names, set) => {
    expect(plan(names, { set })).toHaveLength(2);
  });
});

test.each(Object.values(CATALOGUE).map((fault) => [fault.name, fault]))(
  'no parameter of %s is called like a key that every fault has',
  (_name, { parameters }) => {
    expect(Object.keys(parameters.shape).filter((key) => RESERVED_KEYS.includes(key))).toEqual([]);
  },
);

import { describe, expect, test } from 'vitest';
import { CATALOGUE, findFault } from './catalogue.ts';
import { flagOf, planInjection } from './injection-plan.ts';

const raw = { fault: 'latency', parameters: { ms: 800 }, target: { rate: 0.3 }, duration: 60 };

const detailsOf = (plan: () => unknown): string[] => {
  try {
    plan();
  } catch (error) {
    return (error as { details: string[] }).details;
  }
  return [];
};

describe('an injection', () => {
  test('takes defaults where nothing was said', () => {
    expect(planInjection(raw)).toMatchObject({
      fault: 'latency',
      parameters: { ms: 800 },
      target: { rate: 0.3, seed: 1 },
      leaseSeconds: 60,
    });
  });

  test('is refused with every violation at once, each naming its flag and value', () => {
    const details = detailsOf(() =>
      planInjection({
        ...raw,
        target: { rate: 1.5, method: 'EAT' },
        parameters: { ms: -1, colour: 'red' },
        duration: 1e6,
      }),
    );
    expect(details).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^--rate 1\.5: /),
        expect.stringMatching(/^--method "EAT": /),
        expect.stringMatching(/^--ms -1: /),
        expect.stringMatching(/^--colour: /),
        expect.stringMatching(/^--duration 1000000: must be at most/),
      ]),
    );
    expect(details).toHaveLength(5);
  });

  test('takes the rate of the fault where nothing was said', () => {
    const { target } = planInjection({ fault: 'event-loop-block', parameters: {}, target: {}, duration: 9 });
    expect(target.rate).toBe(CATALOGUE['event-loop-block']!.defaultRate);
    expect(target.rate).not.toBe(1);
  });

  test('plans a fault of the stack like one of the service', () => {
    expect(
      planInjection({
        fault: 'replica-kill',
        parameters: {},
        target: {},
        duration: 5,
        instances: ['api-1'],
      }),
    ).toMatchObject({ fault: 'replica-kill', target: { rate: 1 }, instances: ['api-1'], leaseSeconds: 5 });
  });

  test('what cannot be aimed like that says why, beside every other violation', () => {
    const target = { route: '/orders', header: 'a=b', rate: 2 };
    expect(
      detailsOf(() => planInjection({ fault: 'memory-leak', parameters: {}, target, duration: 9 })),
    ).toEqual([
      expect.stringMatching(/^--route "\/orders": memory-leak acts on a resource/),
      expect.stringMatching(/^--header "a=b": memory-leak acts on a resource/),
      expect.stringMatching(/^--rate 2: /),
    ]);
    const jobs = { route: 'orders', method: 'GET' };
    expect(
      detailsOf(() => planInjection({ fault: 'heavy-task', parameters: {}, target: jobs, duration: 9 })),
    ).toEqual(['--method "GET": heavy-task strikes jobs, which have no HTTP method']);
  });

  test('what is no number says so', () => {
    expect(detailsOf(() => planInjection({ ...raw, target: { rate: 'lots' } }))[0]).toMatch(
      /^--rate "lots": .*number/,
    );
  });

  test('an unknown fault names the nearest', () => {
    expect(() => findFault('latancy')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_FAULT', details: [expect.stringContaining('latency')] }),
    );
  });

  test('a parameter is written in kebab case', () => expect(flagOf('mbPerSecond')).toBe('--mb-per-second'));
});

import { describe, expect, test } from 'vitest';
import { findFault, flagOf, planInjection } from './injection-plan.ts';

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

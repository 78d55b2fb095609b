import { describe, expect, it } from 'vitest';
import { createRetryBudget } from './retry-budget.ts';

const retriesIn = (calls: number, ratio: number | undefined): number => {
  const budget = createRetryBudget(ratio);
  let retries = 0;
  for (let call = 0; call < calls; call++) {
    budget.deposit();
    for (let attempt = 0; attempt < 2; attempt++) if (budget.withdraw()) retries++;
  }
  return retries;
};

describe('createRetryBudget', () => {
  it.each([
    [0.1, 1000, 100, 110],
    [0.05, 1000, 50, 55],
    [0.5, 1000, 500, 510],
  ])('a ratio of %f lets through that share and one burst', (ratio, calls, least, most) => {
    const retries = retriesIn(calls, ratio);
    expect(retries).toBeGreaterThanOrEqual(least - 1);
    expect(retries).toBeLessThanOrEqual(most);
  });

  it('lets none through at 0, all without a budget', () => {
    expect(retriesIn(100, 0)).toBe(0);
    expect(retriesIn(100, undefined)).toBe(200);
  });

  it('saves up no more than one burst', () => {
    const budget = createRetryBudget(0.1);
    for (let call = 0; call < 10_000; call++) budget.deposit();
    let retries = 0;
    while (budget.withdraw()) retries++;
    expect(retries).toBe(10);
  });
});

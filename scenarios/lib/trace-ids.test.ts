import { describe, expect, it } from 'vitest';
import { traceIdsOf } from './trace-ids.ts';

const origin = { runId: 'run-1', seed: 7, scenario: 'steady', iteration: 0, request: 0 };

const idsOf = (change: Partial<typeof origin> = {}) => {
  const ids = traceIdsOf({ ...origin, ...change });
  return [ids.traceId, ids.nextSpanId(), ids.nextSpanId()];
};

describe('trace ids', () => {
  it('are W3C ids', () => {
    const [traceId, first, second] = idsOf();
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(second).not.toBe(first);
  });

  it('are the same again for the same run, seed and iteration', () => {
    expect(idsOf()).toEqual(idsOf());
  });

  const changes = [{ runId: 'run-2' }, { seed: 8 }, { scenario: 'smoke' }, { iteration: 1 }, { request: 1 }];
  it.each(changes)('differ with %o', (change) => {
    const before = idsOf();
    for (const [i, id] of idsOf(change).entries()) expect(id).not.toBe(before[i]);
  });

  it('never repeat within a run', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      const ids = traceIdsOf({ ...origin, iteration: i >> 1, request: i % 2 });
      seen.add(ids.traceId.slice(16));
      for (let span = 0; span < 3; span++) seen.add(ids.nextSpanId());
    }
    expect(seen.size).toBe(80_000);
  });
});

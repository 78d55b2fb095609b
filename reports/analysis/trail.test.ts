import { describe, expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import type { Attribution } from '../record/attribution.ts';
import { analyse } from './index.ts';
import { trailOf } from './trail.ts';

const evidence = downstreamTimeoutEvidence();
const { spikes, attribution, trail } = analyse(evidence);
const shown = spikes.flatMap(({ examples }) => examples).map(({ traceId }) => traceId);
const held = evidence.traces.map(({ traceId }) => traceId);

/** The attribution with other traces in its first reason. */
const naming = (traceIds: string[]): Attribution => {
  const [culprit, ...others] = attribution.suspects;
  const [reason] = culprit!.reasons;
  return { ...attribution, suspects: [{ ...culprit!, reasons: [{ ...reason!, traceIds }] }, ...others] };
};

describe('the trail', () => {
  it('has every trace that the reasons name, where no spike shows it', () => {
    const named = new Set(attribution.suspects[0]!.reasons.flatMap(({ traceIds }) => traceIds));
    expect(named.size).toBeGreaterThan(0);
    expect([...trail.map(({ traceId }) => traceId), ...shown]).toEqual(expect.arrayContaining([...named]));
    for (const { traceId } of trail) expect(shown).not.toContain(traceId);
  });

  it('shows a trace once, with its waterfall, and none that the evidence lacks', () => {
    const fresh = held.filter((id) => !shown.includes(id)).slice(0, 2);
    const made = trailOf(evidence, naming([...fresh, ...fresh, 'f'.repeat(32), shown[0]!]), spikes);
    expect(made.map(({ traceId }) => traceId)).toEqual(fresh);
    for (const { waterfall, spans } of made) {
      expect(waterfall.length).toBe(spans);
      expect(waterfall.some(({ critical }) => critical.length > 0)).toBe(true);
    }
  });

  it('ends where nobody would read on', () => {
    expect(trailOf(evidence, naming(held), []).length).toBe(12);
    expect(trailOf(evidence, { ...attribution, suspects: [] }, spikes)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { emptyEvidence, FIXTURE_START } from '../../../test/fixtures/evidence/index.ts';
import { clientEvidence } from '../../../test/fixtures/evidence/points.ts';
import { createRandom } from '../../../test/fixtures/evidence/random.ts';
import { detectSpikes, findSpikeWindows } from './slis.ts';

const spikesOf = (...args: Parameters<typeof clientEvidence>) =>
  detectSpikes(clientEvidence(...args)).map(({ sli, onset, detectedAt, endedAt, peak }) => ({
    sli: sli.name,
    onset: onset - FIXTURE_START,
    detectedAt: detectedAt - FIXTURE_START,
    endedAt: endedAt === null ? null : endedAt - FIXTURE_START,
    peak,
  }));

const between = (i: number, from: number, to: number) => i >= from && i < to;

describe('errors', () => {
  it('fires within the first second when most requests fail, and ends at the first normal second', () => {
    expect(spikesOf(60, (i) => ({ failures: between(i, 25, 32) ? 15 : 0 }))).toEqual([
      { sli: 'client-errors', onset: 25, detectedAt: 26, endedAt: 32, peak: 0.75 },
    ]);
  });

  it('finds a small share as its window grows, and names its first second as the onset', () => {
    const [spike] = spikesOf(60, (i) => ({ failures: i >= 20 ? 1 : 0 }));
    expect(spike).toMatchObject({ sli: 'client-errors', onset: 20, endedAt: null });
    expect(spike!.detectedAt).toBeLessThanOrEqual(33);
  });

  it('knows of the phases only that steady ended: its windows reach back into it', () => {
    const evidence = clientEvidence(60, (i) => ({ failures: i >= 20 ? 15 : 0 }));
    const [spike] = detectSpikes(evidence);
    expect(spike).toMatchObject({ onset: FIXTURE_START + 20, detectedAt: FIXTURE_START + 21 });
    expect(spike!.evidence).toMatch(/^15 of 60 requests failed within 3 s/);
    const [steady, fault, recovery] = evidence.phases;
    const split = FIXTURE_START + 31;
    const relabelled = [
      steady!,
      { ...recovery!, from: steady!.to, to: split },
      { ...fault!, from: split, to: recovery!.to },
    ];
    expect(detectSpikes({ ...evidence, phases: relabelled })).toEqual(detectSpikes(evidence));
  });

  it('needs three errors, and compares with what failed in steady', () => {
    expect(spikesOf(60, (i) => ({ failures: i === 25 ? 2 : 0 }))).toEqual([]);
    // Two of two would be significant against 0 of 400, but two are no spike.
    const sparse = (failing: number) => (i: number) =>
      i < 20 ? {} : { requests: 1, failures: i < 20 + failing ? 1 : 0 };
    expect(spikesOf(60, sparse(2))).toEqual([]);
    expect(spikesOf(60, sparse(3))).toMatchObject([{ onset: 20, detectedAt: 23 }]);
    expect(spikesOf(60, (i) => ({ failures: i % 5 === 0 ? 4 : 0 }))).toEqual([]);
  });

  it('joins runs that lie close together, and keeps those apart that do not', () => {
    const twice = (gap: number) => (i: number) => ({
      failures: between(i, 22, 26) || between(i, 26 + gap, 30 + gap) ? 12 : 0,
    });
    expect(spikesOf(70, twice(8))).toMatchObject([{ onset: 22, endedAt: 38 }]);
    expect(spikesOf(70, twice(14))).toMatchObject([
      { onset: 22, endedAt: 26 },
      { onset: 40, endedAt: 44 },
    ]);
  });

  it('does not take silence for health: a spike does not end in seconds without traffic', () => {
    const [spike] = spikesOf(60, (i) =>
      i >= 30 ? { requests: 0, p95: null } : { failures: i >= 25 ? 15 : 0 },
    );
    expect(spike).toMatchObject({ onset: 25, endedAt: null });
  });
});

describe('latency', () => {
  it('needs three of five seconds: fires at the end of the third', () => {
    expect(spikesOf(60, (i) => ({ p95: between(i, 25, 35) ? 0.4 : 0.05 }))).toEqual([
      { sli: 'client-latency', onset: 25, detectedAt: 28, endedAt: 35, peak: 0.4 },
    ]);
    expect(spikesOf(60, (i) => ({ p95: i === 25 || i === 29 ? 0.4 : 0.05 }))).toEqual([]);
  });

  it('is not made nervous by a constant steady phase, nor by rises of milliseconds', () => {
    expect(spikesOf(60, (i) => ({ p95: i >= 20 ? 0.06 : 0.05 }))).toEqual([]);
    expect(spikesOf(60, (i) => ({ p95: i >= 20 ? 0.009 : 0.001 }))).toEqual([]);
  });

  it('skips seconds in which nothing ended', () => {
    const hang = (i: number) =>
      between(i, 25, 30) ? { requests: 0, p95: null } : { p95: between(i, 30, 40) ? 3 : 0.05 };
    expect(spikesOf(60, hang)).toMatchObject([
      { sli: 'client-latency', onset: 30, detectedAt: 33, endedAt: 40 },
    ]);
  });

  it('finds a doubling of noisy latency within five seconds, in at least 95 of 100 runs', () => {
    const delays = Array.from({ length: 100 }, (_, seed) => {
      const random = createRandom(seed);
      const spikes = spikesOf(60, (i) => ({ p95: random.latency(i >= 30 ? 0.2 : 0.1, 0.1) }));
      return spikes.length > 0 ? spikes[0]!.detectedAt - 30 : Number.POSITIVE_INFINITY;
    });
    expect(delays.filter((delay) => delay > 0 && delay <= 5).length).toBeGreaterThanOrEqual(95);
  });
});

describe('noise', () => {
  it('raises at most one false alarm in 150 runs of 120 s without a fault', () => {
    let alarms = 0;
    for (let seed = 0; seed < 150; seed++) {
      const random = createRandom(seed);
      const failures = () => Array.from({ length: 20 }).filter(() => random.chance(0.005)).length;
      alarms +=
        spikesOf(140, () => ({ failures: failures(), p95: random.latency(0.1, 0.25) })).length > 0 ? 1 : 0;
    }
    expect(alarms).toBeLessThanOrEqual(1);
  });
});

describe('hostile series', () => {
  it('finds nothing where there is nothing to compare', () => {
    expect(detectSpikes(emptyEvidence())).toEqual([]);
    const failing = clientEvidence(60, () => ({ failures: 20 }));
    expect(
      detectSpikes({ ...failing, phases: failing.phases.filter(({ name }) => name !== 'steady') }),
    ).toEqual([]);
    expect(spikesOf(60, (i) => (i < 20 ? { requests: 0, p95: null } : { failures: 20 }))).toEqual([]);
    expect(spikesOf(60, () => ({ requests: 0, p95: null }))).toEqual([]);
  });

  it('does not care about order and repetition', () => {
    const evidence = clientEvidence(60, (i) => ({ failures: between(i, 25, 32) ? 15 : 0 }));
    const { overall } = evidence.client!;
    const shuffled = { ...evidence, client: { overall: [...overall, ...overall].reverse(), operations: [] } };
    expect(detectSpikes(shuffled)).toEqual(detectSpikes(evidence));
  });
});

it('says where to look for traces, up to the end of the run for a spike that never ended', () => {
  const evidence = clientEvidence(60, (i) => ({ failures: i >= 25 ? 15 : 0 }));
  expect(findSpikeWindows(evidence)).toEqual([
    { from: FIXTURE_START + 25, to: FIXTURE_START + 60, kind: 'error', service: 'api', baseline: 0 },
  ]);
});

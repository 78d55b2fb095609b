import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  downstreamTimeoutEvidence,
  emptyEvidence,
  quietEvidence,
} from '../../../test/fixtures/evidence/index.ts';
import type { Attribution } from '../../record/attribution.ts';
import type { Evidence } from '../../record/evidence.ts';
import { detectSpikes } from '../detection/slis.ts';
import { attributionOf } from './index.ts';
import { truncateAt } from './truncate.ts';

const whole = downstreamTimeoutEvidence();
const attribute = (evidence: Evidence): Attribution => attributionOf(evidence, detectSpikes(evidence));
const culprit = attribute(whole);

const beliefs = ({ suspects, unknown }: Attribution): number =>
  suspects.reduce((sum, { confidence }) => sum + confidence, unknown);

describe('the culprit', () => {
  it('is named by the call that timed out, with its evidence and its traces', () => {
    expect(culprit.status).toBe('named');
    expect(culprit.suspects[0]).toMatchObject({
      service: 'api',
      dependency: 'inventory',
      operation: 'client',
      kind: 'timeout',
      lower: null,
    });
    const [first] = culprit.suspects[0]!.reasons;
    expect(first!.signal).toBe('error-origin');
    expect(whole.traces.map(({ traceId }) => traceId)).toEqual(expect.arrayContaining(first!.traceIds));
  });

  it('shares belief among the suspects and "unknown"; those after the first say why they rank lower', () => {
    expect(beliefs(culprit)).toBeCloseTo(1, 2);
    const [first, ...others] = culprit.suspects;
    expect(others.length).toBeGreaterThan(0);
    for (const suspect of others) {
      expect(suspect.score).toBeLessThanOrEqual(first!.score);
      expect(suspect.lower).toMatch(/score/);
    }
  });

  it('has a score that is the sum of its reasons', () => {
    for (const { score, reasons } of culprit.suspects) {
      expect(reasons.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(score, 2);
    }
  });

  it('could be named only after the first alarm, and by what had come in until then', () => {
    const first = Math.min(...detectSpikes(whole).map(({ detectedAt }) => detectedAt));
    expect(culprit.attributedAt).toBeGreaterThanOrEqual(first);
    const before = truncateAt(whole, culprit.attributedAt!);
    const spans = before.traces.flatMap(({ spans }) => spans);
    expect(spans.length).toBeGreaterThan(0);
    expect(Math.max(...spans.map(({ start, duration }) => start + duration))).toBeLessThanOrEqual(
      culprit.attributedAt!,
    );
  });

  it('is nobody where nothing alarmed, and where there is nothing at all', () => {
    expect(attribute(quietEvidence())).toMatchObject({ status: 'nothing', suspects: [], window: null });
    expect(attribute(emptyEvidence()).status).toBe('nothing');
  });
});

/** What is left when a source lost part of its telemetry. */
const PARTIAL: Record<string, (evidence: Evidence) => Evidence> = {
  'no logs': (evidence) => ({ ...evidence, logs: [] }),
  'no runtime metrics': (evidence) => ({ ...evidence, runtime: [] }),
  'no traces': (evidence) => ({ ...evidence, traces: [] }),
  'no client data': (evidence) => ({ ...evidence, client: null }),
  'half the traces missing': (evidence) => ({
    ...evidence,
    traces: evidence.traces.filter((_, i) => i % 2 === 0),
    completeness: {
      ...evidence.completeness,
      clientTraces: { sent: 100, arrived: 50, missing: 50 },
    },
  }),
  'one replica silent': (evidence) => ({
    ...evidence,
    red: evidence.red.map((series) =>
      series.instance === 'api-2'
        ? { ...series, points: series.points.filter(({ t }) => t < whole.phases[2]!.from) }
        : series,
    ),
    runtime: evidence.runtime.filter(({ instance }) => instance !== 'api-2'),
  }),
};

describe('partial evidence', () => {
  it.each(Object.entries(PARTIAL))('with %s: says what it lacks, and believes less', (_name, lose) => {
    const poorer = attribute(lose(whole));
    expect(poorer.lacks.length).toBeGreaterThan(0);
    expect(poorer.suspects[0]?.confidence ?? 0).toBeLessThan(culprit.suspects[0]!.confidence);
    expect(poorer.unknown).toBeGreaterThan(culprit.unknown);
  });

  it('never crashes and never believes more than everything, whatever spans are lost', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (keep) => {
        const flags = keep[Symbol.iterator]();
        const traces = whole.traces.map((trace) => ({
          ...trace,
          spans: trace.spans.filter(() => flags.next().value),
        }));
        const result = attribute({ ...whole, traces });
        expect(beliefs(result)).toBeLessThanOrEqual(1.01);
      }),
      { numRuns: 15 },
    );
  });
});

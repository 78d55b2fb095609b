import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  downstreamTimeoutEvidence,
  emptyEvidence,
  FIXTURE_START,
} from '../../test/fixtures/evidence/index.ts';
import type { Evidence } from '../record/evidence.ts';
import { findingsSchema } from '../record/findings.ts';
import { analyse } from './index.ts';

const evidence = downstreamTimeoutEvidence();

describe('hostile evidence', () => {
  const time = fc.double({ min: 0, max: 2e9, noNaN: true });
  const small = fc.oneof(fc.nat(60), fc.double({ min: 0, max: 1e9, noNaN: true }));
  const near = fc.integer({ min: -5, max: 70 }).map((i) => FIXTURE_START + i);
  const point = fc.record({
    t: near,
    seconds: fc.constantFrom(1, 0.5, 7),
    requests: fc.nat(50),
    failures: fc.nat(80),
    attempts: fc.nat(90),
    requestAttempts: fc.nat(90),
    histogram: fc.dictionary(fc.constantFrom('-300', '0', '12', 'x', '__proto__'), fc.nat(9)),
    attemptFailures: fc.nat(90),
    p50: fc.option(small),
    p95: fc.option(small),
    p99: fc.option(small),
    droppedIterations: fc.nat(9),
  });
  const phase = fc.record({
    name: fc.constantFrom('warm-up', 'steady', 'fault', 'recovery'),
    from: near,
    to: near,
  });
  const red = fc.record({
    service: fc.constantFrom('api', 'inventory', '__proto__'),
    instance: fc.constantFrom('api-1', 'api-2'),
    route: fc.constantFrom('/a', '/healthz', ''),
    method: fc.constant('GET'),
    bounds: fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { maxLength: 4 }),
    points: fc.array(
      fc.record({
        t: near,
        seconds: fc.constantFrom(1, 3),
        requests: small,
        errors: small,
        durationSum: small,
        buckets: fc.array(small, { maxLength: 6 }),
      }),
      { maxLength: 40 },
    ),
  });
  const hex = (length: number) => fc.integer({ min: 0, max: 3 }).map((n) => n.toString(16).repeat(length));
  const exemplar = fc.record({
    time: near,
    traceId: hex(32),
    spanId: fc.option(hex(16)),
    metric: fc.string(),
    kind: fc.constantFrom('duration', 'error'),
    value: small,
    service: fc.constantFrom('api', 'worker'),
    instance: fc.string(),
    route: fc.string(),
    method: fc.string(),
    status: fc.option(fc.integer({ min: 0, max: 700 })),
    origin: fc.constantFrom('metric', 'trace-search'),
  });
  const span = fc.record({
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: fc.option(hex(16)),
    name: fc.string(),
    kind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer'),
    service: fc.constantFrom('api', 'k6'),
    instance: fc.string(),
    start: time,
    duration: small,
    status: fc.constantFrom('unset', 'ok', 'error'),
    statusMessage: fc.option(fc.string()),
    attributes: fc.dictionary(
      fc.constantFrom('http.response.status_code', 'peer.service', 'http.request.resend_count', 'x'),
      fc.oneof(fc.string(), fc.nat(), fc.boolean()),
    ),
    events: fc.constant([]),
    links: fc.constant([]),
  });
  const trace = fc.record({
    traceId: hex(32),
    reason: fc.constantFrom('exemplar', 'steady'),
    spans: fc.array(span, { maxLength: 8 }),
  });
  const runtime = fc.record({
    name: fc.constantFrom('job.duration.mean', 'up', 'x'),
    unit: fc.string(),
    service: fc.string(),
    instance: fc.string(),
    labels: fc.constant({}),
    points: fc.array(fc.tuple(near, fc.oneof(small, fc.constant(-1))), { maxLength: 40 }),
  });
  const anything = fc.record({
    phases: fc.array(phase, { maxLength: 5 }),
    client: fc.option(
      fc.record({
        overall: fc.array(point, { maxLength: 70 }),
        operations: fc.array(
          fc.record({ operation: fc.string(), points: fc.array(point, { maxLength: 20 }) }),
          { maxLength: 2 },
        ),
      }),
    ),
    red: fc.array(red, { maxLength: 3 }),
    runtime: fc.array(runtime, { maxLength: 2 }),
    exemplars: fc.array(exemplar, { maxLength: 10 }),
    traces: fc.array(trace, { maxLength: 4 }),
  });

  it('never breaks the analysis, and what comes out is valid and in order', () => {
    fc.assert(
      fc.property(anything, (changes) => {
        const hostile = { ...emptyEvidence(), ...changes } as unknown as Evidence;
        const result = analyse(hostile);
        expect(findingsSchema.safeParse(result).error).toBeUndefined();
        for (const { onset, detectedAt, endedAt, peakAt } of result.spikes) {
          expect(detectedAt).toBeGreaterThan(onset);
          expect(peakAt).toBeGreaterThanOrEqual(onset);
          if (endedAt !== null) expect(endedAt).toBeGreaterThanOrEqual(detectedAt);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not break on numbers that are none', () => {
    const broken = {
      ...evidence,
      runtime: evidence.runtime.map((series) => ({
        ...series,
        points: series.points.map(([t], i) => [i % 3 ? t : Number.NaN, Number.NaN] as [number, number]),
      })),
    };
    expect(analyse(broken).spikes).toHaveLength(4);
  });
});

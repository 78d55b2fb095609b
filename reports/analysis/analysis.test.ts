import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  downstreamTimeoutEvidence,
  emptyEvidence,
  FIXTURE_START,
  quietEvidence,
} from '../../test/fixtures/evidence/index.ts';
import { clientEvidence } from '../../test/fixtures/evidence/points.ts';
import type { Evidence } from '../record/evidence.ts';
import { evidenceSchema } from '../record/evidence.ts';
import { findingsSchema, type SliRow } from '../record/findings.ts';
import { analyse } from './index.ts';

const evidence = downstreamTimeoutEvidence();
const findings = analyse(evidence);
const spike = (sli: string) => findings.spikes.find((one) => one.sli === sli)!;

describe('a slow inventory', () => {
  it('comes from evidence that is valid, and makes findings that are', () => {
    expect(evidenceSchema.safeParse(evidence).error).toBeUndefined();
    expect(findingsSchema.safeParse(findings).error).toBeUndefined();
  });

  it('alarms at client and server, in the fault phase, at the operation that calls inventory', () => {
    expect(findings.spikes.map(({ sli }) => sli).sort()).toEqual([
      'client-errors',
      'client-latency',
      'server-errors',
      'server-latency',
    ]);
    for (const { phase, operation, onset, detectedAt, endedAt } of findings.spikes) {
      expect({ phase, operation }).toEqual({ phase: 'fault', operation: 'POST /orders' });
      expect(onset).toBeGreaterThanOrEqual(FIXTURE_START + 24);
      expect(detectedAt).toBeGreaterThan(onset);
      expect(endedAt).toBeLessThanOrEqual(FIXTURE_START + 48);
    }
    expect(findings.clientImpact).toBe(true);
  });

  it('leads from each spike by exemplars to traces of the evidence', () => {
    const known = new Set(evidence.traces.map(({ traceId }) => traceId));
    for (const { examples, exemplarsInWindow, gap } of findings.spikes) {
      expect(exemplarsInWindow).toBeGreaterThanOrEqual(examples.length);
      expect(examples.length).toBe(3);
      expect(gap).toBeNull();
      expect(
        examples.every(({ traceId, exemplar }) => known.has(traceId) && exemplar.traceId === traceId),
      ).toBe(true);
      expect(new Set(examples.map(({ exemplar }) => exemplar.instance)).size).toBe(2);
    }
  });

  it('names who reports the error and who holds the time, and quotes the log lines', () => {
    const [example] = spike('server-errors').examples;
    expect(example).toMatchObject({
      complete: true,
      deepestError: { service: 'api', kind: 'client', peer: 'inventory' },
      longestExclusive: { service: 'inventory', name: 'POST /reservations' },
    });
    expect(example!.logs.map(({ body }) => body)).toContain('order failed: inventory did not answer in time');
    expect(example!.logs.every(({ traceId }) => traceId === example!.traceId)).toBe(true);
  });

  it('counts retries, and the recovery', () => {
    const during = findings.amplification.find(({ phase }) => phase === 'fault')!;
    expect(during.client).toBeGreaterThan(1.2);
    expect(during.downstream.find(({ service }) => service === 'inventory')!.overSteady).toBeGreaterThan(2);
    expect(findings.recovery).toMatchObject({ observed: true, recovered: true, stillAbnormal: [] });
    expect(findings.recovery.secondsToRecover).toBeLessThanOrEqual(4);
    expect(findings.conclusiveness).toEqual({ conclusive: true, reasons: [] });
    expect(findings.baseline).toEqual({ observed: true, met: true, reasons: [] });
  });

  it('adds its tables up to what the evidence holds', () => {
    const total = (rows: SliRow[]) => rows.reduce((sum, row) => sum + row.requests, 0);
    const client = evidence.client!.overall.reduce((sum, point) => sum + point.requests, 0);
    expect(total(findings.slis.filter(({ viewpoint }) => viewpoint === 'client'))).toBe(client);
    expect(findings.slis.find((row) => row.viewpoint === 'client' && row.phase === 'steady')).toMatchObject({
      requests: 500,
      failures: 0,
      errorRatio: 0,
      requestsPerSecond: 25,
    });
  });
});

it('gives the same bytes for the same evidence, whatever the order of its series and traces', () => {
  const shuffled = {
    ...evidence,
    red: [...evidence.red].reverse(),
    traces: [...evidence.traces].reverse(),
    exemplars: [...evidence.exemplars].reverse(),
  };
  expect(JSON.stringify(analyse(shuffled)) === JSON.stringify(findings)).toBe(true);
});

it('leaves probes out: they would dilute every ratio', () => {
  const probes = evidence.red.map((series) => ({ ...series, route: '/healthz', method: 'GET' }));
  expect(
    JSON.stringify(analyse({ ...evidence, red: [...evidence.red, ...probes] })) === JSON.stringify(findings),
  ).toBe(true);
});

describe('inconclusive', () => {
  const reasonsOf = (changed: Partial<Evidence>, completeness: Partial<Evidence['completeness']> = {}) =>
    analyse({
      ...evidence,
      ...changed,
      completeness: { ...evidence.completeness, ...completeness },
    }).conclusiveness.reasons.join(' ');

  it('is a quiet run, and says that the client could see nothing', () => {
    const quiet = analyse(quietEvidence());
    expect(quiet.spikes).toEqual([]);
    expect(quiet.notes).toEqual([]);
    expect(quiet.conclusiveness.reasons).toEqual([
      'Nothing the client could see happened during the fault phase.',
    ]);
  });

  it('is a run without traffic, whose baseline is unknown and not broken', () => {
    const nothing = analyse(emptyEvidence());
    expect(nothing.spikes).toEqual([]);
    expect(nothing.baseline).toMatchObject({ observed: false, met: false });
    expect(nothing.conclusiveness.conclusive).toBe(false);
    expect(nothing.recovery).toMatchObject({ observed: false, recovered: false, secondsToRecover: null });
  });

  it.each([
    ['no client data', { client: null }, {}],
    ['no exemplars', { exemplars: [] }, {}],
    ['no traces', { traces: [] }, {}],
    ['no logs', { logs: [] }, {}],
    [
      'exemplars name a trace that is not there',
      {},
      { exemplars: { collected: 100, resolved: 94, unresolved: 6 } },
    ],
    ['never arrived', {}, { clientTraces: { sent: 100, arrived: 94, missing: 6 } }],
    ['telemetry queries failed', {}, { failedQueries: 2 }],
    ['dropped 200 iterations', {}, { droppedIterations: 200 }],
  ])('names %s', (text, changed, completeness) => {
    expect(reasonsOf(changed, completeness)).toContain(text);
  });

  it('does not mind what may be missing', () => {
    expect(
      reasonsOf({}, { exemplars: { collected: 100, resolved: 95, unresolved: 5 }, droppedIterations: 10 }),
    ).toBe('');
  });

  it('never hides a spike, and says why one has no example', () => {
    const blind = analyse({ ...evidence, traces: [] });
    expect(blind.spikes).toHaveLength(4);
    expect(blind.spikes[0]!.gap).toMatch(/the evidence holds the trace of none/);
    expect(analyse({ ...evidence, exemplars: [] }).spikes[0]!.gap).toMatch(/No exemplar/);
  });
});

describe('baseline and recovery', () => {
  it('refuses a steady phase that fails', () => {
    expect(
      analyse(clientEvidence(60, (i) => ({ failures: i < 20 && i % 2 ? 1 : 0 }))).baseline,
    ).toMatchObject({
      observed: true,
      met: false,
      reasons: [expect.stringContaining('2.5 %'), expect.stringContaining('50.0 %')],
    });
    expect(analyse(clientEvidence(60, () => ({ requests: 1 }))).baseline).toMatchObject({
      observed: true,
      met: true,
    });
  });

  it('measures the time from the end of the fault phase, and sees what never comes back', () => {
    const failingUntil = (end: number) =>
      analyse(clientEvidence(60, (i) => ({ failures: i >= 25 && i < end ? 15 : 0 }))).recovery;
    expect(failingUntil(47)).toMatchObject({ recovered: true, secondsToRecover: 7, watchedSeconds: 20 });
    expect(failingUntil(39)).toMatchObject({ recovered: true, secondsToRecover: 0 });
    expect(failingUntil(60)).toMatchObject({
      recovered: false,
      secondsToRecover: null,
      stillAbnormal: ['client-errors'],
    });
  });
});

describe('notes', () => {
  it('tells of restarts, silent replicas, missed scrapes and disagreement', () => {
    const from = FIXTURE_START + 30;
    const silenced = evidence.red.map((series) =>
      series.instance === 'api-2'
        ? { ...series, points: series.points.filter(({ t }) => t < from || t > from + 8) }
        : series,
    );
    const up = {
      name: 'up',
      unit: '1',
      service: 'api',
      instance: 'api-2',
      labels: {},
      points: [[from, 0]] as [number, number][],
    };
    const incidents = [
      { time: from, service: 'api', instance: 'api-2', kind: 'restart' as const, detail: 'signal SIGKILL' },
    ];
    const notes = analyse({
      ...evidence,
      red: silenced,
      runtime: [...evidence.runtime, up],
      incidents,
    }).notes.join('\n');
    expect(notes).toContain('api-2 was started again (signal SIGKILL).');
    expect(notes).toMatch(/api-2 finished no request for \d+ s while its peers finished \d+/);
    expect(notes).toContain('api-2 did not answer 1 scrape.');
    expect(notes).toMatch(/disagree on requests: .* the client saw \d+ more than api/);
  });
});

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

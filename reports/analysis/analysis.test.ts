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

  const errorLogs = (lookedUp: number, gone: number) => ({
    reconciled: {
      followed: {
        ...{ requests: 0, complete: 0, partial: 0, missing: 0, unknown: 0 },
        lines: { asked: 0, found: 0 },
      },
      errorLogs: { collected: lookedUp, withTraceId: lookedUp, lookedUp, resolved: lookedUp - gone },
      errorTraces: { fetched: 0, withLines: 0 },
    },
  });

  it('needs error logs to lead to their traces, from the floor on and not before', () => {
    expect(reasonsOf({}, errorLogs(100, 5))).toBe('');
    expect(reasonsOf({}, errorLogs(100, 6))).toBe(
      'Of 100 trace ids that error logs name, 6 lead to no trace (6.0 %).',
    );
    expect(reasonsOf({}, errorLogs(19, 19))).toBe('');
    expect(reasonsOf({}, errorLogs(20, 2))).toContain('Of 20 trace ids');
  });

  it.each([
    ['no client data', { client: { overall: [], operations: [] } }, {}],
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
    expect(blind.spikes[0]!.gap).toMatch(/name 28 traces, but the evidence holds none of them/);
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

  it('watches for as long as the recovery phase lasted, whatever ended later', () => {
    const cut = clientEvidence(60);
    const phases = cut.phases.map((one) =>
      one.name === 'recovery' ? { ...one, to: FIXTURE_START + 57 } : one,
    );
    expect(analyse({ ...cut, phases }).recovery.watchedSeconds).toBe(17);
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

describe('quantiles of a phase', () => {
  it('come from all its durations, not from typical seconds', () => {
    // One second in ten is slow: 10 % of the requests, and no typical second.
    const client = clientEvidence(60, (i) => ({ p95: i % 10 === 9 ? 2 : 0.05 }));
    const row = analyse(client).slis.find(({ phase }) => phase === 'fault')!;
    expect(row.p50).toBeCloseTo(0.05, 2);
    expect(Math.abs(row.p95! - 2)).toBeLessThan(0.02);
    expect(row.p99).toBe(row.p95);
  });
});

describe('amplification', () => {
  it('counts the attempts of the requests that ended, not those that ended in the phase', () => {
    const storm = clientEvidence(60, (i) =>
      i >= 40 ? { requests: 10, attempts: 60, requestAttempts: 30 } : {},
    );
    expect(analyse(storm).amplification.find(({ phase }) => phase === 'recovery')!.client).toBe(3);
  });

  it('tells retries between services from a mix of operations', () => {
    const retried = (of: Evidence) => analyse(of).amplification.map(({ serviceRetries }) => serviceRetries);
    expect(retried(evidence)).toEqual([false, false, true, false]);
    const rate = (value: number) => ({
      name: 'http.client.retry.rate',
      unit: '{retry}/s',
      service: 'api',
      instance: 'api-1',
      labels: {},
      points: [[FIXTURE_START + 50, value]] as [number, number][],
    });
    expect(retried({ ...quietEvidence(), runtime: [rate(0)] })).toEqual([false, false, false, false]);
    expect(retried({ ...quietEvidence(), runtime: [rate(2)] })).toEqual([false, false, false, true]);
  });
});

it('names no operation where all are hit alike', () => {
  const failing = clientEvidence(60, (i) => ({ failures: i >= 25 && i < 40 ? 15 : 0 }));
  const { overall } = failing.client!;
  const operations = ['GET /a', 'GET /b'].map((operation) => ({ operation, points: overall }));
  const [alike] = analyse({ ...failing, client: { overall, operations } }).spikes;
  expect(alike).toMatchObject({ operation: null, operations: { abnormal: ['GET /a', 'GET /b'], of: 2 } });
});

it('counts what failed by operation, with the answers', () => {
  expect(findings.failed).toMatchObject([{ operation: 'POST /orders', failures: 61 }]);
  expect(findings.failed[0]!.statuses).toMatchObject([{ status: 504 }]);
  expect(analyse(quietEvidence()).failed).toEqual([]);
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
    // It stands among the incidents.
    expect(notes).not.toContain('SIGKILL');
    expect(notes).toMatch(/api-2 finished no request for \d+ s while its peers finished \d+/);
    expect(notes).toContain('api-2 did not answer 1 scrape.');
    expect(notes).toMatch(/disagree on requests: .* the client saw \d+ more than api/);
  });
});

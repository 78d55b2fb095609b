import { describe, expect, it } from 'vitest';
import {
  downstreamTimeoutEvidence,
  emptyEvidence,
  quietEvidence,
} from '../../../test/fixtures/evidence/index.ts';
import type { CrossCheck } from '../../record/completeness.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { TelemetryLoss } from '../../record/findings.ts';
import { conclusivenessOf } from '../conclusiveness.ts';
import { gapsOf } from './index.ts';

const evidence = downstreamTimeoutEvidence();
const quiet = quietEvidence();
const [, steady, fault] = evidence.phases;

const texts = (of: Evidence): string =>
  gapsOf(of)
    .map(({ text }) => text)
    .join('\n');
const BASELINE = { observed: true, met: true, reasons: [] };
const reasons = (of: Evidence): string => conclusivenessOf(of, [], BASELINE, gapsOf(of)).reasons.join('\n');

/** The entry service's series, each point as `change` leaves it; undefined takes it out. */
const withRed = (
  of: Evidence,
  change: (point: Evidence['red'][number]['points'][number]) => typeof point | undefined,
): Evidence => ({
  ...of,
  red: of.red.map((series) =>
    series.service === of.entryService
      ? { ...series, points: series.points.flatMap((point) => change(point) ?? []) }
      : series,
  ),
});

it('finds no gap where there is none', () => {
  expect(gapsOf(evidence)).toEqual([]);
  expect(gapsOf(quiet)).toEqual([]);
  expect(gapsOf(emptyEvidence())).toEqual([]);
});

describe('metrics', () => {
  const { from, to } = { from: fault!.from + 4, to: fault!.from + 14 };

  it.each([
    ['are not there at all', () => undefined],
    ['end before the others', (point: { t: number }) => (point.t > from ? undefined : point)],
    ['have a hole', (point: { t: number }) => (point.t > from && point.t <= to ? undefined : point)],
    [
      'are frozen',
      (point: { t: number }) => (point.t > from && point.t <= to ? { ...point, requests: 0 } : point),
    ],
    ['are a minute late', (point: { t: number }) => ({ ...point, t: point.t + 60 })],
  ] as const)('that %s, while requests are answered, prove nothing', (_what, change) => {
    const broken = withRed(quiet, change as Parameters<typeof withRed>[1]);
    expect(texts(broken)).toMatch(/^The metrics of api show no request for \d+ s .* \d+ good answers\.$/);
    expect(reasons(broken)).toContain('The metrics of api show no request');
  });

  it('that come in one lump for all of a hole say nothing of its seconds', () => {
    const lump = withRed(quiet, (point) =>
      point.t > from && point.t <= to
        ? point.t === Math.floor(to)
          ? { ...point, seconds: to - from, requests: 200 }
          : undefined
        : point,
    );
    expect(texts(lump)).toContain('show no request');
  });

  it('that miss a scrape or two are whole', () => {
    const late = withRed(quiet, (point) => (point.t > from && point.t <= from + 3 ? undefined : point));
    expect(gapsOf(late)).toEqual([]);
  });

  it('are judged by their own cadence', () => {
    const every = (seconds: number): Evidence =>
      withRed(quiet, (point) => (Math.round(point.t) % seconds === 0 ? { ...point, seconds } : undefined));
    expect(gapsOf(every(15))).toEqual([]);
  });

  it('may be silent where nothing was answered: that is what an outage looks like', () => {
    const silent = withRed(quiet, (point) => (point.t > from && point.t <= to ? undefined : point));
    const overall = quiet.client!.overall.map((p) =>
      p.t >= from - 1 && p.t <= to ? { ...p, attemptFailures: p.attempts, failures: p.requests } : p,
    );
    expect(gapsOf({ ...silent, client: { ...quiet.client!, overall } })).toEqual([]);
  });

  it('are stated, and no more, where the scraper itself says that nobody answered it', () => {
    const hole = withRed(quiet, (point) => (point.t > from && point.t <= to ? undefined : point));
    const up = {
      ...{ name: 'up', unit: '1', service: 'api', instance: 'api-1', labels: {} },
      points: [[from + 3, 0] as [number, number]],
    };
    const [gap] = gapsOf({ ...hole, runtime: [...hole.runtime, up] });
    expect(gap).toMatchObject({ decisive: false, signal: 'metrics' });
    expect(gap!.text).toContain('it did not answer every scrape then');
  });
});

describe('counts', () => {
  const check = (changes: Partial<CrossCheck> = {}): Evidence => ({
    ...evidence,
    completeness: {
      ...evidence.completeness,
      crossCheck: {
        ...{ window: evidence.window, client: 1000, unanswered: 0, metrics: 1000, spans: 1000 },
        ...{ disagreement: 0, explanations: [], unexplained: null, ...changes },
      },
    },
  });

  it.each([
    ['agree', {}, false],
    ['differ by less than one in a hundred', { metrics: 990 }, false],
    ['differ by more', { metrics: 989 }, true],
    ['have too many spans', { spans: 1011 }, true],
    ['differ by requests that got no answer', { unanswered: 50, metrics: 960, spans: 955 }, false],
    ['differ by more than those', { unanswered: 50, metrics: 939 }, true],
    ['could not be made', { metrics: null, spans: null }, false],
    ['differ for reasons that are known', { metrics: 900, unexplained: 0.002 }, false],
    ['differ for reasons that are not', { unexplained: 0.02 }, true],
  ])('that %s', (_what, changes, found) => {
    expect(gapsOf(check(changes)).length > 0).toBe(found);
    expect(reasons(check(changes)).includes('do not agree')).toBe(found);
  });
});

it('does not count a signal that is known to have been lost', () => {
  const crossCheck: CrossCheck = {
    ...{ window: evidence.window, client: 1000, unanswered: 0, metrics: 1000, spans: 700 },
    ...{ disagreement: 0.3, explanations: [], unexplained: 0.3 },
  };
  const counted = { ...evidence, completeness: { ...evidence.completeness, crossCheck } };
  const loss = (signal: TelemetryLoss['signal']): TelemetryLoss => ({
    ...{
      signal,
      from: 0,
      to: 1,
      detectedAt: 1,
      share: 0.3,
      where: 'in the collector',
      text: '',
      evidence: [],
    },
  });
  expect(gapsOf(counted)).toHaveLength(1);
  expect(gapsOf(counted, [loss('logs')])).toHaveLength(1);
  expect(gapsOf(counted, [loss('traces')])).toEqual([]);
});

describe('clocks', () => {
  const shifted = (seconds: number, service: string): Evidence => ({
    ...evidence,
    traces: evidence.traces.map((trace) => ({
      ...trace,
      spans: trace.spans.map((span) =>
        span.service === service ? { ...span, start: span.start + seconds } : span,
      ),
    })),
  });

  it('of a service that is ahead of, or behind, its callers', () => {
    expect(texts(shifted(60, 'inventory'))).toMatch(/clock of inventory is 60\.\d s ahead of/);
    expect(reasons(shifted(-60, 'inventory'))).toMatch(/clock of inventory is (60\.0|59\.\d) s behind/);
  });

  it('of the logs, the exemplars and all traces', () => {
    const logs = evidence.logs.map((log) => ({ ...log, time: log.time + 60 }));
    expect(reasons({ ...evidence, logs })).toContain('Log lines are');
    const exemplars = evidence.exemplars.map((one) => ({ ...one, time: one.time - 60 }));
    expect(reasons({ ...evidence, exemplars })).toContain('Exemplars are');
    const traces = evidence.traces.map((trace) => ({
      ...trace,
      spans: trace.spans.map((span) => ({ ...span, start: span.start + 120 })),
    }));
    expect(reasons({ ...evidence, traces })).toMatch(/spans lie .* ahead of the window/);
  });

  it('that were set in the middle of the run', () => {
    const all = shifted(60, 'inventory').traces;
    const half = evidence.traces.map((trace, i) => (i % 3 === 0 ? all[i]! : trace));
    expect(texts({ ...evidence, traces: half })).toContain('clock of inventory');
  });

  it('are not wrong where work only began late, each piece by another time', () => {
    const late = evidence.traces.map((trace, i) => ({
      ...trace,
      spans: trace.spans.map((span) =>
        span.service === 'inventory' ? { ...span, start: span.start + (i % 12) } : span,
      ),
    }));
    expect(gapsOf({ ...evidence, traces: late, logs: [], exemplars: [] })).toEqual([]);
  });

  it('are not wrong where calls that had been given up are served at the end of a pause', () => {
    const { from } = fault!;
    const paused = evidence.traces.map((trace, i) => {
      const called = from + (i % 10) * 0.2;
      const served = from + 4;
      const parents = new Set(
        trace.spans.filter(({ service }) => service === 'inventory').map(({ parentSpanId }) => parentSpanId),
      );
      return {
        ...trace,
        spans: trace.spans.map((span) =>
          parents.has(span.spanId) && span.service !== 'inventory'
            ? { ...span, start: called, duration: 1, status: 'error' as const }
            : span.service === 'inventory'
              ? { ...span, start: served }
              : span,
        ),
      };
    });
    expect(texts({ ...evidence, traces: paused, logs: [], exemplars: [] })).not.toContain(
      'clock of inventory',
    );
  });

  it('are not wrong where exemplars of metrics made of spans bear the time at which these arrived', () => {
    const late = (metric: string) =>
      evidence.exemplars.map((one) => ({ ...one, metric, time: one.time + 6 }));
    const said = (metric: string) => texts({ ...evidence, exemplars: late(metric) });
    expect(said('http_server_request_duration_seconds')).toContain('Exemplars are 6.0 s ahead');
    expect(said('traces_span_metrics_duration_seconds')).not.toContain('Exemplars are');
  });

  it('that differ by a moment are right', () => {
    expect(gapsOf(shifted(0.5, 'inventory'))).toEqual([]);
  });
});

describe('what never came', () => {
  it('is stated for each signal that was waited for', () => {
    const lag = { trace: 0.4, log: null, metric: null };
    const settle = { seconds: 15, sought: 10, traces: 0, logs: 4, metric: true, error: null };
    const late = {
      ...evidence,
      completeness: { ...evidence.completeness, ingestionLagSeconds: lag, settle },
    };
    expect(texts(late)).toBe(
      "Of 4 of the 10 requests that ended last no log line had come 15.0 s after the load.\nNo metric of api from after the load's end was seen to come.",
    );
    expect(gapsOf(late).every(({ decisive }) => !decisive)).toBe(true);
  });

  it('includes the lines of the requests, where there are only others', () => {
    const logs = evidence.logs.map((log) => ({ ...log, traceId: null }));
    expect(reasons({ ...evidence, logs })).toMatch(/Not one of \d+ traces has a log line by its id/);
    expect(gapsOf({ ...evidence, logs, client: null })).toMatchObject([{ signal: 'logs', decisive: false }]);
    expect(gapsOf({ ...evidence, logs: evidence.logs.slice(-1) })).toEqual([]);
  });

  it('includes what a search does not find although it is there', () => {
    const search = { method: 'searchTraces', text: '', window: steady!, rows: 0, seconds: 0.1, error: null };
    const queries = [search, search].map((one) => ({ ...one, truncated: false }));
    expect(texts({ ...evidence, queries })).toContain('Trace search found nothing in 2 questions');
    const [first, second] = queries;
    expect(gapsOf({ ...evidence, queries: [{ ...first!, rows: 1 }, second!] })).toEqual([]);
    expect(gapsOf({ ...evidence, queries: [{ ...first!, error: 'HTTP 500' }] })).toEqual([]);
  });
});

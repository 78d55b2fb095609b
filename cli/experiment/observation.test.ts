import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Window } from '../../reports/record/common.ts';
import type { Evidence, Span } from '../../reports/record/evidence.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { answer, fakeSource } from '../telemetry/fake-telemetry-source.fixture.ts';
import type { TelemetrySource } from '../telemetry/telemetry-source.ts';
import { type ObservationPlan, observeSystem } from './observation.ts';
import { findRun } from './run-folder.ts';

const evidence = downstreamTimeoutEvidence({
  rate: 15,
  durations: { warmUp: 0, steady: 20, fault: 10, recovery: 0 },
});
const phase = (name: string): Window => {
  const { from, to } = evidence.phases.find((one) => one.name === name)!;
  return { from, to };
};
const plan: ObservationPlan = {
  ...{ service: 'api', window: phase('fault'), reference: phase('steady') },
  command: 'npx obsctl report --since 20s',
};

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'obsctl-observation-'));
});
afterEach(() => rmSync(out, { recursive: true }));

const within = <T extends { t: number }>(points: T[], { from, to }: Window): T[] =>
  points.filter(({ t }) => t >= from && t < to);

const served = (spans: Span[]): Span[] => spans.filter(({ service }) => service !== evidence.clientService);

/** A system behind back ends: what a run showed, without its client. */
const system = (
  { red, runtime, exemplars, traces, logs }: Evidence,
  change: Partial<TelemetrySource> = {},
) => {
  const asked: Record<string, number> = { traces: 0, missing: 0 };
  const source = fakeSource({
    kind: 'grafana',
    red: async (window) =>
      answer(red.map((series) => ({ ...series, points: within(series.points, window) }))),
    runtime: async () => answer(runtime),
    exemplars: async (window) =>
      answer(
        exemplars.filter(
          ({ time, origin }) => origin === 'metric' && time >= window.from && time < window.to,
        ),
      ),
    searchTraces: async (window, { error, limit }) =>
      answer(
        traces
          .filter(
            ({ spans }) => error === undefined || spans.some(({ status }) => status === 'error') === error,
          )
          .filter(({ spans }) => spans[0]!.start >= window.from && spans[0]!.start < window.to)
          .slice(0, limit)
          .map(({ traceId, spans }) => ({
            ...{ traceId, rootService: 'api', rootName: spans[0]!.name, start: spans[0]!.start },
            ...{ duration: spans[0]!.duration, spans: spans.length, errors: 0, services: ['api'] },
          })),
      ),
    traces: async (ids) => {
      asked.traces! += ids.length;
      const found = traces.filter(({ traceId }) => ids.includes(traceId));
      return answer(new Map(found.map(({ traceId, spans }) => [traceId, served(spans)])));
    },
    missing: async (ids) => {
      asked.missing! += ids.length;
      return answer([]);
    },
    logs: async (_window, { traceIds }) =>
      answer(traceIds ? logs.filter(({ traceId }) => traceId && traceIds.includes(traceId)) : logs),
    ...change,
  });
  return { source, asked };
};

describe('a system that obsctl did not start', () => {
  test('is reported on from what its servers saw, and nothing is claimed of a client', async () => {
    const { source } = system(evidence);
    const { record } = await observeSystem(source, plan, out);
    const { findings, verdict, load, series, faults } = record;
    expect(new Set(findings!.spikes.map(({ viewpoint }) => viewpoint))).toEqual(new Set(['server']));
    expect(findings!.attribution.suspects[0]).toMatchObject({
      service: 'api',
      dependency: 'inventory',
      kind: 'timeout',
    });
    expect(findings!.spikes[0]!.examples.length).toBeGreaterThan(0);
    expect([load, series.client, faults, findings!.clientImpact]).toEqual([null, null, [], false]);
    expect(verdict).toMatchObject({ name: 'observed', exitCode: 0 });
    expect(findings!.notes[0]).toMatch(/No client was watched/);
  });

  test('has a run folder like any other', async () => {
    const { record } = await observeSystem(system(evidence).source, plan, out);
    const folder = findRun(out);
    expect(folder.runId).toBe(record.runId);
    expect(folder.readRecord().kind).toBe('observation');
    const report = readFileSync(folder.report, 'utf8');
    expect(report).toMatch(/No client was watched/);
    expect(report).not.toMatch(/What was injected|Seed/);
  });

  test('is asked for few traces, and for none twice', async () => {
    const { source, asked } = system(evidence);
    const { record } = await observeSystem(source, plan, out);
    expect(asked.missing).toBe(0);
    expect(asked.traces).toBeLessThanOrEqual(94);
    const { exemplars, traces } = record.completeness!;
    expect(exemplars.resolved + exemplars.unresolved).toBeLessThanOrEqual(exemplars.collected);
    expect(traces.fetched).toBe(asked.traces);
  });

  test('exemplars whose trace is gone are counted', async () => {
    const traces: TelemetrySource['traces'] = async () => answer(new Map());
    const { record } = await observeSystem(system(evidence, { traces }).source, plan, out);
    expect(record.completeness!.exemplars).toMatchObject({ resolved: 0 });
    expect(record.completeness!.exemplars.unresolved).toBeGreaterThan(0);
    expect(record.verdict).toMatchObject({ name: 'inconclusive', exitCode: 6 });
  });

  test('where nothing happened that is an answer', async () => {
    const reference = phase('steady');
    const half = (reference.from + reference.to) / 2;
    const calm = { window: { from: half, to: reference.to }, reference: { from: reference.from, to: half } };
    const { record } = await observeSystem(system(evidence).source, { ...plan, ...calm }, out);
    expect(record.findings!.spikes).toEqual([]);
    expect(record.verdict.name).toBe('observed');
  });
});

describe('what cannot be reported on leaves nothing', () => {
  const refused = async (change: Partial<ObservationPlan>, parts: Partial<TelemetrySource> = {}) => {
    const error = await observeSystem(system(evidence, parts).source, { ...plan, ...change }, out).catch(
      (e) => e,
    );
    expect(readdirSync(out)).toEqual([]);
    return error;
  };

  test('a service that is not there, with those that are', async () => {
    expect(await refused({ service: 'apo' })).toMatchObject({
      code: 'UNKNOWN_SERVICE',
      details: [expect.stringMatching(/^nearest: api/), expect.stringMatching(/^measured: api, inventory/)],
    });
  });

  test('a window without a request, with what was asked', async () => {
    const red: TelemetrySource['red'] = async (window) => {
      const { value, query } = answer<Evidence['red']>([]);
      return { value, query: { ...query, method: 'red', text: 'sum(x)', window } };
    };
    expect(await refused({}, { red })).toMatchObject({ code: 'NO_TELEMETRY', details: ['asked: sum(x)'] });
  });

  test('metrics that could not be read', async () => {
    const red: TelemetrySource['red'] = async () => {
      throw new Error('422 too many samples');
    };
    expect(await refused({}, { red })).toMatchObject({
      code: 'TELEMETRY_UNAVAILABLE',
      message: expect.stringContaining('422 too many samples'),
    });
  });

  test('a back end that refuses, with its own words', async () => {
    const ready = async () => {
      throw Object.assign(new Error('401'), { code: 'X' });
    };
    expect(await refused({}, { ready })).toMatchObject({ code: 'TELEMETRY_UNAVAILABLE', message: '401' });
  });
});

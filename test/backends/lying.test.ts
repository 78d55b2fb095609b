import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spread } from '../../cli/shared/lists.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { collectEvidence } from '../../cli/telemetry/collect.ts';
import { readEvidence } from '../../cli/telemetry/evidence-files.ts';
import { createGrafanaTelemetrySource } from '../../cli/telemetry/grafana/grafana-telemetry-source.ts';
import { analyse } from '../../reports/analysis/index.ts';
import { phaseNamed } from '../../reports/analysis/phases.ts';
import { type Evidence, evidenceSchema } from '../../reports/record/evidence.ts';
import type { Findings } from '../../reports/record/findings.ts';
import { runRecordSchema } from '../../reports/record/record.ts';
import { eventually, User } from '../support/cli.ts';
import { downAfter, empty, failing, hole, offClock, slow, truncated } from './support/lies.ts';
import { type BackendName, type Liar, LyingProxy } from './support/lying-proxy.ts';
import { type Watched, watchTraces } from './support/trace-watch.ts';

/** One real run on the real back ends; then its evidence is fetched again and again, each time with another lie in between. */
const user = new User();
let proxy: LyingProxy;
let told: Evidence;
let watched: () => Promise<Watched>;

const PHASES = ['--warm-up', '3s', '--steady', '12s', '--duration', '12s', '--recovery', '5s'];

beforeAll(async () => {
  await user.json(['up', '--telemetry', 'grafana']);
  const { code, stderr } = await user.run([
    'run',
    '--fault',
    'downstream-timeout',
    ...['--telemetry', 'grafana', ...PHASES],
    '--out',
    user.runs,
  ]);
  if (code !== 0) throw new Error(`the run ended with ${code}: ${stderr}`);
  const [run] = readdirSync(user.runs);
  told = evidenceSchema.parse(readEvidence(join(user.runs, run!)));
  const { endpoints } = await user.json<StackStatus>(['status']);
  const { prometheus, loki, tempo } = endpoints!.backends!;
  proxy = await LyingProxy.start({ prometheus, loki, tempo });
  watched = watchTraces(endpoints!.baseUrl, tempo);
});

afterAll(async () => {
  await watched?.();
  await proxy?.stop();
  await user.leave();
});

beforeEach(() => proxy.reset());

/** A user waits longer; a test need not. */
const LIMITS = { timeoutSeconds: 6, attempts: 2, firstPause: 0.05 };

/** Enough to see by: each look asks for all of it anew. */
const BOUNDS = { spikes: 4, perSpike: 6, spikeTraces: 24, steadyTraces: 12 };
const CLIENT_TRACES = 60;

/** Traces that the run's own exemplars name, spread over it: all of them arrived, when nobody lied. */
const clientTraces = () => {
  const named = [...new Map(told.exemplars.map((one) => [one.traceId, one])).values()];
  return spread(named, CLIENT_TRACES).map(({ traceId, time, kind }) => ({
    ...{ traceId, end: time, failed: kind === 'error', answered: true },
  }));
};

/** The same run, as the back ends show it through the proxy. */
const lookAgain = async (liar: Liar): Promise<Findings> => {
  proxy.reset();
  const access = (name: BackendName) => ({ url: proxy.url(name) });
  const source = createGrafanaTelemetrySource(
    {
      prometheus: access('prometheus'),
      loki: access('loki'),
      tempo: access('tempo'),
    },
    LIMITS,
  );
  // What is set up wrongly ends with an error at once: these begin once it was seen to be right.
  await source.ready();
  proxy.reset(liar);
  const { window, phases, client, incidents, entryService, clientService } = told;
  const { droppedIterations, ingestionLagSeconds } = told.completeness;
  const evidence = await collectEvidence(source, {
    ...{ window, phases, client, incidents, entryService, clientService },
    ...{ droppedIterations, ingestionLagSeconds, clientTraces: clientTraces(), load: null },
    bounds: BOUNDS,
  });
  return analyse(evidence);
};

/** What the findings say against themselves. */
const doubts = ({ conclusiveness, gaps }: Findings): string =>
  [...conclusiveness.reasons, ...gaps.map(({ text }) => text)].join('\n');

it('finds nothing to doubt where nobody lies', async () => {
  const findings = await lookAgain(() => null);
  expect(doubts(findings)).toBe('');
  expect(findings.conclusiveness.conclusive).toBe(true);
  expect(findings.clientImpact).toBe(true);
});

const FAILED = /failed/;

describe('inconclusive', () => {
  it.each<[string, () => Liar, RegExp]>([
    ['Prometheus answers empty', () => empty('prometheus'), /metrics of api show no request/],
    ['Loki answers empty', () => empty('loki'), /There are no logs/],
    ['Tempo answers empty', () => empty('tempo'), /never arrived|name a trace that is not there/],
    ['Prometheus fails', () => failing('prometheus'), /quer(y|ies) failed/],
    ['Loki fails', () => failing('loki'), /quer(y|ies) failed/],
    ['Tempo fails', () => failing('tempo'), /quer(y|ies) failed/],
    ['Prometheus sends half of its JSON', () => truncated('prometheus'), /quer(y|ies) failed/],
    ['Loki sends half of its JSON', () => truncated('loki'), /quer(y|ies) failed/],
    ['Tempo sends half of its JSON', () => truncated('tempo'), /quer(y|ies) failed/],
    [
      "Prometheus' clock is a minute ahead",
      () => offClock('prometheus', 60),
      /metrics of api show no request|Exemplars are/,
    ],
    [
      "Prometheus' clock is a minute behind",
      () => offClock('prometheus', -60),
      /metrics of api show no request|Exemplars are/,
    ],
    [
      "the logs' clock is a minute behind",
      () => offClock('loki', -60),
      /Log lines are|has a log line by its id|There are no logs/,
    ],
    ["the traces' clock is a minute ahead", () => offClock('tempo', 60), /ahead of/],
    ['Prometheus goes away in the middle', () => downAfter('prometheus', 4), /quer(y|ies) failed/],
    ['Loki goes away in the middle', () => downAfter('loki', 2), /quer(y|ies) failed/],
    ['Tempo goes away in the middle', () => downAfter('tempo', 20), /quer(y|ies) failed/],
  ])('where %s', async (_what, liar, reason) => {
    const findings = await lookAgain(liar());
    expect(findings.conclusiveness.conclusive).toBe(false);
    expect(findings.conclusiveness.reasons.join('\n')).toMatch(reason);
    // A question without an answer says nothing of what is stored.
    if (FAILED.test(reason.source)) expect(findings.telemetryLoss).toEqual([]);
  });

  it('where Prometheus has no samples of the fault phase', async () => {
    const fault = phaseNamed(told.phases, 'fault')!;
    const findings = await lookAgain(hole({ from: fault.from + 2, to: fault.to + 1 }));
    expect(findings.conclusiveness.conclusive).toBe(false);
    expect(doubts(findings)).toContain('The metrics of api show no request');
  });

  it('where Tempo is slower than anybody waits', async () => {
    const findings = await lookAgain(slow('tempo', LIMITS.timeoutSeconds + 1));
    expect(findings.conclusiveness.conclusive).toBe(false);
    expect(doubts(findings)).toMatch(/quer(y|ies) failed/);
    expect(findings.telemetryLoss).toEqual([]);
  });
});

it('says how slow an answer was that still came', async () => {
  const findings = await lookAgain(slow('prometheus', 2));
  expect(findings.asked!.slowest!.seconds).toBeGreaterThanOrEqual(2);
});

it('a trace was there at every moment on its way from the ingester to the store', async () => {
  const { reads, gone } = await watched();
  expect(reads).toBeGreaterThan(0);
  expect(gone).toEqual([]);
});

/** Seconds of the load before Tempo stops, and until it goes on; enough of the load is left for it to catch up. */
const [BEFORE, STOPPED] = [8, 10];

it('waits for what a store took late: nothing is lost where Tempo stood still during the load', async () => {
  const [first] = readdirSync(user.runs);
  const run = user.start([
    ...['run', '--fault', 'downstream-timeout', '--telemetry', 'grafana', ...PHASES],
    ...['--out', user.runs],
  ]);
  await eventually('the run has begun', () => readdirSync(user.runs).length === 2, 60);
  await pause(BEFORE * 1000);
  const { components } = await user.json<StackStatus>(['status']);
  const { pid } = components.find(({ name }) => name === 'tempo')!;
  process.kill(pid!, 'SIGSTOP');
  await pause(STOPPED * 1000).finally(() => process.kill(pid!, 'SIGCONT'));
  await run.outcome;
  const folder = join(user.runs, readdirSync(user.runs).find((name) => name !== first)!);
  const record = runRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')));
  expect(record.execution.restored).toBe(true);
  expect(record.findings!.telemetryLoss).toEqual([]);
  const { exemplars, traces } = evidenceSchema.parse(readEvidence(folder));
  expect(exemplars.length).toBeGreaterThan(0);
  expect(traces.length).toBeGreaterThan(0);
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJournal } from '../../cli/experiment/journal.ts';
import { RunFolder } from '../../cli/experiment/run-folder.ts';
import { readEvidence } from '../../cli/telemetry/evidence-files.ts';
import { analyse } from '../../reports/analysis/index.ts';
import type { Evidence } from '../../reports/record/evidence.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import type { Truth } from '../../reports/record/truth.ts';
import { type Outcome, User } from '../support/cli.ts';

/** The whole job once, as a new user does it; then its report is followed hop by hop. */
const user = new User();
let outcome: Outcome;
let folder: RunFolder;
let record: RunRecord;
let evidence: Evidence;
let report: string;

beforeAll(async () => {
  outcome = await user.run(['demo', '--json']);
  if (outcome.code !== 0)
    throw new Error(`the demo ended with ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`);
  folder = new RunFolder(user.runs, JSON.parse(outcome.stdout).runId);
  record = folder.readRecord();
  evidence = readEvidence(folder.path);
  report = readFileSync(folder.report, 'utf8');
});
afterAll(() => user.leave());

describe('obsctl demo', () => {
  test('was carried out, restored and conclusive, and leaves no stack', async () => {
    expect(record.verdict).toMatchObject({ name: 'passed', exitCode: 0 });
    expect(record.execution).toMatchObject({ status: 'completed', restored: true });
    expect((await user.run(['status'])).stderr).toContain('No stack is up');
  });

  test('the fault was injected, read back, cleared and read back as gone, and it hit requests', () => {
    const truth: Truth = JSON.parse(readFileSync(folder.truth, 'utf8'));
    const [fault] = truth.faults;
    expect(fault).toMatchObject({ name: 'downstream-timeout', endedBy: 'clear' });
    expect(fault!.verifiedAt).toBeGreaterThanOrEqual(fault!.injectedAt!);
    expect(fault!.verifiedClearedAt).toBeGreaterThanOrEqual(fault!.clearedAt!);
    for (const carrier of fault!.carriers) {
      expect(carrier).toMatchObject({ service: 'inventory', verifiedOn: true, verifiedGone: true });
      expect(carrier.hits).toBeGreaterThan(0);
    }
  });

  test('both an error spike and a latency spike were seen by the client, in the fault phase', () => {
    const seen = record.findings!.spikes.filter(
      ({ viewpoint, phase }) => viewpoint === 'client' && phase === 'fault',
    );
    expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set(['error', 'latency']));
  });

  test('spike → exemplar → trace in the evidence → its log lines, for every spike', () => {
    const traces = new Map(evidence.traces.map((trace) => [trace.traceId, trace]));
    for (const spike of record.findings!.spikes) {
      expect(spike.examples.length, `${spike.id} has no example`).toBeGreaterThan(0);
      for (const { traceId, exemplar, logs } of spike.examples) {
        expect(exemplar.traceId).toBe(traceId);
        expect(
          evidence.exemplars.some((known) => known.traceId === traceId && known.time === exemplar.time),
        ).toBe(true);
        const trace = traces.get(traceId);
        expect(trace, `trace ${traceId} of ${spike.id} is not in the evidence`).toBeDefined();
        expect(trace!.spans.some(({ service, kind }) => service === 'api' && kind === 'server')).toBe(true);
        expect(logs.length, `no log line of ${traceId}`).toBeGreaterThan(0);
        expect(logs.every((line) => line.traceId === traceId)).toBe(true);
        expect(report).toContain(traceId);
      }
    }
  });

  test('one trace runs from k6 through api, inventory and PostgreSQL into the job of the worker', () => {
    const whole = evidence.traces.filter(({ spans }) => {
      const services = new Set(spans.map(({ service }) => service));
      return ['k6', 'api', 'inventory', 'worker'].every((service) => services.has(service));
    });
    expect(whole.length).toBeGreaterThan(0);
    for (const { spans } of whole) {
      const ids = new Set(spans.map(({ spanId }) => spanId));
      const roots = spans.filter(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId));
      expect(roots.map(({ service }) => service)).toEqual(['k6']);
      expect(
        spans.some(
          ({ attributes }) =>
            attributes['db.system.name'] === 'postgresql' || attributes['db.system'] === 'postgresql',
        ),
      ).toBe(true);
      expect(spans.some(({ service, kind }) => service === 'worker' && kind === 'consumer')).toBe(true);
    }
  });

  test('every exemplar collected is counted, and those of the report resolve', () => {
    const { exemplars, clientTraces } = record.completeness!;
    expect(exemplars.collected).toBeGreaterThan(0);
    expect(exemplars.resolved + exemplars.unresolved).toBe(exemplars.collected);
    expect(exemplars.unresolved).toBe(0);
    expect(clientTraces.missing).toBe(0);
  });

  test('nothing in the evidence betrays the fault', () => {
    // Stack traces name the folder of the checkout, in every error alike, whatever it is called.
    const text = JSON.stringify({ ...evidence, queries: [] }).replaceAll(process.cwd(), '');
    for (const word of ['obsctl', 'downstream-timeout', 'chaos', 'inject', 'fault.id'])
      expect(text.toLowerCase()).not.toContain(word);
  });

  test('the findings follow from the evidence alone', () => {
    expect(analyse(evidence)).toEqual(record.findings);
  });

  test('the journal was written ahead of each action', () => {
    const types = readJournal(folder.journal).map(({ type }) => type);
    const order = [
      'run-started',
      'load-starting',
      'fault-injecting',
      'fault-injected',
      'fault-clearing',
      'fault-cleared',
      'run-ended',
    ];
    expect(types.filter((type) => order.includes(type))).toEqual(order);
  });

  test('the report has its charts beside it, with the phases and the reproduction', () => {
    const charts = [...report.matchAll(/\]\((charts\/[^)]+\.svg)\)/g)].map(([, path]) => path!);
    expect(charts.length).toBeGreaterThan(2);
    for (const chart of charts) expect(existsSync(join(folder.path, chart)), chart).toBe(true);
    expect(report).toContain(record.experiment.command);
    expect(report).toContain(record.experiment.hash.slice(0, 12));
  });
});

describe('the record afterwards', () => {
  test('report writes the same report again from the run folder alone', async () => {
    const { files } = await user.json<{ files: string[] }>(['report', 'latest', '--reanalyse']);
    expect(files.some((file) => file.endsWith('report.md'))).toBe(true);
    expect(readFileSync(folder.report, 'utf8')).toBe(report);
  });
});

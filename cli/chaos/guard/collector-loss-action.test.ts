import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { nowSeconds, sleep } from '../../shared/clock.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { identify, signalProcess } from '../../shared/process-identity.ts';
import { isNeutral, prepareEdges, readEdge, writeEdge } from '../../stack/local/collector-edge.ts';
import type { Action, Subject } from './action.ts';
import { type CollectorAccess, collectorLoss } from './collector-loss-action.ts';
import { edgeOverlay } from './edge-overlay.ts';

const own = identify(process.pid)!;
const subject = (work: Record<string, unknown>): Subject => ({
  ...{ id: 'trace-loss-1', instance: 'traces', process: own },
  work: { seed: 1, share: 0.5, ...work },
});
const traces = subject({ signal: 'traces' });
const logs = subject({ signal: 'logs' });

/** This process stands for a collector: at each SIGHUP it reads its overlays, and its uptime begins anew, unless it is deaf. */
const collector = {
  since: 0,
  deaf: false,
  /** So many answers come late, and are of the moment at which they come. */
  slow: 0,
  has: [] as string[],
  async read() {
    if (this.deaf) return;
    // It first hands on what it has.
    await sleep(0.03);
    this.has = texts();
    this.since = nowSeconds();
  },
};
const metrics = createServer(async (_request, response) => {
  if (collector.slow-- > 0) await sleep(0.3);
  response.end(
    `# TYPE otelcol_process_uptime_seconds_total counter\notelcol_process_uptime_seconds_total{service_name="otelcol"} ${nowSeconds() - collector.since}\n`,
  );
});
const hear = () => void collector.read();

let folder: string;
let place: string | undefined;
let files: string[];
let action: Action;
const texts = () => files.map((file) => readFileSync(file, 'utf8'));
const newGuard = (more: Partial<CollectorAccess> = {}): Action =>
  collectorLoss({
    folder: () => place,
    lives: () => true,
    tell: () => signalProcess(own, 'SIGHUP'),
    metricsUrl: () => `http://127.0.0.1:${(metrics.address() as AddressInfo).port}/metrics`,
    patience: 0.3,
    ...more,
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-edge-'));
  place = folder;
  files = prepareEdges(folder).map((argument) => argument.replace('--config=', ''));
  Object.assign(collector, { since: nowSeconds() - 60, deaf: false, slow: 0, has: texts() });
  await new Promise<void>((done) => metrics.listen(0, '127.0.0.1', done));
  action = newGuard();
  process.on('SIGHUP', hear);
});
afterEach(async () => {
  process.removeListener('SIGHUP', hear);
  await new Promise((done) => metrics.close(done));
  rmSync(folder, { recursive: true });
});

describe('a loss in the collector', () => {
  test('is an overlay that the collector has read, and its end restores what was there', async () => {
    const before = texts();
    await action.begin(traces, 9);
    expect(readEdge(folder, 'traces')).toContain('filter/edge-traces');
    expect([collector.has, await action.inEffect(traces), texts()[0]]).toEqual([texts(), true, before[0]]);
    await action.end(traces);
    expect([collector.has, texts(), await action.inEffect(traces)]).toEqual([before, before, false]);
    await expect(action.end(traces)).resolves.toBeUndefined();
  });

  test('of one signal leaves the other as it is', async () => {
    await action.begin(traces, 9);
    await action.begin(logs, 9);
    await action.end(traces);
    expect(await action.inEffect(logs)).toBe(true);
    expect(await action.extend(logs, 9)).toBe(true);
    expect(await action.extend(traces, 9)).toBe(false);
  });

  test('ends with the stack', async () => {
    place = undefined;
    await expect(action.begin(logs, 9)).rejects.toThrow('the stack is gone');
    await expect(action.end(logs)).resolves.toBeUndefined();
    expect(await action.inEffect(logs)).toBe(false);
  });

  test('that the collector did not read has not begun, and one that it still has has not ended', async () => {
    collector.deaf = true;
    await expect(action.begin(logs, 9)).rejects.toThrow('and did not');
    expect(await action.inEffect(logs)).toBe(false);
    collector.deaf = false;
    await action.begin(logs, 9);
    collector.deaf = true;
    await expect(action.end(logs)).rejects.toThrow('and did not');
    collector.deaf = false;
    await action.end(logs);
    expect(collector.has).toEqual(texts());
  });

  test('ends also where a guard died between the overlay and the signal', async () => {
    await action.begin(logs, 9);
    writeEdge(folder, 'logs');
    expect(collector.has).not.toEqual(texts());
    await newGuard().end(logs);
    expect(collector.has).toEqual(texts());
  });

  test('is seen by another guard, also where the first answer is slow', async () => {
    await action.begin(logs, 9);
    collector.slow = 1;
    expect(await newGuard({ patience: 3 }).inEffect(logs)).toBe(true);
  });

  test('is seen by another guard, and ends without a word where no collector lives', async () => {
    await action.begin(logs, 9);
    expect(await newGuard().inEffect(logs)).toBe(true);
    const gone = newGuard({ lives: () => false });
    expect(await gone.inEffect(logs)).toBe(false);
    await gone.end(logs);
    expect(isNeutral(readEdge(folder, 'logs'))).toBe(true);
  });
});

describe('the overlay', () => {
  const base = parse(
    readFileSync(fileURLToPath(new URL('infra/otel/collector.yaml', packageRoot())), 'utf8'),
  ) as { service: { pipelines: Record<string, { processors: string[] }> } };

  test.each(['traces', 'logs'] as const)('of %s only puts one processor into its own pipeline', (signal) => {
    const overlay = parse(edgeOverlay(signal, { share: 0.5, seed: 3 }));
    expect(Object.keys(overlay.service.pipelines)).toEqual([signal]);
    const { processors } = overlay.service.pipelines[signal];
    expect(processors.filter((one: string) => !one.startsWith('filter/'))).toEqual(
      base.service.pipelines[signal]!.processors,
    );
    expect(Object.keys(overlay.processors)).toEqual([`filter/edge-${signal}`]);
  });

  test('drops a share by digits of an id that the seed chooses, or everything', () => {
    expect(edgeOverlay('traces', { share: 0.25, seed: 2 })).toContain(
      'ParseInt(Substring(span_id.string, 2, 4), 16) < 16384',
    );
    expect(edgeOverlay('logs', { share: 0.5, seed: 13 })).toContain('Substring(trace_id.string, 16, 4)');
    expect(edgeOverlay('logs', { share: 1, seed: 1 })).toContain('log_record: ["true"]');
  });

  test('tells nobody what it is for', () => {
    for (const signal of ['traces', 'logs'] as const)
      expect(edgeOverlay(signal, { share: 1, seed: 1 })).not.toMatch(/loss|fault|chaos|inject|obsctl|drop/i);
  });
});

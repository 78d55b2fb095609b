import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ClientPoint, ClientSeries } from '../../reports/record/evidence.ts';
import { type Experiment, UNDEMANDING } from '../../reports/record/record.ts';
import type { LoadProgress, LoadRun } from '../load/load-driver.ts';
import { nowSeconds } from '../shared/clock.ts';
import type { RunParts } from './run-parts.ts';
import { runExperiment } from './runner.ts';

const latency: Experiment['faults'][number] = {
  fault: 'latency',
  parameters: { ms: 100 },
  target: { rate: 1, seed: 1 },
  at: 0,
  duration: 20,
};

const experiment: Experiment = {
  ...UNDEMANDING,
  ...{ title: 'a test', scenario: 'browse', seed: 1, rate: 10, vus: 1, faults: [latency] },
  durations: { warmUp: 0, steady: 1, fault: 20, recovery: 0 },
  ...{ command: 'obsctl run', hash: 'none' },
};

/** Share of the requests that fail now, of 40 a second. */
let failing: number;
let halted: boolean;
let injected: number;
let cleared: number;

const secondAt = (t: number): ClientPoint => {
  const [requests, failures] = [40, Math.round(40 * failing)];
  const counts = { requests, failures, attempts: 40, requestAttempts: 40, attemptFailures: failures };
  return { t, seconds: 1, ...counts, p50: 0.1, p95: 0.2, p99: 0.3, histogram: {}, droppedIterations: 0 };
};

/** A load that tells what it saw four times a second. */
const fakeLoad = (): LoadRun => {
  let end: (result: never) => void = () => {};
  const listeners: ((progress: LoadProgress) => void)[] = [];
  const series: ClientSeries = { overall: [], operations: [] };
  const counts = { elapsed: 0, requests: 0, failures: 0, attempts: 0, activeVus: 1 };
  const tell = () => {
    const point = secondAt(Math.floor(nowSeconds()));
    series.overall.push(point);
    counts.requests += point.requests;
    counts.failures += point.failures;
    for (const listener of listeners) listener({ ...counts, seconds: [point] });
  };
  const timer = setInterval(tell, 250);
  const done = new Promise<never>((resolve) => {
    end = resolve;
  });
  return {
    pid: 1,
    onProgress: (listener) => void listeners.push(listener),
    series: () => series,
    done,
    stop: async () => {
      clearInterval(timer);
      end({ startedAt: nowSeconds(), endedAt: nowSeconds(), series, ...counts, thresholds: [] } as never);
    },
  };
};

const lease = { id: 'latency-1', fault: 'latency', service: 'api', instance: 'api-1', injectedAt: 1 };

const parts = (): RunParts =>
  ({
    stack: {
      status: async () => ({ components: [], replicas: [], incidents: [], versions: {} }),
      endpoints: async () => ({ baseUrl: 'http://127.0.0.1:1', otlpUrl: '' }),
      telemetry: () => Promise.reject(new Error('there is no telemetry here')),
    },
    halt: { read: () => (halted ? { since: 1 } : null) },
    chaos: {
      list: async () => [],
      clearAll: async () => 0,
      verify: async () => true,
      renew: async () => undefined,
      inject: async () => {
        injected++;
        return [lease];
      },
      clear: async () => {
        cleared++;
        return [{ expiresIn: 5, eligible: 1, hits: 1 }];
      },
    },
    listener: {},
    signal: new AbortController().signal,
    guard: () => {},
    annotator: async () => null,
  }) as unknown as RunParts;

/** Lets the clock run until the work is done, so that nobody waits. */
const inNoTime = async <T>(work: Promise<T>): Promise<T> => {
  let going = true;
  const over = () => {
    going = false;
  };
  work.then(over, over);
  while (going) await vi.advanceTimersByTimeAsync(100);
  return work;
};

const perform = async (more: Partial<Experiment>, whileOn: () => void = () => {}) => {
  const out = mkdtempSync(join(tmpdir(), 'obsctl-run-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  const each = parts();
  // The second start would be the probe after the load.
  const start = vi.fn().mockImplementationOnce(async () => fakeLoad());
  start.mockRejectedValue(new Error('no probe here'));
  each.load = { start } as unknown as RunParts['load'];
  each.listener = { fault: (what) => what === 'injected' && whileOn() };
  const run = runExperiment({ ...experiment, ...more }, each, out);
  return (await inNoTime(run)).record;
};

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  [failing, halted, injected, cleared] = [0, false, 0, 0];
});

const stopAbove = { measure: 'error-ratio', above: 0.5, below: null, for: 1 } as const;

test('a stop condition ends the run while the fault is on: cleared, load stopped, and the record says which', async () => {
  const record = await perform({ stopConditions: [stopAbove] }, () => {
    failing = 1;
  });
  expect([injected, cleared]).toEqual([1, 1]);
  expect(record.execution).toMatchObject({ status: 'aborted', stop: { condition: stopAbove } });
  expect(record.phases.map(({ name }) => name)).toEqual(['warm-up', 'steady', 'fault']);
  expect(record.timeline).toContainEqual(expect.objectContaining({ what: record.execution.stop!.text }));
});

test('a stop condition that holds before the fault keeps anything from being broken', async () => {
  failing = 1;
  const record = await perform({ stopConditions: [stopAbove] });
  expect([injected, record.execution.status]).toEqual([0, 'aborted']);
});

test('a halt ends a run that breaks something', async () => {
  const record = await perform({}, () => {
    halted = true;
  });
  expect([injected, cleared]).toEqual([1, 1]);
  expect(record.execution).toMatchObject({ status: 'aborted', stop: null });
  expect(record.execution.error).toContain('halted since');
});

test('a hypothesis that is not met keeps anything from being broken', async () => {
  failing = 0.0;
  const indicator = {
    measure: 'requests-per-second',
    viewpoint: 'client',
    service: null,
    operation: null,
  } as const;
  const tolerance = { atMost: 1, atLeast: null };
  const record = await perform({ hypothesis: [{ indicator, tolerance, when: ['before'] }] });
  expect(injected).toBe(0);
  expect(record.execution.baselineUnmet).toEqual([expect.stringContaining('(at most 1/s)')]);
});

test('a stop condition that is true from the start is refused, and there is no run', async () => {
  const condition = { measure: 'requests-per-second', above: null, below: 100, for: 5 } as const;
  await expect(perform({ stopConditions: [condition] })).rejects.toMatchObject({ code: 'USAGE' });
});

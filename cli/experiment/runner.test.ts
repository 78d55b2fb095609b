import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Experiment, UNDEMANDING } from '../../reports/record/record.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { RunParts } from './run-parts.ts';
import { runExperiment } from './runner.ts';

const experiment: Experiment = {
  ...UNDEMANDING,
  ...{ title: 'a test', scenario: 'browse', seed: 1, rate: 10, vus: 1, faults: [] },
  durations: { warmUp: 0, steady: 10, fault: 1, recovery: 0 },
  ...{ command: 'obsctl run', hash: 'none' },
};

test('a run ends where what an earlier command left on cannot be cleared', async () => {
  const out = mkdtempSync(join(tmpdir(), 'obsctl-run-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  const start = vi.fn(() => Promise.reject(new Error('there is load')));
  const parts = {
    stack: { status: async () => null },
    halt: { read: () => null },
    chaos: {
      list: async () => [],
      clearAll: () => Promise.reject(new ObsctlError('ADMIN_UNAVAILABLE', 'api-2 does not answer.')),
    },
    load: { start },
    listener: {},
    signal: new AbortController().signal,
    guard: () => {},
    annotator: async () => null,
  } as unknown as RunParts;
  const { record } = await runExperiment(experiment, parts, out);
  expect(start).not.toHaveBeenCalled();
  expect(record.execution).toMatchObject({ status: 'failed', error: 'api-2 does not answer.' });
});

test('a run that cannot be marked in Grafana ends as it would have, with a line that says so', async () => {
  const out = mkdtempSync(join(tmpdir(), 'obsctl-run-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  const warning = vi.fn();
  const annotate = vi.fn(() => Promise.reject(new Error('it answered 401')));
  const parts = {
    stack: { status: async () => null },
    halt: { read: () => null },
    chaos: { list: async () => [], clearAll: async () => 0, verify: async () => true },
    load: { start: () => Promise.reject(new ObsctlError('LOAD_FAILED', 'k6 is not there.')) },
    listener: { warning },
    signal: new AbortController().signal,
    guard: () => {},
    annotator: async () => ({ annotate }),
  } as unknown as RunParts;
  const { record, folder } = await runExperiment(experiment, parts, out);
  expect(annotate).toHaveBeenCalledOnce();
  expect(warning).toHaveBeenCalledWith('the run is not marked in Grafana: it answered 401');
  expect(folder.readRecord()).toEqual(record);
});

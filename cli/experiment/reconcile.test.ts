import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Execution, type Experiment, UNDEMANDING } from '../../reports/record/record.ts';
import { Journal } from './journal.ts';
import { reconcile } from './reconcile.ts';
import { RecordKeeper } from './record-keeper.ts';
import { RunFolder } from './run-folder.ts';
import { isAbandoned, markRunning } from './run-mark.ts';
import type { RunParts } from './run-parts.ts';

const experiment: Experiment = {
  ...UNDEMANDING,
  ...{ title: 'a test', scenario: 'browse', seed: 1, rate: 10, vus: 1, faults: [] },
  durations: { warmUp: 0, steady: 10, fault: 1, recovery: 0 },
  ...{ command: 'obsctl run', hash: 'none' },
};

let out: string;
let journal: Journal;
let said: string[];
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'obsctl-runs-'));
  journal = new Journal(join(out, 'events.ndjson'));
  said = [];
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
});

/** A run that was in its steady phase, of a process that is gone or lives. */
const leftRun = (runId: string, owner: 'gone' | 'alive'): RunFolder => {
  const folder = new RunFolder(out, runId);
  folder.create();
  const own = new Journal(folder.journal);
  for (const type of ['run-started', 'load-starting', 'phase']) own.append(type);
  own.close();
  markRunning(folder.path);
  if (owner === 'gone') writeFileSync(join(folder.path, 'running.json'), '{"pid":4194303,"startedAt":"1"}');
  const from = Date.now() / 1000 - 5;
  const phases = [{ name: 'steady' as const, from, to: from + 1000 }];
  const known = { phases, faults: [], load: null, observation: null, status: null };
  expect(
    new RecordKeeper(experiment, folder).soFar(known, { phase: 'steady', loaded: true, touched: false }),
  ).toBeNull();
  return folder;
};

const run = (on: unknown[] = []) =>
  reconcile(
    out,
    {
      stack: { status: async () => null },
      chaos: { list: async () => on },
      listener: { warning: (text: string) => said.push(text) },
      signal: new AbortController().signal,
    } as unknown as RunParts,
    journal,
  );

test('a run whose command is gone gets its end: cut where it was last heard of, and seen to be as before', async () => {
  const folder = leftRun('20260101-000000-aaaa', 'gone');
  await run();
  const { verdict, execution, phases } = folder.readRecord();
  expect([verdict.name, execution.restored]).toEqual(['error', true]);
  expect(execution.error).toBe('The run has not ended: its command was killed in its steady phase.');
  expect(phases[0]!.to).toBeLessThanOrEqual(Date.now() / 1000);
  expect(isAbandoned(folder.path)).toBe(false);
  expect(said).toEqual([expect.stringContaining('its verdict is error')]);
});

test('a run that was killed while its report was written keeps its end, whatever the next run finds, and gets its report', async () => {
  const folder = leftRun('20260101-000000-aaaa', 'gone');
  const known = { phases: [], faults: [], load: null, observation: null, status: null };
  const execution = { status: 'aborted', error: 'halted', restored: true, restoration: ['well'], stop: null };
  new RecordKeeper(experiment, folder).end(known, execution as Execution);
  const before = readFileSync(folder.record, 'utf8');
  await run([{ fault: 'latency', instance: 'api-1' }]);
  expect(readFileSync(folder.record, 'utf8')).toBe(before);
  expect(readFileSync(folder.report, 'utf8')).toContain('halted');
  expect(isAbandoned(folder.path)).toBe(false);
  expect(said).toEqual([expect.stringContaining('its report is written now')]);
});

test('a run that goes on is none of its business', async () => {
  const folder = leftRun('20260101-000000-aaaa', 'alive');
  const before = readFileSync(folder.record, 'utf8');
  await run();
  expect(readFileSync(folder.record, 'utf8')).toBe(before);
  expect(said).toEqual([]);
});

test('a damaged journal is said with its line, and stands in the record', async () => {
  const folder = leftRun('20260101-000000-aaaa', 'gone');
  writeFileSync(folder.journal, readFileSync(folder.journal, 'utf8').replace('load-starting', 'load-ended'));
  await run();
  expect(said[0]).toMatch(/aaaa: .*damaged.*line 2: its checksum does not fit/);
  expect(folder.readRecord().verdict.reasons.join()).toContain('line 2');
});

test('one that cannot be read keeps none of the others from its end', async () => {
  const broken = leftRun('20260101-000001-bbbb', 'gone');
  writeFileSync(broken.record, '{"schema');
  const other = leftRun('20260101-000000-aaaa', 'gone');
  await run();
  expect(said[0]).toContain('its record stays as it is');
  expect(other.readRecord().execution.error).toContain('its command was killed');
});

test('where there is no room for the whole record the rest of it says so', () => {
  const folder = leftRun('20260101-000000-aaaa', 'alive');
  const write = vi.spyOn(folder, 'writeJson').mockImplementationOnce(() => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  const known = { phases: [], faults: [], load: null, observation: null, status: null };
  const done = { status: 'completed', error: null, restored: true, restoration: [], stop: null } as const;
  const { verdict } = new RecordKeeper(experiment, folder).end(known, { ...done, restoration: [] });
  expect(write).toHaveBeenCalledTimes(2);
  expect(folder.readRecord().verdict).toEqual(verdict);
  expect([verdict.name, verdict.reasons.join()]).toEqual(['error', expect.stringContaining('no space left')]);
});

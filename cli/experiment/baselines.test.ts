import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunRecord } from '../../reports/record/record.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { ObsctlError } from '../shared/errors.ts';
import { findRecord, readBaselines } from './baselines.ts';
import { RunFolder } from './run-folder.ts';
import { sealRecord } from './seal.ts';

const out = mkdtempSync(join(tmpdir(), 'obsctl-baselines-'));
const base = recordOf(downstreamTimeoutEvidence());

const save = (runId: string, changes: Partial<RunRecord> = {}): void => {
  const { seal: _seal, ...rest } = { ...base, ...changes, runId };
  const folder = new RunFolder(out, runId);
  folder.create();
  folder.write('events.ndjson', '');
  folder.writeJson('record.json', sealRecord(rest));
};

beforeAll(() => {
  save('20261122-100000-aaaa');
  save('20261122-110000-bbbb');
  save('20261122-120000-cccc', { experiment: { ...base.experiment, rate: 99, hash: 'f'.repeat(64) } });
  save('20261122-125000-abcd', { verdict: { name: 'baseline-unmet', exitCode: 5, reasons: ['x'] } });
  save('20261122-130000-dddd', { execution: { ...base.execution, status: 'interrupted' } });
});
afterAll(() => rmSync(out, { recursive: true }));

const run = { runId: '20261122-140000-eeee', experiment: base.experiment };
const details = (names: string[]): string[] => {
  try {
    readBaselines(run, out, names);
  } catch (error) {
    if (error instanceof ObsctlError && error.code === 'BASELINE_MISMATCH') return error.details;
    throw error;
  }
  throw new Error('they can be compared');
};

it('reads runs of the same experiment, by id or by path', () => {
  const path = join(out, '20261122-110000-bbbb');
  const baselines = readBaselines(run, out, ['20261122-100000-aaaa', path]);
  expect(baselines.map(({ runId }) => runId)).toEqual(['20261122-100000-aaaa', '20261122-110000-bbbb']);
  expect(baselines[0]!.samples.client.map(({ phase }) => phase)).toEqual(['steady', 'fault', 'recovery']);
  expect(findRecord(out, join(path, 'record.json')).readRecord().runId).toBe('20261122-110000-bbbb');
});

it('refuses what cannot be compared, all of it at once, and says why', () => {
  const twice = '20261122-100000-aaaa';
  const unfit = ['20261122-120000-cccc', '20261122-125000-abcd', '20261122-130000-dddd'];
  expect(details([...unfit, twice, twice])).toEqual([
    '20261122-120000-cccc is of another experiment: it differs in rate',
    '20261122-125000-abcd had no steady state (baseline-unmet)',
    '20261122-130000-dddd was not carried out to its end (interrupted)',
    '20261122-100000-aaaa is named twice',
  ]);
  expect(() => readBaselines({ ...run, runId: twice }, out, [twice])).toThrow(
    expect.objectContaining({ details: [`${twice} is the run itself`] }),
  );
});

it('finds a record that came without the rest of its run, by its id and by its path from here', () => {
  const id = '20261122-110000-bbbb';
  const alone = mkdtempSync(join(tmpdir(), 'obsctl-alone-'));
  const here = process.cwd();
  try {
    cpSync(join(out, id, 'record.json'), join(alone, id, 'record.json'));
    expect(findRecord(alone, 'latest').readRecord().runId).toBe(id);
    expect(findRecord(alone, id).journalDamage()).toBeNull();
    process.chdir(alone);
    expect(findRecord(join(alone, 'runs'), id).readRecord().runId).toBe(id);
  } finally {
    process.chdir(here);
    rmSync(alone, { recursive: true });
  }
});

it('does not know a run that is not there', () => {
  expect(() => readBaselines(run, out, ['20261122-100000-aaab'])).toThrow(
    expect.objectContaining({ code: 'RUN_NOT_FOUND' }),
  );
});

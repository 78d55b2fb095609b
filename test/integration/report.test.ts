import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealRecord } from '../../cli/experiment/seal.ts';
import { Journal } from '../../cli/shared/journal.ts';
import { rendererNames } from '../../reports/renderers/index.ts';
import { downstreamTimeoutEvidence } from '../fixtures/evidence/index.ts';
import { judgedRecord } from '../fixtures/evidence/judged.ts';
import { recordOf } from '../fixtures/evidence/record.ts';
import { eventually, User } from '../support/cli.ts';

/** `obsctl report` on a record that lies anywhere: no stack, no run folder, no network. */

const { seal: _seal, ...sections } = judgedRecord(recordOf(downstreamTimeoutEvidence()));
const record = sealRecord(sections);

const user = new User();
const folder = join(user.home, 'artifacts');
const file = join(folder, 'record.json');
const programs = join(user.home, 'bin');
const PATH = `${programs}${delimiter}${process.env.PATH}`;

beforeAll(() => {
  for (const path of [folder, programs]) mkdirSync(path);
  writeFileSync(file, JSON.stringify(record, null, 2));
});
afterAll(() => user.leave());

test.each([
  ['markdown', 'report.md', /^# Inventory answers too late/],
  ['html', 'report.html', /^<!doctype html>/],
  ['json', 'report.json', /"schemaVersion": 1/],
])('--format %s writes %s beside the record', async (format, name, beginning) => {
  const { files } = await user.json<{ files: string[] }>(['report', '--from', file, '--format', format]);
  expect(files[0]).toBe(join(folder, name));
  for (const path of files) expect(existsSync(path)).toBe(true);
  expect(readFileSync(files[0]!, 'utf8')).toMatch(beginning);
});

test('--open shows the HTML report with what the desktop has for it', async () => {
  const told = join(user.home, 'opened');
  const opener = join(programs, 'xdg-open');
  writeFileSync(opener, `#!/bin/sh\nprintf '%s' "$1" > '${told}'\n`);
  chmodSync(opener, 0o755);
  const { code, stdout } = await user.run(['report', '--from', file, '--open'], {
    PATH,
    WSL_DISTRO_NAME: '',
  });
  expect([code, stdout.trim()]).toEqual([0, join(folder, 'report.html')]);
  await eventually('the file is opened', () => existsSync(told) && readFileSync(told, 'utf8') !== '');
  expect(readFileSync(told, 'utf8')).toBe(join(folder, 'report.html'));
});

test('--open says so where nothing can open it, and the report is there all the same', async () => {
  const without = { PATH: join(user.home, 'nothing'), WSL_DISTRO_NAME: '' };
  const { code, stdout, stderr } = await user.run(['report', '--from', file, '--open'], without);
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(join(folder, 'report.html'));
  expect(stderr).toContain('could not be opened (xdg-open:');
});

test.each([
  [['--from', file, 'latest'], 'a run id cannot stand beside --from'],
  [['--from', file, '--reanalyse'], '--reanalyse cannot stand beside --from'],
  [['--from', file, '--since', '15m'], '--from cannot stand beside --since'],
  [['--format', 'htlm'], `one of ${rendererNames.join(', ')}`],
  [['--from', join(folder, 'nowhere.json')], 'There is no '],
])('report %j is refused', async (args, why) => {
  const { code, stderr } = await user.run(['report', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});

test('a record that was changed after the run is not reported on', async () => {
  const edited = join(folder, 'edited.json');
  writeFileSync(edited, JSON.stringify({ ...record, verdict: { name: 'passed', exitCode: 0, reasons: [] } }));
  const { code, stderr } = await user.run(['report', '--from', edited]);
  expect(code).toBe(2);
  expect(stderr).toContain('at verdict: it was changed after the run');
});

test('a damaged journal beside the record is said with its line, and the report is there all the same', async () => {
  const events = join(folder, 'events.ndjson');
  const journal = new Journal(events);
  for (const type of ['run.started', 'phase.started', 'run.ended']) journal.append(type);
  journal.close();
  const args = ['report', '--from', file, '--format', 'json'];
  expect((await user.run(args)).stderr).toBe('');
  writeFileSync(events, readFileSync(events, 'utf8').replace('phase.started', 'phase.skipped'));
  const { code, stdout, stderr } = await user.run(args);
  expect([code, stdout.trim()]).toEqual([0, join(folder, 'report.json')]);
  expect(stderr).toContain(`${events} is damaged. line 2: its checksum does not fit`);
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { listRunIds, RunFolder } from '../../cli/experiment/run-folder.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { alive, eventually, User } from '../support/cli.ts';

/** What else may go wrong on the way; what dies in the middle of a run: test/integration/safety.test.ts. */
const user = new User();
const PHASES = ['--warm-up', '2s', '--steady', '10s', '--recovery', '4s', '--load-rate', '20'];
const run = (...more: string[]) =>
  user.start(['run', '--fault', 'latency', '--rate', '1', ...PHASES, ...more]);

const faultsOn = () => user.json<Lease[]>(['chaos', 'status']);
const newest = () => new RunFolder(user.runs, listRunIds(user.runs)[0]!);

/** k6 processes that write into this user's folder. */
const k6Left = (): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(' run ') && line.includes(user.home) && line.includes('json='));

beforeAll(() => user.json(['up']));
afterAll(() => user.leave());

describe('the record', () => {
  test('of a fault that hits no request is inconclusive, not passed', async () => {
    const { code } = await run('--duration', '5s', '--header', 'x-nobody=sends-this').outcome;
    expect(code).toBe(6);
    expect(newest().readRecord().verdict).toMatchObject({
      name: 'inconclusive',
      reasons: expect.arrayContaining([expect.stringContaining('hit no request')]),
    });
  });

  test('that was cut, edited or written by another version is refused, naming where', async () => {
    const folder = newest();
    const whole = readFileSync(folder.record, 'utf8');
    const refusal = async (text: string) => {
      writeFileSync(folder.record, text);
      const { code, stderr } = await user.run(['report']);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal(whole.slice(0, whole.length / 2))).toContain('at (end of file)');
    const edited = (change: (record: RunRecord) => void) => {
      const record = JSON.parse(whole);
      change(record);
      return refusal(JSON.stringify(record));
    };
    expect(await edited((record) => Object.assign(record, { schemaVersion: 7 }))).toContain(
      'at schemaVersion: it is 7',
    );
    expect(await edited(({ verdict }) => Object.assign(verdict, { name: 'splendid' }))).toContain(
      'at verdict.name',
    );
    expect(await edited(({ verdict }) => Object.assign(verdict, { exitCode: 0 }))).toContain(
      'at verdict: it was changed after the run',
    );
    writeFileSync(folder.record, whole);
    expect((await user.run(['report'])).code).toBe(0);
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
test.skipIf(!canMount)(
  'a full disk ends the run with its own error, and nothing stays on (needs root on Linux to mount a small disk)',
  async () => {
    const disk = join(user.home, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const { code, stderr } = await run('--duration', '5s', '--out', disk).outcome;
      expect(code).toBe(9);
      expect(stderr).toMatch(/DISK_FULL|no space left/i);
      expect(await faultsOn()).toEqual([]);
    } finally {
      await eventually('no k6 is left', () => k6Left().length === 0);
      execFileSync('umount', [disk]);
    }
  },
);

test('a demo that is killed takes its stack with it', async () => {
  const other = new User();
  const cli = other.start(['demo', '--steady', '60s']);
  await eventually('its stack is up', async () => (await other.run(['status'])).code === 0, 60);
  const state = other.state();
  await eventually('it is under way', () => listRunIds(other.runs).length > 0, 60);
  cli.kill('SIGKILL');
  await eventually(
    'nothing of it is left',
    () => alive([...state.processes, { name: 'supervisor', ...state.supervisor }]).length === 0,
  );
  await other.leave();
});

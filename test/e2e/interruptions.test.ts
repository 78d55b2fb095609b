import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { readJournal } from '../../cli/experiment/journal.ts';
import { LEASE_SECONDS } from '../../cli/experiment/lease-keeper.ts';
import { listRunIds, RunFolder } from '../../cli/experiment/run-folder.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { alive, eventually, User } from '../support/cli.ts';

/** What must hold whatever dies: no fault beyond its lease, no process left, a record that tells the truth. */
const user = new User();
const PHASES = ['--warm-up', '2s', '--steady', '10s', '--recovery', '4s', '--load-rate', '20'];
const run = (...more: string[]) =>
  user.start(['run', '--fault', 'latency', '--rate', '1', ...PHASES, ...more]);

const faultsOn = () => user.json<Lease[]>(['chaos', 'status']);
const faultIsOn = () => eventually('the fault is on', async () => (await faultsOn()).length > 0, 60);
const newest = () => new RunFolder(user.runs, listRunIds(user.runs)[0]!);

/** k6 processes that write into this user's folder. */
const k6Left = (): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(' run ') && line.includes(user.home) && line.includes('json='));

beforeAll(() => user.json(['up']));
afterAll(() => user.leave());

describe('a run that is cut short', () => {
  afterEach(async () => {
    await eventually('no fault is on', async () => (await faultsOn()).length === 0, LEASE_SECONDS + 10);
    await eventually('no k6 is left', () => k6Left().length === 0);
    expect((await user.json<StackStatus>(['status'])).state).toBe('ready');
  });

  test('kill -9 of the CLI: the fault ends by its lease, k6 goes, and the next run starts clean', async () => {
    const cli = run('--duration', '120s');
    await faultIsOn();
    cli.kill('SIGKILL');
    await cli.outcome;
    await eventually(
      'the lease has ended the fault',
      async () => (await faultsOn()).length === 0,
      LEASE_SECONDS + 10,
    );
    expect(readJournal(newest().journal).at(-1)!.type).toBe('fault-injected');
    expect((await user.json<{ verdict: string }[]>(['runs']))[0]!.verdict).toBe('not-restored');
  });

  test('Ctrl-C once: the fault is cleared, the record is written, the verdict is interrupted', async () => {
    const cli = run('--duration', '120s');
    await faultIsOn();
    cli.kill('SIGINT');
    const { code, stderr } = await cli.outcome;
    expect([code, stderr]).toEqual([130, expect.stringContaining('stopping cleanly')]);
    const record = newest().readRecord();
    expect(record.verdict.name).toBe('interrupted');
    expect(record.faults[0]).toMatchObject({ endedBy: 'clear' });
    expect(record.faults[0]!.carriers.every(({ verifiedGone }) => verifiedGone)).toBe(true);
  });

  test('Ctrl-C twice: it leaves at once, and the lease does the rest', async () => {
    const cli = run('--duration', '120s');
    await faultIsOn();
    cli.kill('SIGINT');
    await eventually('the first was heard', () => true);
    cli.kill('SIGINT');
    const { code } = await cli.outcome;
    expect(code).toBe(130);
  });

  test('k6 killed: the verdict is an error, and nothing stays on', async () => {
    const cli = run('--duration', '120s');
    await faultIsOn();
    const pid = execFileSync('pgrep', ['-f', `json=${user.home}`], { encoding: 'utf8' })
      .trim()
      .split('\n')[0];
    process.kill(Number(pid), 'SIGKILL');
    const { code } = await cli.outcome;
    expect(code).toBe(9);
    expect(newest().readRecord().verdict.name).toBe('error');
  });
});

describe('what happens on the way', () => {
  test('PostgreSQL dies under load: it is restarted, and the report says so', async () => {
    const cli = run('--duration', '10s');
    await faultIsOn();
    const postgres = user.state().processes.find(({ name }) => name === 'postgresql')!;
    process.kill(postgres.pid, 'SIGKILL');
    await cli.outcome;
    const folder = newest();
    expect(folder.readRecord().incidents).toEqual([
      expect.objectContaining({ instance: 'postgresql', kind: 'exit' }),
    ]);
    expect(readFileSync(folder.report, 'utf8')).toMatch(/postgresql.*ended unplanned/);
    expect(alive([postgres])).toEqual([]);
  });

  test('a fault that hits no request is inconclusive, not passed', async () => {
    const { code } = await run('--duration', '5s', '--header', 'x-nobody=sends-this').outcome;
    expect(code).toBe(6);
    expect(newest().readRecord().verdict).toMatchObject({
      name: 'inconclusive',
      reasons: expect.arrayContaining([expect.stringContaining('hit no request')]),
    });
  });

  test('a record that was cut, edited or written by another version is refused, naming where', async () => {
    const folder = newest();
    const whole = readFileSync(folder.record, 'utf8');
    const refusal = async (text: string) => {
      writeFileSync(folder.record, text);
      const { code, stderr } = await user.run(['report']);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal(whole.slice(0, whole.length / 2))).toContain('at (end of file)');
    expect(await refusal(whole.replace('"schemaVersion": 1', '"schemaVersion": 7'))).toContain(
      'at schemaVersion: it is 7',
    );
    expect(await refusal(whole.replace('"name": "inconclusive"', '"name": "splendid"'))).toContain(
      'at verdict.name',
    );
    expect(await refusal(whole.replace('"exitCode": 6', '"exitCode": 0'))).toContain(
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

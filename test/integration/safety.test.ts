import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listRunIds, RunFolder } from '../../cli/experiment/run-folder.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { alive, eventually, User } from '../support/cli.ts';
import { type Moment, Scene } from './safety-support.ts';

/** What must hold whatever dies: no fault beyond its lease, no process left, a record that can be read and tells the truth. */
const user = new User();
const scene = new Scene(user);

beforeAll(() => user.json(['up']));
afterAll(() => user.leave());
afterEach(() => scene.expectSafe());

const pidOf = (name: string): number => user.state().processes.find((one) => one.name === name)!.pid;
const kill = (pid: number, signal: NodeJS.Signals = 'SIGKILL') => process.kill(pid, signal);

/** Phases in which the command line is killed last until it is, however slow the machine. */
const LONG_ENOUGH: Partial<Record<Moment, string[]>> = {
  fault: ['--duration', '60s'],
  recovery: ['--duration', '4s', '--recovery', '60s'],
};

describe('kill -9 of the command line', () => {
  const cut: string[] = [];

  test.each<[Moment, string]>([
    ['warm-up', 'error'],
    ['steady', 'error'],
    ['fault', 'not-restored'],
    ['recovery', 'not-restored'],
    ['after', 'not-restored'],
  ])(
    'in its moment "%s": the record says %s until somebody has seen how things are',
    async (moment, verdict) => {
      const before = scene.runs;
      const cli = scene.run('latency', '--rate', '1', ...(LONG_ENOUGH[moment] ?? ['--duration', '4s']));
      await scene.until(moment, before);
      cli.kill('SIGKILL');
      await cli.outcome;
      cut.push(scene.newest.runId);
      const { execution, ...record } = scene.newest.readRecord();
      expect(record.verdict.name).toBe(verdict);
      expect(execution.status).toBe('failed');
      expect(execution.restored).toBe(verdict === 'error');
      const where = moment === 'after' ? 'after its load' : `in its ${moment} phase`;
      expect(execution.error).toContain(where);
    },
  );

  test('the next run sees that all is as before, writes it into their records, and names the damaged line of a journal', async () => {
    const last = cut.at(-1)!;
    const { journal } = new RunFolder(user.runs, last);
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, [lines[0], lines[1]!.replace('type', 'tipe'), ...lines.slice(2)].join('\n'));
    const { stderr } = await scene.run('none', '--duration', '1s').outcome;
    expect(stderr).toMatch(new RegExp(`${last}.*damaged.*line 2: its checksum does not fit`));
    for (const runId of cut) {
      const { verdict, execution, faults } = new RunFolder(user.runs, runId).readRecord();
      expect([verdict.name, execution.restored]).toEqual(['error', true]);
      expect(verdict.reasons.join()).toContain('its command was killed');
      expect(faults.every(({ verifiedClearedAt }) => verifiedClearedAt !== null)).toBe(true);
    }
  });
});

describe('a signal', () => {
  test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    '%s: undone, verified, and interrupted',
    async (signal) => {
      const cli = scene.run('latency', '--rate', '1', '--duration', '60s');
      await scene.untilFaultIsOn();
      cli.kill(signal);
      const { code, stderr } = await cli.outcome;
      expect([code, stderr]).toEqual([130, expect.stringContaining('stopping cleanly')]);
      const { verdict, execution, faults } = scene.newest.readRecord();
      expect([verdict.name, execution.restored]).toEqual(['interrupted', true]);
      expect(faults[0]).toMatchObject({ endedBy: 'clear' });
      expect(faults[0]!.carriers.every(({ verifiedGone }) => verifiedGone)).toBe(true);
    },
  );

  test('SIGINT twice: it leaves at once, and the record says that nobody saw the end', async () => {
    const cli = scene.run('latency', '--rate', '1', '--duration', '60s');
    await scene.untilFaultIsOn();
    let said = '';
    cli.stderr!.on('data', (chunk) => (said += chunk));
    cli.kill('SIGINT');
    // Two that are sent at once may arrive as one.
    await eventually('the first has arrived', () => said.includes('stopping cleanly'));
    cli.kill('SIGINT');
    expect((await cli.outcome).code).toBe(130);
    expect(scene.newest.readRecord().verdict.name).toBe('not-restored');
  });
});

describe('what dies beside the command line', () => {
  const record = (): RunRecord => scene.newest.readRecord();
  const underFault = async (fault: string, seconds: number, ...more: string[]) => {
    const cli = scene.run(fault, '--duration', `${seconds}s`, ...more);
    await scene.untilFaultIsOn();
    return cli;
  };

  test('k6: an error, and the fault is cleared', async () => {
    const cli = await underFault('latency', 60, '--rate', '1');
    const [k6] = execFileSync('pgrep', ['-f', `json=${user.home}`], { encoding: 'utf8' }).split('\n');
    kill(Number(k6));
    expect((await cli.outcome).code).toBe(9);
    expect(record().verdict.name).toBe('error');
    expect(record().faults[0]).toMatchObject({ endedBy: 'clear' });
  });

  test('the lease guard: another takes over, and ends what it held', async () => {
    const cli = await underFault('replica-pause', 12);
    const { pid } = JSON.parse(readFileSync(join(user.home, 'state/obsctl/stack/guard.json'), 'utf8'));
    kill(pid);
    await cli.outcome;
    const { execution, faults } = record();
    expect([execution.status, execution.restored]).toEqual(['completed', true]);
    expect(faults[0]!.verifiedClearedAt).not.toBeNull();
  });

  test('a replica and PostgreSQL: they are started again, and the record names both', async () => {
    const cli = await underFault('latency', 12, '--rate', '1');
    const postgres = user.state().processes.find(({ name }) => name === 'postgresql')!;
    kill(pidOf('api-1'));
    kill(postgres.pid);
    await cli.outcome;
    const { incidents, execution } = record();
    const named = incidents.map(({ instance, kind }) => `${instance} ${kind}`);
    expect(new Set(named)).toEqual(new Set(['api-1 exit', 'postgresql exit']));
    expect(readFileSync(scene.newest.report, 'utf8')).toMatch(/postgresql.*ended unplanned/);
    expect(alive([postgres])).toEqual([]);
    expect([execution.status, execution.restored]).toEqual(['completed', true]);
  });

  test('an admin API that does not answer while a fault is on: not restored, until it answers again', async () => {
    const cli = await underFault('latency', 6, '--rate', '1');
    const pid = pidOf('api-2');
    kill(pid, 'SIGSTOP');
    try {
      expect((await cli.outcome).code).toBe(8);
      const { verdict, execution } = record();
      expect([verdict.name, execution.restored]).toEqual(['not-restored', false]);
    } finally {
      kill(pid, 'SIGCONT');
    }
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
test.skipIf(!canMount)(
  'a disk that is full when the record is written: the record says so, and nothing stays on (needs root on Linux to mount a small disk)',
  async () => {
    const disk = join(user.home, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk]);
    const cli = scene.run('latency', '--rate', '1', '--duration', '4s', '--out', disk);
    try {
      await eventually('it has begun', () => listRunIds(disk).length > 0, 60);
      const folder = new RunFolder(disk, listRunIds(disk)[0]!);
      const loadIsOver = () =>
        existsSync(folder.record) && readFileSync(folder.record, 'utf8').includes('killed after its load');
      await eventually('its load is over', loadIsOver, 90);
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize));
      const { code, stderr } = await cli.outcome;
      expect([code, stderr]).toEqual([9, expect.stringMatching(/no space left/i)]);
      const { verdict, execution, faults } = folder.readRecord();
      expect([verdict.name, execution.restored]).toEqual(['error', true]);
      expect(verdict.reasons.join()).toMatch(/no space left/i);
      expect(faults[0]).toMatchObject({ endedBy: 'clear' });
      expect(await scene.faultsOn()).toEqual([]);
    } finally {
      cli.kill('SIGKILL');
      await cli.outcome;
      execFileSync('umount', [disk]);
    }
  },
);

import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { LEASE_SECONDS } from '../../cli/experiment/lease-keeper.ts';
import { listRunIds, RunFolder } from '../../cli/experiment/run-folder.ts';
import { readEntries } from '../../cli/shared/journal.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { eventually, type User } from '../support/cli.ts';

/** As short as a run can be. */
const PHASES = ['--warm-up', '2s', '--steady', '10s', '--recovery', '4s', '--load-rate', '20'];

/** Phases of a run, and what lies around them, as its journal and its record tell them. */
export type Moment = 'warm-up' | 'steady' | 'fault' | 'recovery' | 'after';

/** A stack on which runs are cut short, and the question what is left. */
export class Scene {
  constructor(readonly user: User) {}

  run(fault: string, ...more: string[]) {
    return this.user.start(['run', '--fault', fault, ...PHASES, ...more]);
  }

  get newest(): RunFolder {
    return new RunFolder(this.user.runs, listRunIds(this.user.runs)[0]!);
  }

  faultsOn(): Promise<Lease[]> {
    return this.user.json<Lease[]>(['chaos', 'status']);
  }

  untilFaultIsOn(): Promise<void> {
    return eventually('the fault is on', async () => (await this.faultsOn()).length > 0, 60);
  }

  /** Waits until a run that is no older than that many is there, and has reached the moment. */
  async until(moment: Moment, runsBefore: number): Promise<void> {
    await eventually('it has begun', () => listRunIds(this.user.runs).length > runsBefore, 60);
    const { journal, record } = this.newest;
    const reached = (): boolean => {
      if (moment === 'fault')
        return readEntries(journal).entries.some(({ type }) => type === 'fault-injected');
      if (moment === 'after') return readdirSync(this.newest.path).includes('evidence');
      return read(record).includes(`killed in its ${moment} phase`);
    };
    await eventually(`it has reached ${moment}`, reached, 90);
  }

  get runs(): number {
    return listRunIds(this.user.runs).length;
  }

  /** No fault beyond its lease, no process besides the stack's, the stack as before, the record readable. */
  async expectSafe(): Promise<void> {
    await eventually('no fault is on', async () => (await this.faultsOn()).length === 0, LEASE_SECONDS + 15);
    await eventually('no process of it is left', () => strangers(this.user).join('; ') || true, 30);
    const ready = async () => (await this.user.json<StackStatus>(['status'])).state === 'ready';
    await eventually('the stack is well', ready, 40);
    expect(this.newest.readRecord().runId).toBe(this.newest.runId);
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** What the user started and is still there, by its arguments; what belongs to the stack is no stranger. */
const strangers = (user: User): string[] => {
  const { supervisor, processes } = user.state();
  const known = new Set([supervisor.pid, ...processes.map(({ pid }) => pid)].map(String));
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && !known.has(pid))
    .filter((pid) => read(`/proc/${pid}/environ`).includes(`XDG_STATE_HOME=${user.home}/`))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 200))
    .filter((line) => line !== '' && !line.startsWith('postgres'));
};

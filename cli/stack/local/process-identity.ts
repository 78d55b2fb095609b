import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { sleep } from '../../shared/clock.ts';
import { pollUntil } from '../../shared/retry.ts';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** When the kernel says it started: clock ticks since boot on Linux, a date text elsewhere. */
  startedAt: string;
}

const linuxStart = (pid: number): string | undefined => {
  try {
    // proc(5): the fields after the command's closing parenthesis start with the state (3rd); start time is the 22nd.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};

const psStart = (pid: number): string | undefined => {
  try {
    const [state, ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return state && !state.startsWith('Z') ? start.join(' ') : undefined;
  } catch {
    return undefined;
  }
};

const startOf = process.platform === 'linux' ? linuxStart : psStart;

/** Identity of a living process, or undefined when there is none (a zombie counts as none). */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
};

export const isAlive = (identity: ProcessIdentity): boolean => startOf(identity.pid) === identity.startedAt;

const signal = (identity: ProcessIdentity, name: NodeJS.Signals): void => {
  try {
    if (isAlive(identity)) process.kill(identity.pid, name);
  } catch {
    // Gone between the look and the signal.
  }
};

/**
 * Ends a process: `first` signal, then SIGKILL after `patience` seconds. Resolves to true when it is gone.
 * Does nothing to a later process that got the same pid.
 */
export const endProcess = async (
  identity: ProcessIdentity,
  first: NodeJS.Signals = 'SIGTERM',
  patience = 3,
): Promise<boolean> => {
  const gone = async () => (isAlive(identity) ? undefined : true);
  signal(identity, first);
  if (await pollUntil(gone, { timeout: patience, every: 0.05 })) return true;
  signal(identity, 'SIGKILL');
  await sleep(0.05);
  return (await pollUntil(gone, { timeout: 2, every: 0.05 })) ?? false;
};

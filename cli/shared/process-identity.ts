import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { sleep } from './clock.ts';
import { pollUntil } from './retry.ts';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** When the kernel says it started: clock ticks since boot on Linux, a date text elsewhere. */
  startedAt: string;
}

/** What the kernel says of a process: when it started, and its state by its first letter (T: stopped by a signal). */
interface KernelView {
  startedAt: string;
  state: string;
}

const linuxView = (pid: number): KernelView | undefined => {
  try {
    // proc(5): the fields after the command's closing parenthesis start with the state (3rd); start time is the 22nd.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state: fields[0]!, startedAt: fields[19]! };
  } catch {
    return undefined;
  }
};

const psView = (pid: number): KernelView | undefined => {
  try {
    const [state, ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return state ? { state: state[0]!, startedAt: start.join(' ') } : undefined;
  } catch {
    return undefined;
  }
};

/** Undefined where there is none; what is dead and only waits for its parent (zombie) counts as none. */
const viewOf = (pid: number): KernelView | undefined => {
  const view = process.platform === 'linux' ? linuxView(pid) : psView(pid);
  return view && !['Z', 'X'].includes(view.state) ? view : undefined;
};

/** Identity of a living process, or undefined when there is none (a zombie counts as none). */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const view = viewOf(pid);
  return view && { pid, startedAt: view.startedAt };
};

export const isAlive = (identity: ProcessIdentity): boolean =>
  viewOf(identity.pid)?.startedAt === identity.startedAt;

/** Whether it is there and stopped by a signal (SIGSTOP): it does nothing until it is told to go on. */
export const isStopped = (identity: ProcessIdentity): boolean => {
  const view = viewOf(identity.pid);
  return view?.startedAt === identity.startedAt && view.state === 'T';
};

/** Sends a signal; none to a later process that got the same pid, and it is no error when it is gone. */
export const signalProcess = (identity: ProcessIdentity, name: NodeJS.Signals): void => {
  try {
    if (isAlive(identity)) process.kill(identity.pid, name);
  } catch {
    // Gone between the look and the signal.
  }
};

/**
 * Ends a process: `first` signal, then SIGKILL after `patience` seconds. Resolves to true when it is gone.
 * One that is stopped is told to go on, so that it hears the first signal. Does nothing to a later process that got the
 * same pid.
 */
export const endProcess = async (
  identity: ProcessIdentity,
  first: NodeJS.Signals = 'SIGTERM',
  patience = 3,
): Promise<boolean> => {
  const gone = async () => (isAlive(identity) ? undefined : true);
  signalProcess(identity, first);
  signalProcess(identity, 'SIGCONT');
  if (await pollUntil(gone, { timeout: patience, every: 0.05 })) return true;
  signalProcess(identity, 'SIGKILL');
  await sleep(0.05);
  return (await pollUntil(gone, { timeout: 2, every: 0.05 })) ?? false;
};

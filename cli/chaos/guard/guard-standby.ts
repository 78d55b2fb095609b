import { existsSync } from 'node:fs';
import { sleep } from '../../shared/clock.ts';
import { endProcess, isAlive, isStopped, type ProcessIdentity } from '../../shared/process-identity.ts';
import { livingGuard, removeClaim } from '../../stack/local/guard-files.ts';
import { spawnGuard } from '../../stack/local/guard-keeper.ts';
import { readState, type StackPaths } from '../../stack/local/state-file.ts';

/** Between two looks at the guard, seconds. */
const LOOK_EVERY = 0.5;

const STANDBY = 'standby';

/**
 * Starts a second process that takes the guard's place should the guard and the process that would start another both be
 * gone: containers outlive both, so a lease would too.
 */
export const startStandby = (paths: StackPaths, own: ProcessIdentity): void =>
  spawnGuard(paths, [STANDBY, JSON.stringify(own)]);

/** The guard for which this process stands by, by its arguments; undefined where it is to be the guard itself. */
export const standbyFor = ([role, guard]: string[]): ProcessIdentity | undefined =>
  role === STANDBY && guard !== undefined ? JSON.parse(guard) : undefined;

const isWell = (process: ProcessIdentity): boolean => isAlive(process) && !isStopped(process);

/** What a standby does now. Another guard has a standby of its own; without a journal no lease is open. */
export const standbyDuty = (paths: StackPaths, guard: ProcessIdentity): 'wait' | 'leave' | 'take over' => {
  const living = livingGuard(paths.guard);
  if (living && living.pid !== guard.pid) return 'leave';
  if (living && isWell(living)) return 'wait';
  const state = readState(paths);
  if (!state || !existsSync(paths.guard.journal)) return 'leave';
  return isWell(state.supervisor) ? 'wait' : 'take over';
};

/** Waits beside the guard. Resolves to true once this process is to be the guard, to false once it is not needed. */
export const standBy = async (paths: StackPaths, guard: ProcessIdentity): Promise<boolean> => {
  for (;;) {
    const duty = standbyDuty(paths, guard);
    if (duty === 'leave') return false;
    if (duty === 'take over') {
      await endProcess(guard, 'SIGKILL');
      removeClaim(paths.guard);
      return true;
    }
    await sleep(LOOK_EVERY);
  }
};

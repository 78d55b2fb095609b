import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../shared/package-root.ts';
import { pollUntil } from '../../shared/retry.ts';
import { isGuardMissing, livingGuard, removeClaim, removeGuardFiles } from './guard-files.ts';
import { endProcess } from './process-identity.ts';
import type { StackPaths } from './state-file.ts';

/** Longest wait for a guard to listen, seconds. */
const START_TIMEOUT = 10;
const LOOK_EVERY_MS = 1000;

/** How a guard is started; the test has its own. */
export const spawnGuard = (paths: StackPaths): void => {
  const script = fileURLToPath(new URL('dist/cli/guard.js', packageRoot()));
  const log = openSync(join(paths.logs, 'guard.log'), 'a', 0o600);
  const child = spawn(process.execPath, ['--enable-source-maps', script], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => {});
  child.unref();
};

/**
 * Sees to it that a lease guard lives while a lease may be open. The supervisor alone starts guards and takes dead ones'
 * claims away, and there is one supervisor: so there is one guard.
 */
export class GuardKeeper {
  private readonly timer: NodeJS.Timeout;
  private starting: Promise<string> | undefined;
  private ended = false;

  constructor(
    private readonly paths: StackPaths,
    private readonly start: (paths: StackPaths) => void = spawnGuard,
  ) {
    this.timer = setInterval(() => {
      if (isGuardMissing(paths.guard)) this.ensure().catch(() => {});
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  /** The socket of the guard, which is started where none lives. Throws when it does not come up. */
  ensure(): Promise<string> {
    this.starting ??= this.find().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** Ends the guard and forgets what it held: for when everything that it held is ended too. */
  async end(): Promise<void> {
    this.ended = true;
    clearInterval(this.timer);
    await this.starting?.catch(() => {});
    const guard = livingGuard(this.paths.guard);
    if (guard) await endProcess(guard, 'SIGKILL');
    removeGuardFiles(this.paths.guard);
  }

  private async find(): Promise<string> {
    const { guard } = this.paths;
    if (this.ended) throw new Error('the stack is being taken down');
    if (!livingGuard(guard)) {
      removeClaim(guard);
      this.start(this.paths);
    }
    const up = async () => (livingGuard(guard) && existsSync(guard.socket) ? true : undefined);
    if (await pollUntil(up, { timeout: START_TIMEOUT, every: 0.02 })) return guard.socket;
    throw new Error(`no lease guard came up; its log: ${join(this.paths.logs, 'guard.log')}`);
  }
}

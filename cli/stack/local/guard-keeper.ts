import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { packageRoot } from '../../shared/package-root.ts';
import { endProcess, isStopped } from '../../shared/process-identity.ts';
import { pollUntil } from '../../shared/retry.ts';
import { isGuardMissing, livingGuard, removeClaim, removeGuardFiles } from './guard-files.ts';
import type { GuardPaths, StackPaths } from './state-file.ts';

/** Longest wait for a guard to listen, seconds. */
const START_TIMEOUT = 10;
const LOOK_EVERY_MS = 1000;
/** A guard that says nothing for so long ends no lease either, milliseconds. */
const SILENT_MS = 5000;

/** How a guard is started; the test has its own. `args`: what it is to be, where it is not to be the guard at once. */
export const spawnGuard = (paths: StackPaths, args: string[] = []): void => {
  const script = fileURLToPath(new URL('dist/cli/guard.js', packageRoot()));
  const log = openSync(join(paths.logs, 'guard.log'), 'a', 0o600);
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => {});
  child.unref();
};

/** Whether the guard says anything at all. */
const guardAnswers = async ({ socket }: GuardPaths): Promise<boolean> => {
  const http = axios.create({
    socketPath: socket,
    baseURL: 'http://guard',
    timeout: SILENT_MS,
    proxy: false,
  });
  return http.get('/leases', { validateStatus: () => true }).then(
    () => true,
    () => false,
  );
};

/**
 * Sees to it that a lease guard lives, and does not stand still, while a lease may be open. The supervisor alone starts
 * guards and takes dead ones' claims away, and there is one supervisor: so there is one guard.
 */
export class GuardKeeper {
  private readonly timer: NodeJS.Timeout;
  private starting: Promise<string> | undefined;
  private looking = false;
  private ended = false;

  constructor(
    private readonly paths: StackPaths,
    private readonly start: (paths: StackPaths) => void = spawnGuard,
    private readonly answers: (paths: GuardPaths) => Promise<boolean> = guardAnswers,
  ) {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
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

  private async look(): Promise<void> {
    if (this.looking || this.starting) return;
    this.looking = true;
    try {
      await this.endStuck();
      if (isGuardMissing(this.paths.guard)) await this.ensure();
    } catch {
      // The next look tries again.
    } finally {
      this.looking = false;
    }
  }

  /** Its journal says what it held, so the next guard ends it. */
  private async endStuck(): Promise<void> {
    const guard = livingGuard(this.paths.guard);
    if (!guard) return;
    if (isStopped(guard) || !(await this.answers(this.paths.guard))) await endProcess(guard, 'SIGKILL');
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

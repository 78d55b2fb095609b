import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { isAlive, type ProcessIdentity } from '../../cli/shared/process-identity.ts';
import { pollUntil } from '../../cli/shared/retry.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface StateFile {
  supervisor: ProcessIdentity;
  temporary: string;
  socket: string;
  processes: (ProcessIdentity & { name: string })[];
}

const BIN = resolve('bin/obsctl.js');

/** A user of their own: state, runs and working folder in a temporary place, the built program called as they would. */
export class User {
  readonly home = mkdtempSync(join(tmpdir(), 'obsctl-user-'));
  readonly runs = join(this.home, 'runs');

  environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    return {
      ...process.env,
      XDG_STATE_HOME: join(this.home, 'state'),
      NO_COLOR: '1',
      // Else a machine with the real back ends in its cache would test something else.
      OBSCTL_TELEMETRY: 'embedded',
      // Nor may it be containers only because a Docker engine answers.
      OBSCTL_ON: 'local',
      ...extra,
    };
  }

  start(args: string[], extra: Record<string, string> = {}): ChildProcess & { outcome: Promise<Outcome> } {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: this.home,
      env: this.environment(extra),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (said.stdout += chunk));
    child.stderr.on('data', (chunk) => (said.stderr += chunk));
    const outcome = new Promise<Outcome>((done) => child.once('close', (code) => done({ code, ...said })));
    return Object.assign(child, { outcome });
  }

  run(args: string[], extra: Record<string, string> = {}): Promise<Outcome> {
    return this.start(args, extra).outcome;
  }

  /** Runs a command that has to succeed and returns what it printed with --json. */
  async json<T>(args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    if (code !== 0) throw new Error(`obsctl ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
    return JSON.parse(stdout) as T;
  }

  state(): StateFile {
    return JSON.parse(readFileSync(join(this.home, 'state/obsctl/stack/state.json'), 'utf8'));
  }

  async leave(): Promise<void> {
    await this.run(['down']);
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Waits until the condition is true; throws with `what`, and what it was last, when it is not within `timeout` seconds. */
export const eventually = async (what: string, holds: () => unknown, timeout = 30): Promise<void> => {
  let last: unknown;
  const isSo = async () => {
    last = await holds();
    return last === true ? true : undefined;
  };
  const seen = await pollUntil(isSo, { timeout, every: 0.2 });
  if (!seen) throw new Error(`not within ${timeout} s: ${what} (last: ${inspect(last)})`);
};

/** Names of those of the processes that are still there. */
export const alive = (processes: (ProcessIdentity & { name: string })[]): string[] =>
  processes.filter(isAlive).map(({ name }) => name);

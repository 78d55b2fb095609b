import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/obsctl.js', import.meta.url));

/** A user with a state folder and a working folder of their own, who calls the built program. */
export class OwnUser {
  home = mkdtempSync(join(tmpdir(), 'obsctl-bench-'));
  env = { ...process.env, OBSCTL_ON: 'local', XDG_STATE_HOME: join(this.home, 'state'), NO_COLOR: '1' };
  #running = new Map();

  /** Starts a command; `ended` gives its exit code, what it printed, and how long it took, seconds. */
  start(args, { node = [], env = {} } = {}) {
    const from = performance.now();
    const child = spawn(process.execPath, [...node, BIN, ...args], {
      cwd: this.home,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const name of Object.keys(said)) child[name].on('data', (chunk) => (said[name] += chunk));
    const ended = new Promise((resolve) =>
      child.once('close', (code) => resolve({ code, ...said, seconds: (performance.now() - from) / 1000 })),
    );
    this.#running.set(child, ended);
    ended.then(() => this.#running.delete(child));
    return { ended };
  }

  /** What a command prints with --json, and its seconds. A verdict is an answer whatever it is; throws where there is none. */
  async json(args, options) {
    const { code, stdout, stderr, seconds } = await this.start([...args, '--json'], options).ended;
    try {
      return { value: JSON.parse(stdout), code, seconds };
    } catch {
      throw new Error(`obsctl ${args.join(' ')} ended with ${code}\n${stderr}`);
    }
  }

  /** Process id of the stack's supervisor. */
  supervisor() {
    const state = join(this.env.XDG_STATE_HOME, 'obsctl/stack/state.json');
    return JSON.parse(readFileSync(state, 'utf8')).supervisor.pid;
  }

  /** Interrupts what still runs, takes the stack down, and removes the folders. */
  async leave() {
    for (const child of this.#running.keys()) child.kill('SIGINT');
    await Promise.all(this.#running.values());
    await this.start(['down']).ended;
    rmSync(this.home, { recursive: true, force: true });
  }
}

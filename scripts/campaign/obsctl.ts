import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Result {
  /** Null where it was ended by us. */
  exitCode: number | null;
  stdout: string;
  /** The last lines only. */
  stderr: string;
}

export type Obsctl = (args: string[], timeoutSeconds?: number) => Promise<Result>;

const LAST_CHARACTERS = 2_000;
const PATIENCE_SECONDS = 300;

/**
 * Runs this checkout's own obsctl with a state folder apart from the user's, on the local stack unless OBSCTL_ON says otherwise. A command that takes longer than its time
 * is interrupted as by Ctrl-C, so that it undoes what it did, and killed when it does not listen.
 */
export const obsctlOf =
  (root: string, stateHome: string, signal: AbortSignal): Obsctl =>
  (args, timeoutSeconds = PATIENCE_SECONDS) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(root, 'bin/obsctl.js'), ...args], {
        cwd: root,
        env: { OBSCTL_ON: 'local', ...process.env, XDG_STATE_HOME: stateHome, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-LAST_CHARACTERS);
      });
      const interrupt = () => child.kill('SIGINT');
      const timers = [
        setTimeout(interrupt, timeoutSeconds * 1000),
        setTimeout(() => child.kill('SIGKILL'), (timeoutSeconds + 60) * 1000),
      ];
      signal.addEventListener('abort', interrupt, { once: true });
      child.on('close', (exitCode) => {
        for (const timer of timers) clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
        resolve({ exitCode, stdout, stderr });
      });
    });

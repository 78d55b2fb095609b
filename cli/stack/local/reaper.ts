import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../shared/package-root.ts';
import { identify, type ProcessIdentity } from '../../shared/process-identity.ts';

/** A detached process that ends what we started if we die without having done so. */
export interface Reaper {
  readonly identity: ProcessIdentity | undefined;
  watch(pid: number): void;
  forget(pid: number): void;
  /** Removes the path as well. */
  remove(path: string): void;
  /** Everything was ended in order: the reaper touches nothing; resolves when it has left. */
  done(): Promise<void>;
}

export const startReaper = (): Reaper => {
  const script = fileURLToPath(new URL('dist/cli/reaper.js', packageRoot()));
  const child = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  // It may be killed at any time; we then go on without it.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const tell = (order: object) => child.stdin.writable && child.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    identity: child.pid === undefined ? undefined : identify(child.pid),
    watch(pid) {
      const identity = identify(pid);
      if (identity) tell({ watch: identity });
    },
    forget: (pid) => void tell({ forget: pid }),
    remove: (path) => void tell({ folder: path }),
    done() {
      child.ref();
      tell({ done: true });
      child.stdin.end();
      return gone;
    },
  };
};

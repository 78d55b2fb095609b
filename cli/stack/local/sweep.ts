import { existsSync, readFileSync, rmSync } from 'node:fs';
import { endProcess, isAlive } from '../../shared/process-identity.ts';
import { livingGuard, removeGuardFiles } from './guard-files.ts';
import { readState, removeState, type StackPaths } from './state-file.ts';

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/**
 * Ends what is left of a stack whose supervisor is gone: its processes, its temporary folder, its state file.
 * Returns what it found, one line each; nothing where a supervisor lives: another command may be bringing a stack up at
 * the same moment. Never touches a process that is not the one written down.
 */
export const sweepLeftovers = async (paths: StackPaths): Promise<string[]> => {
  const before = textOf(paths.state);
  const state = readState(paths);
  if (state && isAlive(state.supervisor)) return [];
  const isStale = () => textOf(paths.state) === before;
  const found: string[] = [];
  const guard = livingGuard(paths.guard);
  if (guard) {
    found.push(`process guard (pid ${guard.pid})`);
    await endProcess(guard, 'SIGKILL');
  }
  if (isStale()) removeGuardFiles(paths.guard);
  const left = (state?.processes ?? []).filter(isAlive);
  for (const child of left) found.push(`process ${child.name} (pid ${child.pid})`);
  // PostgreSQL takes SIGQUIT as "stop at once and tidy up"; the service's roles and Redis end on it as well.
  await Promise.all(left.map((child) => endProcess(child, 'SIGQUIT', 2)));
  if (state?.temporary && existsSync(state.temporary)) {
    found.push(`folder ${state.temporary}`);
    rmSync(state.temporary, { recursive: true, force: true });
  }
  if (!isStale()) return found;
  if (existsSync(paths.state)) found.push(`state file ${paths.state}`);
  removeState(paths);
  return found;
};

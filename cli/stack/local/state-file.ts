import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../shared/folder.ts';
import { stateDirectory } from '../../shared/paths.ts';
import { DRIVERS } from '../stack.ts';

export const identitySchema = z.object({ pid: z.number().int().positive(), startedAt: z.string() });

/** What a later command needs to reach the stack, or to clean up what is left of it. */
const stateSchema = z.object({
  schemaVersion: z.literal(1),
  // Those that were written before there were two drivers do not say it.
  driver: z.enum(DRIVERS).default('local'),
  /** The background process that owns the stack: the supervisor (local), or the host (compose). */
  supervisor: identitySchema,
  socket: z.string(),
  adminToken: z.string(),
  /** Address of the Docker engine that runs the stack: later commands may be set to another one. */
  engine: z.string().optional(),
  /** Everything temporary of the local stack: PostgreSQL's data, the telemetry database. Removed at `down`. */
  temporary: z.string().nullable(),
  processes: z.array(identitySchema.extend({ name: z.string(), address: z.string().nullish() })),
});
export type StackState = z.infer<typeof stateSchema>;

export interface StackPaths {
  directory: string;
  state: string;
  logs: string;
  socket: string;
  guard: GuardPaths;
}

/** Where the lease guard has its things; the journal is there as long as a lease may be open. */
export interface GuardPaths {
  claim: string;
  journal: string;
  socket: string;
}

/** Unix socket addresses are at most 104 bytes on macOS, 108 on Linux; a long state folder gets a short one. */
const socketPath = (directory: string, name: string): string => {
  const preferred = join(directory, `${name}.sock`);
  if (Buffer.byteLength(preferred) < 100) return preferred;
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  return join(tmpdir(), `obsctl-${digest}-${name}.sock`);
};

export const stackPaths = (): StackPaths => {
  const directory = join(stateDirectory(), 'stack');
  return {
    directory,
    state: join(directory, 'state.json'),
    logs: join(directory, 'logs'),
    socket: socketPath(directory, 'supervisor'),
    guard: {
      claim: join(directory, 'guard.json'),
      journal: join(directory, 'guard.ndjson'),
      socket: socketPath(directory, 'guard'),
    },
  };
};

/** The state file, or undefined where there is none or it cannot be read (a torn file counts as none). */
export const readState = (paths: StackPaths): StackState | undefined => {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(paths.state, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Takes the state file for itself; false when another supervisor has it already. */
export const claimState = (paths: StackPaths, state: StackState): boolean => {
  makeFolder(dirname(paths.state), 0o700);
  try {
    const file = openSync(paths.state, 'wx', 0o600);
    writeSync(file, JSON.stringify(state));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

export const writeState = (paths: StackPaths, state: StackState): void => {
  const draft = `${paths.state}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, paths.state);
};

export const removeState = (paths: StackPaths): void => {
  rmSync(paths.state, { force: true });
  rmSync(paths.socket, { force: true });
};

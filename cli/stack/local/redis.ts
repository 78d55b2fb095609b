import { execFile } from 'node:child_process';
import { createConnection } from 'node:net';
import { promisify } from 'node:util';
import { ObsctlError } from '../../shared/errors.ts';
import type { ChildSpec } from './supervised-child.ts';

/** Where the cache is: a Redis that somebody named, one that we start, or none (the service then keeps its own). */
export type Redis = { url: string; version: string; spec: ChildSpec | null } | null;

const run = promisify(execFile);

const pings = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });

const installedVersion = async (): Promise<string | undefined> => {
  try {
    return /v=(\S+)/.exec((await run('redis-server', ['--version'])).stdout)?.[1] ?? 'unknown';
  } catch {
    return undefined;
  }
};

const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2000 });
    const answer = (yes: boolean) => {
      resolve(yes);
      socket.destroy();
    };
    socket.once('connect', () => answer(true));
    for (const event of ['error', 'timeout'] as const) socket.once(event, () => answer(false));
  });

/** A Redis that somebody else runs: it must be there, or the report would name a cache that was none. */
const named = async (url: string): Promise<Redis> => {
  const { protocol, hostname, port } = URL.canParse(url)
    ? new URL(url)
    : { protocol: '', hostname: '', port: '' };
  if (!/^rediss?:$/.test(protocol)) {
    throw new ObsctlError('INVALID_CONFIG', 'REDIS_URL is no address of a Redis.', {
      details: ['write it as redis://host:port'],
    });
  }
  if (await listens(hostname, Number(port || 6379))) return { url, version: 'REDIS_URL', spec: null };
  throw new ObsctlError('STACK_FAILED', `Nothing listens at REDIS_URL (${hostname}:${port || 6379}).`, {
    details: ['start it, or unset REDIS_URL: a redis-server on the PATH or an in-process cache is then used'],
  });
};

/** REDIS_URL first, then a `redis-server` on the PATH, else null. Nothing is written to disk by a Redis of ours. */
export const prepareRedis = async (temporary: string, port: number, logFile: string): Promise<Redis> => {
  if (process.env.REDIS_URL) return named(process.env.REDIS_URL);
  const version = await installedVersion();
  if (version === undefined) return null;
  return {
    url: `redis://127.0.0.1:${port}`,
    version,
    spec: {
      name: 'redis',
      service: null,
      address: `127.0.0.1:${port}`,
      command: 'redis-server',
      args: [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        temporary,
      ],
      cwd: temporary,
      env: { PATH: process.env.PATH ?? '' },
      logFile,
      layer: 'database',
      ready: () => pings(port),
    },
  };
};

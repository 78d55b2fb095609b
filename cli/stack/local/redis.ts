import { execFile } from 'node:child_process';
import { createConnection } from 'node:net';
import { promisify } from 'node:util';
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

/** REDIS_URL first, then a `redis-server` on the PATH, else null. Nothing is written to disk by a Redis of ours. */
export const prepareRedis = async (temporary: string, port: number, logFile: string): Promise<Redis> => {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, version: 'REDIS_URL', spec: null };
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
      ready: () => pings(port),
    },
  };
};

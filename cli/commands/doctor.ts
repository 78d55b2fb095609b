import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { stateDirectory } from '../shared/paths.ts';
import { VERSION } from '../shared/version.ts';
import { telemetryTools } from '../tools/telemetry-tools.ts';
import { findTool } from '../tools/tools.ts';
import type { Context, StackCheck } from './context.ts';

interface Check {
  name: string;
  /** ok; optional = works without it; missing = something will not work. */
  state: 'ok' | 'optional' | 'missing';
  found: string;
  /** What it is for and how to get it. */
  remedy: string;
}

const run = promisify(execFile);

/** What the local stack, k6 and a run folder take at the least, bytes. */
const MEMORY_NEEDED = 2 * 2 ** 30;
const DISK_NEEDED = 2 ** 30;

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const versionOf = async (command: string, ...args: string[]): Promise<string | null> => {
  try {
    return (await run(command, args, { timeout: 5000 })).stdout.trim().split('\n')[0] ?? '';
  } catch {
    return null;
  }
};

const nodeCheck = (): Check => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = major! > 20 || (major === 20 && minor! >= 20);
  return {
    name: 'Node.js',
    state: fits ? 'ok' : 'missing',
    found: process.version,
    remedy: 'obsctl needs 20.20 or newer: https://nodejs.org',
  };
};

const memoryCheck = (): Check => ({
  name: 'memory',
  state: freemem() >= MEMORY_NEEDED ? 'ok' : 'missing',
  found: `${gib(freemem())} free of ${gib(totalmem())}, ${cpus().length} processors`,
  remedy: 'the local stack and k6 take about 1.5 GiB: close something',
});

const diskCheck = async (): Promise<Check> => {
  const { bavail, bsize } = await statfs(process.cwd());
  return {
    name: 'disk',
    state: bavail * bsize >= DISK_NEEDED ? 'ok' : 'missing',
    found: `${gib(bavail * bsize)} free here`,
    remedy: 'free some space, or name another folder with --out',
  };
};

const portsCheck = (): Promise<Check> =>
  new Promise((resolve) => {
    const server = createServer();
    const answer = (state: Check['state'], found: string) =>
      resolve({ name: 'ports', state, found, remedy: 'something forbids listening on 127.0.0.1' });
    server.once('error', (error) => answer('missing', error.message));
    server.listen(0, '127.0.0.1', () =>
      server.close(() => answer('ok', 'free ones on 127.0.0.1 can be had')),
    );
  });

const k6Check = async (): Promise<Check> => {
  const { found } = await findTool('k6');
  return {
    name: 'k6',
    state: found ? 'ok' : 'missing',
    found: found ? `${found.version} (${found.way})` : 'not here',
    remedy: '`obsctl tools install k6` gets it; `obsctl demo` does so by itself',
  };
};

/** Which telemetry a stack can have on this machine. */
const telemetryCheck = async (): Promise<Check> => {
  const { found, missing } = await telemetryTools();
  const versions = Object.values(found ?? {}).map(({ name, version }) => `${name} ${version}`);
  return {
    name: 'telemetry',
    state: found ? 'ok' : 'optional',
    found: found
      ? `grafana (${versions.join(', ')}) and embedded`
      : `embedded only; not here: ${missing.join(', ')}`,
    remedy: `\`obsctl tools install ${(missing ?? []).join(' ')}\` gets the real back ends; the embedded telemetry needs nothing`,
  };
};

const optional = async (name: string, remedy: string, command: string, ...args: string[]): Promise<Check> => {
  const found = await versionOf(command, ...args);
  return { name, state: found === null ? 'optional' : 'ok', found: found ?? 'not here', remedy };
};

const redisCheck = async (): Promise<Check> =>
  process.env.REDIS_URL
    ? { name: 'Redis', state: 'ok', found: 'REDIS_URL is set', remedy: '' }
    : optional(
        'Redis',
        'the cache is in-process without it: install redis-server, or set REDIS_URL',
        'redis-server',
        '--version',
      );

const mark = { ok: '✓', optional: '–', missing: '✗' } as const;
const color = { ok: 'green', optional: 'dim', missing: 'red' } as const;

const CONTAINER_REMEDIES: Record<string, string> = {
  Docker: 'not needed: the local stack runs without it; engine 20.10 or newer runs the stack of containers',
  Compose:
    'not needed: the local stack runs without it; the plugin, 2.20 or newer, runs the stack of containers',
};

const containerCheck = ({ name, ok, found }: StackCheck): Check => ({
  name,
  state: ok ? 'ok' : 'optional',
  found,
  remedy: CONTAINER_REMEDIES[name] ?? '',
});

export const define = (command: Command, { output, stackChecks }: Context): void => {
  command.addHelpText('after', '\nExamples:\n  obsctl doctor\n  obsctl doctor --json').action(async () => {
    const checks = await Promise.all([
      nodeCheck(),
      memoryCheck(),
      diskCheck(),
      portsCheck(),
      k6Check(),
      telemetryCheck(),
      optional('Go', 'only needed to build tools that cannot be downloaded: https://go.dev', 'go', 'version'),
      redisCheck(),
    ]);
    checks.push(...(await stackChecks()).map(containerCheck));
    const lines = checks.map(({ name, state, found, remedy }) => {
      const hint = state === 'ok' ? '' : `\n      ${remedy}`;
      return `  ${output.style(color[state], mark[state])} ${name.padEnd(9)} ${found}${hint}`;
    });
    const missing = checks.filter(({ state }) => state === 'missing');
    const summary =
      missing.length === 0
        ? 'Everything that is needed is here.'
        : `Missing: ${missing.map(({ name }) => name).join(', ')}.`;
    output.result({ obsctl: VERSION, state: stateDirectory(), checks }, [...lines, summary].join('\n'));
  });
};

import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { sleep } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { LoadOptions } from './load-driver.ts';
import type { Script } from './script.ts';

/** k6's own files in the folder of the run. */
export const filesOf = (directory: string) => ({
  samples: join(directory, 'samples.json'),
  summary: join(directory, 'summary.json'),
  console: join(directory, 'k6.log'),
});

/** How long k6 may take to end after SIGINT, seconds; it writes its summary in that time. */
const STOP_GRACE_SECONDS = 10;

/** The user's own K6_ settings would change the scenario: k6 gets none but ours. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('K6_'))),
  K6_NO_USAGE_REPORT: 'true',
  K6_AUTO_EXTENSION_RESOLUTION: 'false',
});

const scenarioVariables = (options: LoadOptions): Record<string, string | number | undefined> => ({
  BASE_URL: options.baseUrl,
  RUN_ID: options.runId,
  SEED: options.seed,
  RATE: options.rate,
  VUS: options.vus,
  DURATION: options.duration,
  RAMP: options.ramp,
});

/**
 * Arguments of `k6 run`. An empty address: k6 would listen on a fixed port otherwise. Our scenarios see nothing of the
 * user's environment; a script of the user's own sees it, as under k6 itself.
 */
export const argumentsOf = ({ file, ours }: Script, options: LoadOptions): string[] => {
  const files = filesOf(options.directory);
  const variables = Object.entries(scenarioVariables(options)).filter(([, value]) => value !== undefined);
  return [
    'run',
    ...['--quiet', '--no-color', '--address', '', `--include-system-env-vars=${!ours}`],
    ...['--out', `json=${files.samples}`, '--summary-export', files.summary],
    ...variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    file,
  ];
};

export interface K6Process {
  pid: number;
  /** Exit code, or null when a signal ended it. Never rejects. */
  exited: Promise<number | null>;
  /** SIGINT, and SIGKILL when that is not enough. */
  stop(): Promise<void>;
}

/**
 * Starts k6 in a process group of its own, so that Ctrl-C at the terminal reaches it through us alone: a second
 * SIGINT would cut it off before its summary. Throws LOAD_FAILED when the binary cannot be started.
 */
export const startK6 = async (binary: string, script: Script, options: LoadOptions): Promise<K6Process> => {
  // execa takes any descriptor; its types know those of one digit only.
  const output = openSync(filesOf(options.directory).console, 'a') as 3;
  const child = execa(binary, argumentsOf(script, options), {
    stdio: ['ignore', output, output],
    env: environment(),
    extendEnv: false,
    detached: true,
    reject: false,
  });
  closeSync(output);
  if (child.pid === undefined) {
    const { originalMessage } = await child;
    throw new ObsctlError('LOAD_FAILED', `k6 could not be started: ${originalMessage}`);
  }
  const dieWithUs = () => child.kill('SIGKILL');
  process.once('exit', dieWithUs);
  const exited = child.then(({ exitCode }) => {
    process.removeListener('exit', dieWithUs);
    return exitCode ?? null;
  });
  const stop = async () => {
    child.kill('SIGINT');
    const grace = new AbortController();
    await Promise.race([exited, sleep(STOP_GRACE_SECONDS, grace.signal)]);
    grace.abort();
    child.kill('SIGKILL');
    await exited;
  };
  return { pid: child.pid, exited, stop };
};

/** The last lines k6 wrote to its console. */
export const lastConsoleLines = async (directory: string, count = 12): Promise<string[]> => {
  const text = await readFile(filesOf(directory).console, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
};

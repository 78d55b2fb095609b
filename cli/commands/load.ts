import { join } from 'node:path';
import type { Command } from 'commander';
import { findScenario } from '../load/catalogue.ts';
import type { LoadOptions, LoadProgress, LoadResult, ScenarioInfo } from '../load/load-driver.ts';
import { findScript, isScriptPath } from '../load/script.ts';
import { formatSeconds, parseDuration } from '../shared/duration.ts';
import { ObsctlError } from '../shared/errors.ts';
import { count } from './arguments.ts';
import type { Context } from './context.ts';

/** k6's own code for crossed thresholds, and ours for a breach. */
const K6_THRESHOLDS_CROSSED = 99;
const BREACH = 3;
/** A load that drops more than this share of its iterations is not the one that was asked for. */
const MOST_DROPPED = 0.01;

const HELP = `
Any k6 script runs as it is, by its path: a slash in it, or the ending .js or .ts. It decides for itself what it does with
what it is told: BASE_URL, RUN_ID and SEED always, and RATE, VUS and DURATION (seconds) where the flag is given.

Examples:
  obsctl load list
  obsctl load steady --rate 40 --duration 60s
  obsctl load smoke
  obsctl load ./my-script.js`;

const listText = (scenarios: ScenarioInfo[]): string =>
  scenarios
    .map(({ name, aliases, title, model, defaults }) => {
      const load = model === 'open' ? `${defaults.rate}/s` : `${defaults.vus} users`;
      const also = aliases.length > 0 ? ` (also ${aliases.join(', ')})` : '';
      return `  ${name.padEnd(14)} ${title}${also}: ${model} model, ${load} for ${defaults.duration} s`;
    })
    .join('\n');

export const progressText = ({ elapsed, requests, failures, attempts, activeVus }: LoadProgress): string =>
  `${formatSeconds(elapsed)}: ${requests} requests, ${failures} failed, ${attempts} attempts, ${activeVus} users`;

const resultText = (result: LoadResult, directory: string): string => {
  const ratio = result.requests > 0 ? (100 * result.failures) / result.requests : 0;
  const crossed = result.thresholds
    .filter(({ ok }) => !ok)
    .map(({ metric, expression }) => `  threshold crossed: ${metric} ${expression}`);
  return [
    `${result.requests} requests in ${result.attempts} attempts, ${result.failures} failed (${ratio.toFixed(2)} %), ${result.droppedIterations} iterations dropped`,
    `k6 ${result.k6Version} ended with exit code ${result.exitCode ?? 'none'}`,
    ...crossed,
    `k6's summary, samples and output: ${directory}`,
  ].join('\n');
};

interface LoadFlags {
  duration?: string;
  rate?: number;
  vus?: number;
  seed: number;
  out: string;
}

const durationOf = (text: string): number => {
  const duration = parseDuration(text, '--duration');
  if (duration >= 1 && duration <= 7200) return duration;
  throw new ObsctlError('USAGE', `--duration ${JSON.stringify(text)} is not valid.`, {
    details: ['it must be from 1 s to 2 h'],
  });
};

/** What the flags ask of this scenario or script. Throws USAGE or UNKNOWN_SCENARIO. */
const loadOf = (
  name: string,
  { duration, rate, vus, seed }: LoadFlags,
  scenarios: ScenarioInfo[],
): Pick<LoadOptions, 'duration' | 'rate' | 'vus' | 'seed'> => {
  const given = duration === undefined ? undefined : durationOf(duration);
  if (isScriptPath(name)) {
    findScript(name, scenarios);
    return { duration: given, rate, vus, seed };
  }
  const scenario = findScenario(name, scenarios);
  if (scenario.model === 'closed' && rate !== undefined) {
    throw new ObsctlError('USAGE', `--rate ${rate} does not fit ${scenario.name}.`, {
      details: ['it is a closed model: its users set the pace, see --vus'],
    });
  }
  return { duration: given ?? scenario.defaults.duration, rate, vus, seed };
};

/** Our own exit code for k6's; thrown where k6 ended in a way that is neither success nor a crossed threshold. */
const exitCodeOf = ({ exitCode }: LoadResult): number => {
  if (exitCode === 0) return 0;
  if (exitCode === K6_THRESHOLDS_CROSSED) return BREACH;
  throw new ObsctlError(
    'LOAD_FAILED',
    exitCode === null ? 'k6 was killed.' : `k6 ended with exit code ${exitCode}.`,
  );
};

const drive = async (name: string, flags: LoadFlags, context: Context): Promise<void> => {
  const { output, signal } = context;
  const driver = await context.load();
  const wanted = loadOf(name, flags, driver.list());
  const { baseUrl, otlpUrl } = await (await context.stack()).endpoints();
  const runId = `load-${Date.now().toString(36)}`;
  const directory = join(flags.out, runId);
  const run = await driver.start(name, {
    ...{ runId, baseUrl, directory, otlpUrl: otlpUrl ?? undefined },
    ...wanted,
  });
  const guard = await context.guard();
  guard.watch(run.pid);
  signal.addEventListener('abort', () => void run.stop());
  run.onProgress((progress) => output.step(progressText(progress)));
  const result = await run.done;
  await guard.done();
  if (result.droppedIterations > MOST_DROPPED * (result.requests + result.droppedIterations)) {
    output.warn(
      `${result.droppedIterations} iterations were dropped: the load was not what was asked for (more --vus, or a lower --rate)`,
    );
  }
  const { traces, series: _series, ...summary } = result;
  output.result({ ...summary, traces: traces.length, directory }, resultText(result, directory));
  if (signal.aborted) throw signal.reason;
  process.exitCode = exitCodeOf(result);
};

export const define = (command: Command, context: Context): void => {
  command
    .argument('<scenario>', 'a scenario of `obsctl load list`, the path of a k6 script, or `list`')
    .option('--rate <n>', 'requests per second (open model)', count('--rate', 1, 2000))
    .option('--vus <n>', 'users (closed model), or the most an open model may use', count('--vus', 1, 1000))
    .option('--duration <time>', 'how long')
    .option('--seed <n>', 'same seed, same requests', count('--seed', 0, 2 ** 31), 1)
    .option('--out <folder>', "where k6's files go", 'runs')
    .addHelpText('after', HELP)
    .action(async (name: string, options) => {
      if (name !== 'list') return drive(name, options, context);
      const scenarios = (await context.load()).list();
      context.output.result(scenarios, listText(scenarios));
    });
};

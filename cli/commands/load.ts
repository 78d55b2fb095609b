import { join } from 'node:path';
import type { Command } from 'commander';
import { findScenario } from '../load/catalogue.ts';
import type { LoadProgress, LoadResult, ScenarioInfo } from '../load/load-driver.ts';
import { formatSeconds, parseDuration } from '../shared/duration.ts';
import { ObsctlError } from '../shared/errors.ts';
import { count } from './arguments.ts';
import type { Context } from './context.ts';

/** k6's own code for crossed thresholds, and ours for a breach. */
const K6_THRESHOLDS_CROSSED = 99;
const BREACH = 3;
/** A load that drops more than this share of its iterations is not the one that was asked for. */
const MOST_DROPPED = 0.01;

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

const drive = async (scenario: ScenarioInfo, options: LoadFlags, context: Context): Promise<void> => {
  const { output, signal } = context;
  if (scenario.model === 'closed' && options.rate !== undefined) {
    throw new ObsctlError('USAGE', `--rate ${options.rate} does not fit ${scenario.name}.`, {
      details: ['it is a closed model: its users set the pace, see --vus'],
    });
  }
  const duration =
    options.duration === undefined
      ? scenario.defaults.duration
      : parseDuration(options.duration, '--duration');
  if (duration < 1 || duration > 7200) {
    throw new ObsctlError('USAGE', `--duration ${JSON.stringify(options.duration)} is not valid.`, {
      details: ['it must be from 1 s to 2 h'],
    });
  }
  const { baseUrl, otlpUrl } = await (await context.stack()).endpoints();
  const runId = `load-${Date.now().toString(36)}`;
  const directory = join(options.out, runId);
  const run = await (await context.load()).start(scenario.name, {
    runId,
    baseUrl,
    otlpUrl,
    duration,
    directory,
    seed: options.seed,
    rate: options.rate,
    vus: options.vus,
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
  if (result.exitCode === K6_THRESHOLDS_CROSSED) process.exitCode = BREACH;
};

export const define = (command: Command, context: Context): void => {
  command
    .argument('<scenario>', 'a scenario of `obsctl load list`, or `list`')
    .option('--rate <n>', 'requests per second (open model)', count('--rate', 1, 2000))
    .option('--vus <n>', 'users (closed model), or the most an open model may use', count('--vus', 1, 1000))
    .option('--duration <time>', 'how long')
    .option('--seed <n>', 'same seed, same requests', count('--seed', 0, 2 ** 31), 1)
    .option('--out <folder>', "where k6's files go", 'runs')
    .addHelpText(
      'after',
      '\nExamples:\n  obsctl load list\n  obsctl load steady --rate 40 --duration 60s\n  obsctl load smoke',
    )
    .action(async (name: string, options) => {
      const driver = await context.load();
      if (name === 'list') return context.output.result(driver.list(), listText(driver.list()));
      await drive(findScenario(name, driver.list()), options, context);
    });
};

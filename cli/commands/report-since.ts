import { relative } from 'node:path';
import type { Command } from 'commander';
import type { RunRecord } from '../../reports/record/record.ts';
import { clean } from '../../reports/renderers/text.ts';
import { telemetryAccess } from '../config/backends.ts';
import { BACKENDS } from '../config/backends-schema.ts';
import { readConfig } from '../config/config.ts';
import { type ObservationPlan, observeSystem } from '../experiment/observation.ts';
import { nowSeconds } from '../shared/clock.ts';
import { parseDuration } from '../shared/duration.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import type { Context } from './context.ts';
import { commandOf, prepareOut } from './experiment-options.ts';

/** Bounds of both windows, seconds. */
const LEAST_SECONDS = 60;
const MOST_SECONDS = 6 * 3600;

export interface SinceOptions {
  since?: string;
  until?: string;
  baselineWindow?: string;
  service?: string;
  prometheus?: string;
  loki?: string;
  tempo?: string;
  out: string;
}

/** Flags of `report` that only make sense with --since. */
const ONLY_WITH_SINCE = ['until', 'prometheus', 'loki', 'tempo'] as const;

export const addSinceOptions = (command: Command): Command =>
  command
    .option('--since <time>', 'report on a system that obsctl did not start: the last 15m, or from a time on')
    .option('--until <time>', 'end of that window (RFC 3339, or Unix seconds); now where absent')
    .option(
      '--baseline-window <time>',
      'how long before it the reference is; as long as the window where absent',
    )
    .option('--service <name>', 'service.name of the service whose requests are looked at')
    .option('--prometheus <url>', 'its HTTP API; likewise OBSCTL_PROMETHEUS_URL, or backends of obsctl.yaml')
    .option('--loki <url>', 'its HTTP API')
    .option('--tempo <url>', 'its HTTP API');

export const SINCE_HELP = `
A system that obsctl did not start (--since):
  Credentials come from the environment (OBSCTL_PROMETHEUS_TOKEN, or OBSCTL_PROMETHEUS_USERNAME and
  OBSCTL_PROMETHEUS_PASSWORD; _TENANT, _HEADERS and _CA_FILE; the same with LOKI and TEMPO) or from files that
  obsctl.yaml names (tokenFile, passwordFile, caFile), each back end's apart. It maps the names of metrics too.
  Impact is what the servers saw, against the window before; the exit code is 0 (observed) or 6 (inconclusive).
  obsctl report --since 15m --prometheus http://127.0.0.1:9090 --loki http://127.0.0.1:3100 \\
    --tempo http://127.0.0.1:3200 --service shop`;

/** RFC 3339, which wants an offset: a time without one would be this machine's. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** Unix seconds of `2026-11-22T14:05:00Z` or of a number of Unix seconds; null when it is neither. */
const timeIn = (text: string): number | null => {
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Number(text);
  const time = RFC_3339.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  return Number.isNaN(time) ? null : time;
};

const NO_TIME = 'is no time; write it as 2026-11-22T14:05:00Z (or +01:00, never without), or as Unix seconds';

const untilOf = ({ until }: SinceOptions, now: number, problems: string[]): number => {
  if (until === undefined) return now;
  const time = timeIn(until);
  if (time === null) problems.push(`--until ${JSON.stringify(until)} ${NO_TIME}`);
  else if (time > now) problems.push(`--until ${until} lies in the future`);
  return time ?? now;
};

const lengthOf = (flag: string, seconds: number, problems: string[]): number => {
  if (seconds < LEAST_SECONDS || seconds > MOST_SECONDS)
    problems.push(
      `${flag}: the window would be ${Math.round(seconds)} s long; it must be from ${LEAST_SECONDS} s to ${MOST_SECONDS / 3600} h`,
    );
  return seconds;
};

const sinceOf = ({ since = '' }: SinceOptions, to: number, problems: string[]): number => {
  const time = timeIn(since);
  const seconds = time === null ? collecting(problems, () => parseDuration(since, '--since')) : to - time;
  return seconds === null ? LEAST_SECONDS : lengthOf('--since', seconds, problems);
};

const baselineOf = ({ baselineWindow }: SinceOptions, asLong: number, problems: string[]): number => {
  if (baselineWindow === undefined) return asLong;
  const seconds = collecting(problems, () => parseDuration(baselineWindow, '--baseline-window'));
  return seconds === null ? asLong : lengthOf('--baseline-window', seconds, problems);
};

const iso = (time: number): string => `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;

/** The command that asks for the same window again, whatever the time. Addresses hold no credentials: these are refused. */
const commandFor = (options: SinceOptions, from: number, to: number, before: number): string => {
  const backends = BACKENDS.flatMap((name) => (options[name] ? [`--${name}`, options[name]] : []));
  const window = ['--since', iso(from), '--until', iso(to), '--baseline-window', `${before}s`];
  return commandOf(['report', ...window, '--service', options.service!, ...backends]);
};

/** What to report on, at whole seconds. Throws USAGE with every problem at once. */
export const planFor = (options: SinceOptions, now = nowSeconds()): ObservationPlan => {
  const problems: string[] = [];
  const to = Math.floor(untilOf(options, Math.floor(now), problems));
  const seconds = Math.round(sinceOf(options, to, problems));
  const before = Math.round(baselineOf(options, seconds, problems));
  if (!options.service)
    problems.push('--service <name> is missing: the service whose requests are looked at');
  if (problems.length > 0)
    throw new ObsctlError('USAGE', 'The window cannot be reported on like that.', { details: problems });
  const from = to - seconds;
  return {
    service: options.service!,
    window: { from, to },
    reference: { from: from - before, to: from },
    command: commandFor(options, from, to, before),
  };
};

/** Throws USAGE when a flag was given that does nothing without --since. */
export const refuseWithoutSince = (command: Command): void => {
  const given = ONLY_WITH_SINCE.filter((name) => command.getOptionValueSource(name) === 'cli');
  if (given.length === 0) return;
  throw new ObsctlError(
    'USAGE',
    `--${given.join(' and --')} ${given.length === 1 ? 'needs' : 'need'} --since <time>.`,
    {
      details: ['without it the report of a run is written again, which asks no back end'],
    },
  );
};

/** Flags of `report` that say how a run's report is written again. */
const NOT_WITH_SINCE = ['format', 'from', 'open', 'reanalyse'] as const;

/** Throws USAGE when something was given that --since would leave undone. */
export const refuseWithSince = (command: Command): void => {
  const given = NOT_WITH_SINCE.filter((name) => command.getOptionValueSource(name) === 'cli');
  const wrong = [...given.map((name) => `--${name}`), ...command.args.slice(0, 1).map(() => 'a run id')];
  if (wrong.length === 0) return;
  throw new ObsctlError('USAGE', `${wrong.join(' and ')} cannot stand beside --since <time>.`, {
    details: ['it makes a run of its own; write its report again with report <run-id> --format <name>'],
  });
};

const spikeLine = ({ id, sli, operation, evidence }: NonNullable<RunRecord['findings']>['spikes'][number]) =>
  `  ${id} ${sli}${operation ? ` ${operation}` : ''}: ${evidence}`;

const outcomeText = (
  { verdict, findings }: RunRecord,
  { window, reference }: ObservationPlan,
  report: string,
): string => {
  const { spikes, notes, attribution } = findings!;
  const [first] = attribution.suspects;
  const named =
    attribution.status === 'named' && first
      ? `${[first.service, first.dependency ?? '-', first.operation ?? '-', first.kind].join('/')} (confidence ${first.confidence.toFixed(2)})`
      : attribution.status;
  return [
    `${verdict.name} (exit code ${verdict.exitCode}): ${iso(window.from)} to ${iso(window.to)}, against ${iso(reference.from)} to ${iso(reference.to)}`,
    ...verdict.reasons.map((reason) => `  ${reason}`),
    ...(spikes.length === 0 ? ['nothing left its reference'] : ['spikes', ...spikes.map(spikeLine)]),
    ...(spikes.length === 0 ? [] : [`culprit ${named}`]),
    ...notes.map((note) => `  ${note}`),
    `report ${report}`,
  ]
    .map((line) => clean(line))
    .join('\n');
};

/** Reports on the system behind the three back ends, and sets the exit code of the verdict. */
export const reportSince = async (options: SinceOptions, context: Context): Promise<void> => {
  const { output } = context;
  const plan = planFor(options);
  const access = telemetryAccess(options, readConfig());
  prepareOut(options.out);
  const source = await context.telemetryAt(access);
  const { record, folder } = await observeSystem(source, plan, options.out, (text) => output.step(text));
  const report = relative(process.cwd(), folder.report) || folder.report;
  const { runId, verdict, findings } = record;
  output.result(
    { runId, verdict, findings, report: folder.report, record: folder.record },
    outcomeText(record, plan, report),
  );
  process.exitCode = verdict.exitCode;
};

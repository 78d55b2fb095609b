import type { Command } from 'commander';
import type { Experiment } from '../../reports/record/record.ts';
import { settingsOf } from '../experiment/file/build.ts';
import { experimentPath } from '../experiment/file/find.ts';
import { readExperimentFile } from '../experiment/file/read.ts';
import { settledOn } from '../experiment/stack-settings.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { DriverName, UpOptions } from '../stack/stack.ts';
import type { Context } from './context.ts';
import { commandLine, experimentFrom } from './experiment-options.ts';
import { type ExternalRun, externalRun } from './external-run.ts';

/** What `obsctl run` was asked for. */
export interface AskedRun {
  experiment: Experiment;
  /** The stack that it is run on. */
  up: UpOptions;
  on?: DriverName;
  /** The OpenSLO files that its file names. */
  objectives: string[];
  /** The system that it is run on instead of a stack. */
  external?: ExternalRun;
  /** Absolute path of the k6 script that the experiment calls its scenario, where it is one of the team's own. */
  script?: string;
}

/** Where a file says what a flag says of an experiment without one. */
const WITHIN_A_FILE: Record<string, string> = {
  rate: 'faults.NAME.target.rate',
  route: 'faults.NAME.target.route',
  method: 'faults.NAME.target.method',
  header: 'faults.NAME.target.header',
  replica: 'faults.NAME.target.replicas',
  scenario: 'load.scenario',
  loadRate: 'load.rate',
  vus: 'load.vus',
  seed: 'load.seed',
  warmUp: 'phases.warmUp',
  steady: 'phases.steady',
  duration: 'phases.fault',
  recovery: 'phases.recovery',
};

/** Flags that somebody typed and that would change nothing, with what to say instead. */
const refuseFlags = (command: Command): void => {
  const details = command.options.flatMap((option) => {
    const key = option.attributeName();
    const instead = WITHIN_A_FILE[key];
    return instead && command.getOptionValueSource(key) === 'cli'
      ? [`${option.long}: say --set ${instead}=VALUE`]
      : [];
  });
  if (details.length > 0)
    throw new ObsctlError('USAGE', 'With an experiment file these flags say nothing.', { details });
};

/** As `experimentFrom` takes them: commander knows no types. */
type Flags = Record<string, never>;

/** Flags of `run` that only make sense where a stack may be started. */
const OF_A_STACK = ['on', 'profile', 'telemetry'];

/** Throws USAGE when somebody typed how a stack is to be started, and the file names a system that is there. */
const refuseStackFlags = (command: Command): void => {
  const given = OF_A_STACK.filter((key) => command.getOptionValueSource(key) === 'cli');
  if (given.length === 0) return;
  throw new ObsctlError('USAGE', `--${given.join(' and --')} cannot stand beside the target of the file.`, {
    details: ['nothing is started where the file names a system that is there'],
  });
};

const fromFile = (
  name: string,
  command: Command,
  context: Awaited<ReturnType<Context['load']>>,
): AskedRun => {
  const flags = command.opts() as Flags;
  const path = experimentPath(name);
  const read = readExperimentFile(path, {
    scenarios: context.list(),
    settings: flags.set ?? {},
    command: commandLine(),
  });
  const { experiment, stack, target, objectives } = read;
  const script = read.script ?? undefined;
  if (target) {
    refuseStackFlags(command);
    return {
      experiment,
      up: {},
      objectives,
      script,
      external: externalRun(path, target, flags.remote ?? []),
    };
  }
  refuseRemote(flags);
  const { on = stack.on, telemetry = stack.telemetry, profile = stack.profile } = flags;
  return { experiment, up: { telemetry, profile, ...settingsOf(stack) }, on, objectives, script };
};

/** Throws USAGE when a host was allowed, and nothing names it. */
const refuseRemote = ({ remote }: Flags): void => {
  if (remote === undefined) return;
  throw new ObsctlError('USAGE', '--remote goes with an experiment file that names a target.');
};

/** The stack that is up is taken as it is, and its settings are part of the experiment. */
const fromFlags = async (flags: Flags, context: Context): Promise<AskedRun> => {
  const { fault, on, telemetry, profile } = flags;
  refuseRemote(flags);
  const experiment = experimentFrom(fault as unknown as string[], flags, await context.load(), commandLine());
  const status = await (await context.stack({ on, telemetry, profile })).status();
  return { experiment: settledOn(experiment, status), up: { telemetry, profile }, on, objectives: [] };
};

/**
 * The experiment of a file (or of a shipped one's name), else the one that the flags describe. Touches nothing. Throws
 * USAGE, EXPERIMENT_INVALID, UNKNOWN_EXPERIMENT, or what is wrong with the flags.
 */
export const askedRun = async (
  file: string | undefined,
  command: Command,
  context: Context,
): Promise<AskedRun> => {
  const flags = command.opts() as Flags;
  if (file === undefined && flags.fault === undefined)
    throw new ObsctlError('USAGE', 'Name an experiment file, or a fault with --fault.');
  if (file === undefined) return fromFlags(flags, context);
  if (flags.fault !== undefined)
    throw new ObsctlError('USAGE', 'An experiment file names its own faults: leave --fault out.');
  refuseFlags(command);
  return fromFile(file, command, await context.load());
};

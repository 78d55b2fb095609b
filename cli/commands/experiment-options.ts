import { accessSync, constants } from 'node:fs';
import type { Command } from 'commander';
import type { Experiment } from '../../reports/record/record.ts';
import { findFault } from '../chaos/catalogue.ts';
import { type Durations, planExperiment } from '../experiment/plan.ts';
import { planFaults } from '../experiment/planned-faults.ts';
import type { PlannedInjection } from '../experiment/planned-injection.ts';
import { DEFAULT_DURATIONS, presetFor } from '../experiment/presets.ts';
import { findScenario } from '../load/catalogue.ts';
import type { LoadDriver } from '../load/load-driver.ts';
import { parseDuration } from '../shared/duration.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { keyValue, loose } from './arguments.ts';
import { addTargetOptions, targetOf } from './target-options.ts';

/** Options that `run` and `demo` share. */
export const addExperimentOptions = (command: Command): Command =>
  addTargetOptions(command)
    .option(
      '--set <key=value>',
      'a parameter of the fault, e.g. ms=800; with several faults of which one: latency.ms=800 (repeatable)',
      keyValue('--set'),
    )
    .option('--scenario <name>', 'the k6 scenario that drives it')
    .option('--load-rate <n>', 'logical requests per second', loose)
    .option('--vus <n>', 'the most users k6 may use', loose)
    .option('--warm-up <time>', 'discarded at the start', `${DEFAULT_DURATIONS.warmUp}s`)
    .option(
      '--steady <time>',
      'the steady phase: what the rest is compared with',
      `${DEFAULT_DURATIONS.steady}s`,
    )
    .option('--duration <time>', 'how long the fault stays', `${DEFAULT_DURATIONS.fault}s`)
    .option('--recovery <time>', 'how long recovery is watched under load', `${DEFAULT_DURATIONS.recovery}s`)
    .option('--out <folder>', 'where the run folder goes', 'runs');

const DURATIONS = { warmUp: '--warm-up', steady: '--steady', fault: '--duration', recovery: '--recovery' };

const durationsOf = (options: Record<string, string>, problems: string[]): Durations => {
  const read = (name: keyof Durations) => {
    const text = options[name === 'fault' ? 'duration' : name]!;
    return collecting(problems, () => parseDuration(text, DURATIONS[name])) ?? DEFAULT_DURATIONS[name];
  };
  return { warmUp: read('warmUp'), steady: read('steady'), fault: read('fault'), recovery: read('recovery') };
};

/** Collects `--fault`, which may be repeated or hold a list with commas. */
export const faultNamesIn = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean),
];

/** In the place of a fault: nothing is broken, to see what a calm run looks like and whether anything alarms. */
const NO_FAULT = 'none';

/** How several faults are named and set, for the help. */
export const SEVERAL_FAULTS = `
Several faults at once:
  --fault latency --fault cache-down, or --fault latency,cache-down. Rate, route, method, header, replica and seed then
  hold for every fault that can take them. --set FAULT.KEY=VALUE sets one thing of one fault, KEY being a parameter of
  it, or rate, route, method, header, replica, seed, or at and duration: the seconds within the fault phase when it
  comes and how long it stays.

--fault none breaks nothing: a calm run, to see whether anything alarms.`;

interface Parts {
  names: string[];
  options: Record<string, never>;
  load: LoadDriver;
  problems: string[];
}

const injectionsOf = ({ names, options, problems }: Parts, phase: number): PlannedInjection[] =>
  collecting(problems, () =>
    planFaults({
      names,
      set: options.set ?? {},
      target: targetOf(options),
      replicas: options.replica,
      phase,
    }),
  ) ?? [];

const experimentOf = (parts: Parts, command: string): Experiment | null => {
  const { names, options, load, problems } = parts;
  const preset = presetFor(names[0] ?? NO_FAULT);
  const scenario = findScenario(options.scenario ?? preset.scenario, load.list());
  const durations = durationsOf(options, problems);
  const faults = injectionsOf(parts, durations.fault);
  return collecting(problems, () =>
    planExperiment({
      title: `${names.join(' and ') || 'no fault'} under ${scenario.name}`,
      scenario,
      rate: options.loadRate ?? preset.loadRate,
      vus: options.vus,
      seed: options.seed ?? 1,
      durations,
      faults,
      command,
    }),
  );
};

/**
 * The experiment that the options describe; scenario and load are those that show the first fault best. Throws USAGE
 * with every violation at once, or UNKNOWN_FAULT, UNKNOWN_SCENARIO, FAULT_CONFLICT.
 */
export const experimentFrom = (
  wanted: string[],
  options: Record<string, never>,
  load: LoadDriver,
  command: string,
): Experiment => {
  if (wanted.length === 0) throw new ObsctlError('USAGE', '--fault names no fault.');
  const names = wanted.filter((name) => name !== NO_FAULT);
  if (names.length > 0 && names.length < wanted.length)
    throw new ObsctlError('USAGE', `--fault ${NO_FAULT} breaks nothing, so it stands alone.`);
  for (const name of names) findFault(name);
  const problems: string[] = [];
  const experiment = experimentOf({ names, options, load, problems }, command);
  if (experiment && problems.length === 0) return experiment;
  throw new ObsctlError('USAGE', 'The experiment cannot be run like that.', {
    details: [...new Set(problems)],
  });
};

/** Makes the folder of the runs and checks that it can be written, before anything is started. Throws what the system says. */
export const prepareOut = (out: string): void => {
  makeFolder(out);
  accessSync(out, constants.W_OK);
};

/** The command line as a person would type it again. */
export const commandLine = (): string => commandOf(process.argv.slice(2));

/** The words as a command line of obsctl, quoted where a shell would need it. */
export const commandOf = (words: string[]): string =>
  ['npx', 'obsctl', ...words].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ');

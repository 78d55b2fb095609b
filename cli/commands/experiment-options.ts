import { accessSync, constants } from 'node:fs';
import type { Command } from 'commander';
import type { Experiment } from '../../reports/record/record.ts';
import { findFault, planInjection } from '../chaos/injection-plan.ts';
import { type Durations, planExperiment } from '../experiment/plan.ts';
import { DEFAULT_DURATIONS, presetFor } from '../experiment/presets.ts';
import { findScenario } from '../load/catalogue.ts';
import type { LoadDriver } from '../load/load-driver.ts';
import { parseDuration } from '../shared/duration.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { addTargetOptions, keyValue, loose, targetOf } from './arguments.ts';

/** Options that `run` and `demo` share. */
export const addExperimentOptions = (command: Command): Command =>
  addTargetOptions(command)
    .option('--set <key=value>', 'a parameter of the fault, e.g. ms=800 (repeatable)', keyValue('--set'))
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

const defined = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The experiment that the options describe. Throws USAGE with every violation at once, or UNKNOWN_FAULT / _SCENARIO. */
export const experimentFrom = (
  fault: string,
  options: Record<string, never>,
  load: LoadDriver,
  command: string,
): Experiment => {
  findFault(fault);
  const preset = presetFor(fault);
  const scenario = findScenario(options.scenario ?? preset.scenario, load.list());
  const problems: string[] = [];
  const durations = durationsOf(options, problems);
  const injection = collecting(problems, () =>
    planInjection({
      fault,
      parameters: { ...preset.parameters, ...((options.set as object | undefined) ?? {}) },
      target: { ...preset.target, ...defined(targetOf(options)) },
      duration: durations.fault,
      instances: options.replica,
    }),
  );
  const experiment = collecting(problems, () =>
    planExperiment({
      title: `${fault} under ${scenario.name}`,
      scenario,
      rate: options.loadRate ?? preset.loadRate,
      vus: options.vus,
      seed: (injection?.target.seed as number | undefined) ?? 1,
      durations,
      injection: injection ?? { fault, parameters: {}, target: {}, leaseSeconds: durations.fault },
      command,
    }),
  );
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
export const commandLine = (): string =>
  ['npx', 'obsctl', ...process.argv.slice(2)]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`))
    .join(' ');

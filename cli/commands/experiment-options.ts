import type { Command } from 'commander';
import type { Experiment } from '../../reports/record/record.ts';
import { planInjection } from '../chaos/injection-plan.ts';
import { planExperiment } from '../experiment/plan.ts';
import { DEFAULT_DURATIONS, presetFor } from '../experiment/presets.ts';
import type { LoadDriver } from '../load/load-driver.ts';
import { parseDuration } from '../shared/duration.ts';
import { addTargetOptions, keyValue, loose, targetOf } from './arguments.ts';
import { findScenario } from './load.ts';

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

const durationsOf = (options: Record<string, string>) => ({
  warmUp: parseDuration(options.warmUp!, '--warm-up'),
  steady: parseDuration(options.steady!, '--steady'),
  fault: parseDuration(options.duration!, '--duration'),
  recovery: parseDuration(options.recovery!, '--recovery'),
});

const defined = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The experiment that the options describe, every one of them checked. Throws a usage error. */
export const experimentFrom = (
  fault: string,
  options: Record<string, never>,
  load: LoadDriver,
  command: string,
): Experiment => {
  const preset = presetFor(fault);
  const durations = durationsOf(options);
  const scenario = findScenario(load, options.scenario ?? preset.scenario);
  const injection = planInjection({
    fault,
    parameters: { ...preset.parameters, ...((options.set as object | undefined) ?? {}) },
    target: { ...preset.target, ...defined(targetOf(options)) },
    duration: durations.fault,
    instances: options.replica,
  });
  return planExperiment({
    title: `${fault} under ${scenario.name}`,
    scenario,
    rate: options.loadRate ?? preset.loadRate,
    vus: options.vus,
    seed: (injection.target.seed as number | undefined) ?? 1,
    durations,
    injection,
    command,
  });
};

/** The command line as a person would type it again. */
export const commandLine = (): string =>
  ['obsctl', ...process.argv.slice(2)]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`))
    .join(' ');

import type { Command } from 'commander';
import { faultNames } from '../chaos/injection-plan.ts';
import { presetFor } from '../experiment/presets.ts';
import type { Context } from './context.ts';
import { addExperimentOptions, commandLine, experimentFrom } from './experiment-options.ts';
import { performRun } from './perform-run.ts';
import { watchStack } from './stack-progress.ts';

const faultsText = (): string =>
  faultNames()
    .map(
      (name) =>
        `  ${name.padEnd(20)} under ${presetFor(name).scenario}, ${presetFor(name).loadRate} requests/s`,
    )
    .join('\n');

export const define = (command: Command, context: Context): void => {
  addExperimentOptions(command.requiredOption('--fault <name>', 'the fault, see `obsctl chaos list`'))
    .addHelpText(
      'after',
      `\nFaults and their defaults:\n${faultsText()}\n\nExamples:\n  obsctl run --fault latency --set ms=800 --rate 0.3\n  obsctl run --fault retry-storm --recovery 30s`,
    )
    .action(async (options) => {
      const experiment = experimentFrom(options.fault, options, await context.load(), commandLine());
      const { reused } = await (await context.stack()).up({}, watchStack(context.output));
      if (!reused) context.output.info('the stack stays up; `obsctl down` takes it down');
      await performRun(experiment, options.out, context);
    });
};

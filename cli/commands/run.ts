import type { Command } from 'commander';
import { faultNames } from '../chaos/injection-plan.ts';
import { presetFor } from '../experiment/presets.ts';
import { bringUp } from './bring-up.ts';
import type { Context } from './context.ts';
import { addExperimentOptions, commandLine, experimentFrom, prepareOut } from './experiment-options.ts';
import { performRun } from './perform-run.ts';

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
      const load = await context.load();
      const experiment = experimentFrom(options.fault, options, load, commandLine());
      prepareOut(options.out);
      await load.prepare();
      const { reused } = await bringUp(context, {});
      if (!reused) context.output.info('the stack stays up; `obsctl down` takes it down');
      await performRun(experiment, options.out, context);
    });
};

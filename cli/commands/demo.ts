import type { Command } from 'commander';
import { DEMO_FAULT } from '../experiment/presets.ts';
import type { Context } from './context.ts';
import { addExperimentOptions, commandLine, experimentFrom } from './experiment-options.ts';
import { performRun } from './perform-run.ts';
import { watchStack } from './stack-progress.ts';

export const define = (command: Command, context: Context): void => {
  addExperimentOptions(command.option('--fault <name>', 'the fault, see `obsctl chaos list`', DEMO_FAULT))
    .option('--keep', 'leave the stack up afterwards')
    .option('--retry-budget <ratio>', "share of api's inventory calls that may be retries", Number)
    .addHelpText(
      'after',
      '\nExamples:\n  obsctl demo\n  obsctl demo --fault latency --keep\n  obsctl demo --fault retry-storm',
    )
    .action(async (options) => {
      const { output } = context;
      const load = await context.load();
      const experiment = experimentFrom(options.fault, options, load, commandLine());
      await load.prepare();
      const stack = await context.stack();
      const ownerPid = options.keep ? undefined : process.pid;
      const { reused } = await stack.up({ ownerPid, retryBudget: options.retryBudget }, watchStack(output));
      if (reused) output.info('a stack was up already; it is used, and stays up');
      try {
        context.signal.throwIfAborted();
        await performRun(experiment, options.out, context);
      } finally {
        if (!options.keep && !reused) {
          output.step('taking the stack down');
          await stack.down();
          output.stop();
        }
      }
    });
};

import type { Command } from 'commander';
import { refuseWhileHalted } from '../chaos/halt.ts';
import { DEMO_FAULT } from '../experiment/presets.ts';
import { settledOn } from '../experiment/stack-settings.ts';
import { ratio } from './arguments.ts';
import { bringUp } from './bring-up.ts';
import type { Context } from './context.ts';
import {
  addExperimentOptions,
  commandLine,
  experimentFrom,
  faultNamesIn,
  prepareOut,
  SEVERAL_FAULTS,
} from './experiment-options.ts';
import { performRun } from './perform-run.ts';
import { addStackOptions } from './stack-options.ts';

export const define = (command: Command, context: Context): void => {
  addStackOptions(
    addExperimentOptions(
      command.option(
        '--fault <name>',
        `the fault, see \`obsctl chaos list\`; repeat it for several (default: ${DEMO_FAULT})`,
        faultNamesIn,
      ),
    ),
  )
    .option('--keep', 'leave the stack up afterwards')
    .option(
      '--retry-budget <ratio>',
      "share of api's inventory calls that may be retries",
      ratio('--retry-budget'),
    )
    .addHelpText(
      'after',
      `${SEVERAL_FAULTS}\n\nExamples:\n  obsctl demo\n  obsctl demo --fault latency --keep\n  obsctl demo --fault latency,slow-query --set slow-query.at=10`,
    )
    .action(async (options) => {
      const { output } = context;
      const load = await context.load();
      const experiment = experimentFrom(options.fault ?? [DEMO_FAULT], options, load, commandLine());
      refuseWhileHalted(context.halt);
      prepareOut(options.out);
      await load.prepare();
      const ownerPid = options.keep ? undefined : process.pid;
      const { on, retryBudget, telemetry, profile } = options;
      // Containers may have gigabytes of images to pull first: only where that is asked for.
      const wish = { on, order: ['local' as const] };
      const { reused, status } = await bringUp(context, { ownerPid, retryBudget, telemetry, profile }, wish);
      if (reused) output.info('a stack was up already; it is used, and stays up');
      try {
        context.signal.throwIfAborted();
        await performRun(settledOn(experiment, status), options.out, context);
      } finally {
        if (!options.keep && !reused) {
          output.step('taking the stack down');
          await (await context.stack()).down();
          output.stop();
        }
      }
    });
};

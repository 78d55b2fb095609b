import type { Command } from 'commander';
import { faultNames } from '../chaos/catalogue.ts';
import { presetFor } from '../experiment/presets.ts';
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

const faultsText = (): string =>
  faultNames()
    .map(
      (name) =>
        `  ${name.padEnd(20)} under ${presetFor(name).scenario}, ${presetFor(name).loadRate} requests/s`,
    )
    .join('\n');

const EXAMPLES = `
Examples:
  obsctl run --fault latency --set ms=800 --rate 0.3
  obsctl run --fault retry-storm --recovery 30s
  obsctl run --fault latency,error --set latency.replica=api-1 --set error.at=10 --set error.rate=0.2`;

export const define = (command: Command, context: Context): void => {
  addStackOptions(
    addExperimentOptions(
      command.requiredOption(
        '--fault <name>',
        'the fault, see `obsctl chaos list`; repeat it for several',
        faultNamesIn,
      ),
    ),
  )
    .addHelpText('after', `${SEVERAL_FAULTS}\n\nFaults and their defaults:\n${faultsText()}\n${EXAMPLES}`)
    .action(async (options) => {
      const load = await context.load();
      const experiment = experimentFrom(options.fault, options, load, commandLine());
      prepareOut(options.out);
      await load.prepare();
      const { on, telemetry, profile } = options;
      const { reused } = await bringUp(context, { telemetry, profile }, { on });
      if (!reused) context.output.info('the stack stays up; `obsctl down` takes it down');
      await performRun(experiment, options.out, context);
    });
};

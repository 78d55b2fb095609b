import type { Command } from 'commander';
import { faultNames } from '../chaos/catalogue.ts';
import { refuseWhileHalted } from '../chaos/halt.ts';
import { presetFor } from '../experiment/presets.ts';
import { askedRun } from './asked-run.ts';
import { bringUp } from './bring-up.ts';
import type { Context } from './context.ts';
import { addExperimentOptions, faultNamesIn, prepareOut, SEVERAL_FAULTS } from './experiment-options.ts';
import { ontoExternal } from './external-run.ts';
import { performRun } from './perform-run.ts';
import { showPreview } from './preview.ts';
import { addStackOptions } from './stack-options.ts';
import { addYardstickOptions, yardsticksFor } from './yardstick-options.ts';

const faultsText = (): string =>
  faultNames()
    .map(
      (name) =>
        `  ${name.padEnd(20)} under ${presetFor(name).scenario}, ${presetFor(name).loadRate} requests/s`,
    )
    .join('\n');

const FILES = `
Experiments as files:
  obsctl run scenarios/experiments/retry-storm.yaml, or by its name: obsctl run retry-storm. --set PATH=VALUE then sets
  one thing of the file, such as load.rate=20, phases.fault=30s or faults.latency.parameters.ms=300. The file says all
  that an experiment consists of, so no other flag of it is taken. See \`obsctl experiment list\`. It may name a target
  instead of a stack: a system that obsctl did not start, by its URLs (docs/experiments/external-target.md).
`;

const EXAMPLES = `
Examples:
  obsctl run scenarios/experiments/retry-storm.yaml
  obsctl run cache-down --set phases.fault=30s --dry-run
  obsctl run --fault latency --set ms=800 --rate 0.3
  obsctl run --fault retry-storm --recovery 30s
  obsctl run --fault latency,error --set latency.replica=api-1 --set error.at=10 --set error.rate=0.2`;

export const define = (command: Command, ours: Context): void => {
  addYardstickOptions(
    addStackOptions(
      addExperimentOptions(
        command
          .argument('[file]', 'an experiment file, or the name of one that is shipped')
          .option(
            '--fault <name>',
            'without a file: the fault, see `obsctl chaos list`; repeat it for several',
            faultNamesIn,
          ),
      ),
    ),
  )
    .option(
      '--remote <host>',
      'the target of the file is not this machine: its host, said again, since load hurts (repeatable)',
      (host: string, before: string[] = []) => [...before, host],
    )
    .option('--dry-run', 'show what would happen, and to whom; nothing is started or changed')
    .addHelpText(
      'after',
      `${FILES}${SEVERAL_FAULTS}\n\nFaults and their defaults:\n${faultsText()}\n${EXAMPLES}`,
    )
    .action(async (file: string | undefined, options) => {
      const asked = await askedRun(file, command, ours);
      const { experiment, up, on, objectives, external, script } = asked;
      const yardsticks = yardsticksFor({ ...experiment, objectives }, options, options.out);
      const context = external ? await ontoExternal(ours, external) : ours;
      if (options.dryRun) return showPreview(experiment, up, context);
      if (experiment.faults.length > 0) refuseWhileHalted(ours.halt);
      prepareOut(options.out);
      await (await context.load()).prepare();
      if (!external) {
        const { reused } = await bringUp(context, up, { on });
        if (!reused) context.output.info('the stack stays up; `obsctl down` takes it down');
      }
      await performRun(experiment, options.out, context, { yardsticks, script, foreign: external?.foreign });
    });
};

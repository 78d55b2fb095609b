import type { Command } from 'commander';
import type { DownOptions, DownResult, Stack } from '../stack/stack.ts';
import type { Context } from './context.ts';

/** Each driver cleans up its own, the one that is up first. */
const downAll = async (stacks: Stack[], options: DownOptions): Promise<DownResult> => {
  const all: DownResult = { wasUp: false, leftovers: [] };
  for (const stack of stacks) {
    const { wasUp, leftovers } = await stack.down(options);
    all.wasUp ||= wasUp;
    all.leftovers.push(...leftovers);
  }
  return all;
};

const outcome = ({ wasUp, leftovers }: DownResult): string => {
  if (wasUp) return 'The stack is down; nothing of it is left.';
  return leftovers.length > 0 ? 'No stack was up; what was left of one is cleaned up.' : 'No stack was up.';
};

export const define = (command: Command, { output, stacks }: Context): void => {
  command
    .option('--volumes', 'remove the named volumes of the containers too, with all data in them')
    .addHelpText('after', '\nExamples:\n  obsctl down\n  obsctl down --volumes')
    .action(async ({ volumes = false }) => {
      output.step('taking the stack down');
      const result = await downAll(await stacks(), { volumes });
      for (const left of result.leftovers) output.info(`cleaned up: ${left}`);
      output.result(result, outcome(result));
    });
};

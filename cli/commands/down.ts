import type { Command } from 'commander';
import type { Context } from './context.ts';

export const define = (command: Command, { output, stack }: Context): void => {
  command.addHelpText('after', '\nExample:\n  obsctl down').action(async () => {
    output.step('taking the stack down');
    const result = await (await stack()).down();
    for (const left of result.leftovers) output.info(`cleaned up: ${left}`);
    const cleaned =
      result.leftovers.length > 0
        ? 'No stack was up; what was left of one is cleaned up.'
        : 'No stack was up.';
    output.result(result, result.wasUp ? 'The stack is down; nothing of it is left.' : cleaned);
  });
};

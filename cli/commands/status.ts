import type { Command } from 'commander';
import { ObsctlError } from '../shared/errors.ts';
import type { Context } from './context.ts';
import { statusText } from './status-text.ts';

export const define = (command: Command, { output, stack }: Context): void => {
  command.addHelpText('after', '\nExamples:\n  obsctl status\n  obsctl status --json').action(async () => {
    const status = await (await stack()).status();
    if (!status) throw new ObsctlError('STACK_DOWN', 'No stack is up.');
    output.result(status, statusText(status, output));
  });
};

import type { Command } from 'commander';
import type { Context } from './context.ts';
import { statusText } from './status-text.ts';

export const define = (command: Command, { output, stack }: Context): void => {
  command.addHelpText('after', '\nExamples:\n  obsctl status\n  obsctl status --json').action(async () => {
    const current = await stack();
    const status = await current.status();
    if (!status) throw current.whyNone();
    output.result(status, statusText(status, output));
  });
};

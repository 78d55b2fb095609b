import type { Command } from 'commander';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { harmless } from '../shared/output.ts';
import type { LogLine } from '../stack/stack.ts';
import { count } from './arguments.ts';
import type { Context } from './context.ts';

const assertThere = (component: string, names: string[]): void => {
  if (names.includes(component)) return;
  throw new ObsctlError('USAGE', `There is no log of "${component}".`, {
    details: [`nearest: ${nearest(component, names).join(', ') || 'none'}`],
  });
};

const textOf = ({ component, line }: LogLine, json: boolean): string =>
  json ? JSON.stringify({ component, line }) : `${component.padEnd(12)} | ${harmless(line)}`;

export const define = (command: Command, { output, stack, signal }: Context): void => {
  command
    .argument('[component]', 'one of the components of `obsctl status`; all where absent')
    .option('-n, --lines <n>', 'how many of the last lines of each', count('--lines', 0, 100_000), 20)
    .option('-f, --follow', 'go on printing until Ctrl-C')
    .addHelpText(
      'after',
      '\nWith --json each line is an object of its own.\n\nExamples:\n  obsctl logs api-1 -n 50\n  obsctl logs --follow',
    )
    .action(async (component: string | undefined, { lines, follow = false }) => {
      const source = await stack();
      if (component !== undefined) assertThere(component, await source.logNames());
      for await (const line of source.logs({ component, lines, follow, signal }))
        process.stdout.write(`${textOf(line, output.options.json)}\n`);
    });
};

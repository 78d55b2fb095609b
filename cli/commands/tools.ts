import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { toolProgressText } from '../tools/progress-text.ts';
import { installTool, listTools, type ToolState } from '../tools/tools.ts';
import type { Context } from './context.ts';

const size = (path: string): string => `${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`;

const stateLine = ({ name, purpose, pinned, found, refusals }: ToolState): string =>
  found
    ? `  ${name.padEnd(10)} ${found.version.padEnd(10)} ${found.way.padEnd(8)} ${size(found.path)}  ${found.path}`
    : `  ${name.padEnd(10)} not here    ${purpose}; \`obsctl tools install ${name}\` gets ${pinned}\n${refusals.map(({ way, reason }) => `    ${way}: ${reason}`).join('\n')}`;

export const define = (command: Command, { output, signal }: Context): void => {
  command.addHelpText('after', '\nExamples:\n  obsctl tools list\n  obsctl tools install k6');
  command
    .command('list')
    .description('what is here: version, origin, size')
    .action(async () => {
      const states = await listTools();
      output.result(states, states.map(stateLine).join('\n'));
    });
  command
    .command('install [name...]')
    .description('PATH, cache, release archive, Go build: the first way that works')
    .action(async (names: string[]) => {
      const wanted = names.length > 0 ? names : (await listTools()).map(({ name }) => name);
      const found = [];
      for (const name of wanted) {
        found.push(
          await installTool(name, {
            onProgress: (progress) => output.step(toolProgressText(progress)),
            signal,
          }),
        );
      }
      output.result(
        found,
        found.map(({ name, version, way, path }) => `  ${name} ${version} from ${way}: ${path}`).join('\n'),
      );
    });
};

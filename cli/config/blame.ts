import type { Command, Option } from 'commander';
import { ObsctlError } from '../shared/errors.ts';

/** Whatever of the command line came from somewhere else, by the flag that it stands for. */
const sourcesOf = (commands: readonly Command[]): Map<string, string> =>
  new Map(
    commands.flatMap((command) => [
      ...command.options.flatMap((option) => sourceOf(command, option)),
      ...sourcesOf(command.commands),
    ]),
  );

const sourceOf = (command: Command, option: Option): [string, string][] => {
  const { long, envVar } = option;
  const key = option.attributeName();
  const source = command.getOptionValueSource(key);
  if (!long || (source !== 'env' && source !== 'config')) return [];
  return [[long, source === 'env' ? envVar! : `${key} of obsctl.yaml`]];
};

/**
 * The same error, with a value that was set by a variable or by the file laid to its charge and not to the flag, which
 * nobody typed.
 */
export const blameSource = (error: ObsctlError, commands: readonly Command[]): ObsctlError => {
  const sources = sourcesOf(commands);
  if (error.code !== 'USAGE' || sources.size === 0) return error;
  const told = (text: string) => text.replace(/^--[a-z-]+/, (flag) => sources.get(flag) ?? flag);
  return new ObsctlError(error.code, told(error.message), { details: error.details.map(told), cause: error });
};

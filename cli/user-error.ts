import { type Command, CommanderError } from 'commander';
import { blameSource } from './config/blame.ts';
import { ERRORS, messageOf, ObsctlError } from './shared/errors.ts';
import { nearest } from './shared/nearest.ts';
import { VERSION } from './shared/version.ts';

/** Names among which an unknown one may have been meant: those of the command that was called, else all commands. */
const namesAround = (argv: string[], unknown: string, program: Command | undefined): string[] => {
  const called = program?.commands.find(
    (command) => command.name() === argv.find((word) => !word.startsWith('-')),
  );
  const names = called && called.name() !== unknown ? called.commands.map((command) => command.name()) : [];
  return names.length > 0 ? names : (program?.commands ?? []).map((command) => command.name());
};

/** Commander's own words, as one of our errors. */
const usageError = (error: CommanderError, argv: string[], program: Command | undefined): ObsctlError => {
  const [first, ...hints] = error.message.replace(/^error: /, '').split('\n');
  const message = `${first!.charAt(0).toUpperCase()}${first!.slice(1).replace(/\.$/, '')}.`;
  const unknown = error.code === 'commander.unknownCommand' ? /'(.+)'/.exec(first!)?.[1] : undefined;
  const near = unknown
    ? [`nearest: ${nearest(unknown, namesAround(argv, unknown, program)).join(', ')}`]
    : [];
  const given = error.code === 'commander.excessArguments' ? [`given: ${argv.join(' ')}`] : [];
  return new ObsctlError('USAGE', message, {
    details: [...near, ...given, ...(unknown ? [] : hints.filter(Boolean))],
    cause: error,
  });
};

/** What the system says of a path that is in the way or forbidden. */
const UNUSABLE = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'EROFS',
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
]);

/** What was thrown as an error that a user can mend; undefined where it is a bug of ours. `program`: as far as it was built. */
export const asUserError = (
  error: unknown,
  argv: string[],
  program: Command | undefined,
): ObsctlError | undefined => {
  if (error instanceof ObsctlError) return blameSource(error, program?.commands ?? []);
  if (error instanceof CommanderError) return usageError(error, argv, program);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC') return new ObsctlError('DISK_FULL', messageOf(error), { cause: error });
  return UNUSABLE.has(code ?? '')
    ? new ObsctlError('FILE_UNUSABLE', messageOf(error), { cause: error })
    : undefined;
};

/** Prints to standard error; one line of JSON where the command line asked for that. */
export const printError = (error: ObsctlError, { json, color }: { json: boolean; color: boolean }): void => {
  const { code, message, details, remedy, exitCode } = error;
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, details, remedy, exitCode } })}\n`);
    return;
  }
  const title = color ? `\u001b[31merror\u001b[39m` : 'error';
  const lines = [`${title} ${message} [${code}]`, ...details.map((detail) => `  ${detail}`), `  ${remedy}`];
  process.stderr.write(`${lines.join('\n')}\n`);
};

/** Prints to standard error how to report it. */
export const printBug = (error: unknown): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `This is a bug in obsctl ${VERSION} (${Object.keys(ERRORS).length} known errors, this is none of them).\n` +
      `Please report it with the command you gave, the output of \`obsctl doctor --json\`, and this:\n\n${text}\n`,
  );
};

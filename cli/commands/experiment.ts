import type { Command } from 'commander';
import { experimentPath, shippedExperiments } from '../experiment/file/find.ts';
import { type ReadExperiment, readExperimentFile } from '../experiment/file/read.ts';
import { totalDuration } from '../experiment/plan.ts';
import { columns } from '../shared/columns.ts';
import { formatSeconds } from '../shared/duration.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { Context } from './context.ts';

const EXAMPLES = `
Examples:
  obsctl experiment list
  obsctl experiment validate experiments/*.yaml
  obsctl run retry-storm --dry-run`;

type Read = (file: string) => ReadExperiment;

/** All of them; what is wrong with one hides nothing of the others. Throws EXPERIMENT_INVALID with every violation. */
const readAll = (files: string[], read: Read): ReadExperiment[] => {
  const details: string[] = [];
  const experiments = files.flatMap((file): ReadExperiment[] => {
    try {
      return [read(experimentPath(file))];
    } catch (error) {
      if (!(error instanceof ObsctlError) || error.code !== 'EXPERIMENT_INVALID') throw error;
      details.push(...error.details);
      return [];
    }
  });
  if (details.length === 0) return experiments;
  const wrong = files.length - experiments.length;
  const which = files.length === 1 ? files[0] : `${wrong} of ${files.length} files`;
  throw new ObsctlError('EXPERIMENT_INVALID', `${which} cannot be run like that.`, { details });
};

const faultsOf = ({ experiment }: ReadExperiment): string =>
  experiment.faults.map(({ fault }) => fault).join(', ') || 'none';

const validate = async (files: string[], { output }: Context, read: Read): Promise<void> => {
  const experiments = readAll(files, read);
  output.result(
    experiments.map(({ path, experiment }) => ({ file: path, valid: true, experiment })),
    experiments
      .map(({ path, experiment }) => `${path}: valid, "${experiment.title}", ${experiment.hash.slice(0, 12)}`)
      .join('\n'),
  );
};

const list = ({ output }: Context, read: Read): void => {
  const shipped = shippedExperiments().map(({ name, path }) => ({ name, ...read(path) }));
  output.result(
    shipped.map(({ name, path, description, experiment }) => ({ name, file: path, description, experiment })),
    columns([
      ['NAME', 'FAULTS', 'TAKES', 'TITLE'],
      ...shipped.map((one) => [
        one.name,
        faultsOf(one),
        formatSeconds(totalDuration(one.experiment)),
        one.experiment.title,
      ]),
    ]).join('\n'),
  );
};

export const define = (command: Command, context: Context): void => {
  const reader = async (): Promise<Read> => {
    const scenarios = (await context.load()).list();
    return (file) => readExperimentFile(file, { scenarios });
  };
  command.addHelpText('after', EXAMPLES);
  command
    .command('validate <file...>')
    .description('check experiment files: every violation with its line and column')
    .action(async (files: string[]) => validate(files, context, await reader()));
  command
    .command('list')
    .description('the experiments that are shipped')
    .action(async () => list(context, await reader()));
};

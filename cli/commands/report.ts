import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { analyse } from '../../reports/analysis/index.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { type RendererName, rendererNames } from '../../reports/renderers/index.ts';
import { reconsider } from '../experiment/reconsider.ts';
import { type RecordPlace, recordFile } from '../experiment/record-file.ts';
import { findRun } from '../experiment/run-folder.ts';
import { writeReport } from '../experiment/write-report.ts';
import { sectionedJson } from '../shared/canonical-json.ts';
import { ObsctlError } from '../shared/errors.ts';
import { readEvidence } from '../telemetry/evidence-files.ts';
import type { Context } from './context.ts';
import { openFile } from './open-file.ts';
import {
  addSinceOptions,
  refuseWithoutSince,
  refuseWithSince,
  reportSince,
  SINCE_HELP,
} from './report-since.ts';

interface ReportOptions {
  out: string;
  format?: RendererName;
  from?: string;
  open?: boolean;
  reanalyse?: boolean;
}

const formatOf = (text: string): RendererName => {
  const found = rendererNames.find((name) => name === text);
  if (found) return found;
  throw new ObsctlError('USAGE', `--format ${JSON.stringify(text)} is not known.`, {
    details: [`one of ${rendererNames.join(', ')}`],
  });
};

/** Options that name another record, or need the folder that a lone file has not. */
const NOT_WITH_FROM = ['out', 'reanalyse'] as const;

const refuseWithFrom = (command: Command): void => {
  const given = NOT_WITH_FROM.filter((name) => command.getOptionValueSource(name) === 'cli');
  const wrong = [...given.map((name) => `--${name}`), ...command.args.slice(0, 1).map(() => 'a run id')];
  if (wrong.length === 0) return;
  throw new ObsctlError('USAGE', `${wrong.join(' and ')} cannot stand beside --from <file>.`, {
    details: ['--from reads one record, wherever it lies, and writes the report beside it'],
  });
};

const placeOf = (command: Command, runId: string, { out, from }: ReportOptions): RecordPlace => {
  if (from === undefined) return findRun(out, runId);
  refuseWithFrom(command);
  return recordFile(from);
};

const recordOf = (place: RecordPlace, { reanalyse }: ReportOptions): RunRecord => {
  const record = place.readRecord();
  if (!reanalyse) return record;
  const anew = reconsider(record, analyse(readEvidence(place.path)));
  place.write('record.json', sectionedJson(anew));
  return anew;
};

const HELP = `
Examples:
  obsctl report
  obsctl report latest --format html --open
  obsctl report latest --format json
  obsctl report --from artifacts/record.json --format html
  obsctl report latest --reanalyse
`;

export const define = (command: Command, context: Context): void => {
  const { output } = context;
  addSinceOptions(command)
    .argument('[run-id]', 'the run; the newest where absent', 'latest')
    .option('--out <folder>', 'where the run folders are', 'runs')
    .addOption(
      new Option(
        '--format <name>',
        `one of ${rendererNames.join(', ')} (default: markdown; with --open: html)`,
      ).argParser(formatOf),
    )
    .option('--from <file>', 'the record.json to report on, wherever it lies; the report goes beside it')
    .option('--open', 'open the report in the browser')
    .option('--reanalyse', 'analyse the evidence of the run folder anew, and write the record again')
    .addHelpText('after', HELP + SINCE_HELP)
    .action(async (runId: string, options) => {
      if (options.since !== undefined) {
        refuseWithSince(command);
        return reportSince(options, context);
      }
      refuseWithoutSince(command);
      const place = placeOf(command, runId, options);
      const record = recordOf(place, options);
      const damage = place.journalDamage();
      if (damage !== null) output.warn(`the journal of run ${record.runId}: ${damage}`);
      const format = options.format ?? (options.open ? 'html' : 'markdown');
      const files = await writeReport(place, record, [format]);
      const paths = files.map((file) => join(place.path, file));
      output.result({ runId: record.runId, verdict: record.verdict, files: paths }, paths.join('\n'));
      const unopened = options.open ? await openFile(paths[0]!) : null;
      if (unopened !== null) output.warn(unopened);
    });
};

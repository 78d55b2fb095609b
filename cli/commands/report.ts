import { join } from 'node:path';
import type { Command } from 'commander';
import { analyse } from '../../reports/analysis/index.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { type RendererName, rendererNames } from '../../reports/renderers/index.ts';
import { reconsider } from '../experiment/reconsider.ts';
import { findRun } from '../experiment/run-folder.ts';
import { writeReport } from '../experiment/write-report.ts';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { readEvidence } from '../telemetry/evidence-files.ts';
import type { Context } from './context.ts';
import {
  addSinceOptions,
  refuseWithoutSince,
  refuseWithSince,
  reportSince,
  SINCE_HELP,
} from './report-since.ts';

const formatOf = (text: string): RendererName => {
  const found = rendererNames.find((name) => name === text);
  if (found) return found;
  throw new ObsctlError('USAGE', `--format ${JSON.stringify(text)} is not known.`, {
    details: [`nearest: ${nearest(text, rendererNames).join(', ')}`],
  });
};

export const define = (command: Command, context: Context): void => {
  const { output } = context;
  addSinceOptions(command)
    .argument('[run-id]', 'the run; the newest where absent', 'latest')
    .option('--out <folder>', 'where the run folders are', 'runs')
    .option('--format <name>', `one of ${rendererNames.join(', ')}`, formatOf, 'markdown')
    .option('--reanalyse', 'analyse the evidence of the run folder anew, and write the record again')
    .addHelpText(
      'after',
      '\nExamples:\n  obsctl report\n  obsctl report latest --format json\n  obsctl report latest --reanalyse\n' +
        SINCE_HELP,
    )
    .action(async (runId: string, options) => {
      const { out, format, reanalyse } = options;
      if (options.since !== undefined) {
        refuseWithSince(command);
        return reportSince(options, context);
      }
      refuseWithoutSince(command);
      const folder = findRun(out, runId);
      let record: RunRecord = folder.readRecord();
      if (reanalyse) {
        record = reconsider(record, analyse(readEvidence(folder.path)));
        folder.writeJson('record.json', record);
      }
      const files = await writeReport(folder, record, format);
      const paths = files.map((file) => join(folder.path, file));
      output.result({ runId: record.runId, verdict: record.verdict, files: paths }, paths.join('\n'));
    });
};

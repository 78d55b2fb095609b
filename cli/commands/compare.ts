import type { Command } from 'commander';
import { compareRuns } from '../../reports/judge/index.ts';
import type { Comparison } from '../../reports/record/comparison.ts';
import { VERDICTS } from '../../reports/record/record.ts';
import { clean } from '../../reports/renderers/text.ts';
import { findRecord, readBaselines } from '../experiment/baselines.ts';
import type { Context } from './context.ts';

const METHODS: Record<Comparison['method'], string> = {
  runs: 'the spread between them says what is chance',
  'block-bootstrap':
    'fewer than five runs: blocks of seconds drawn anew say what is chance, and how much runs differ is unknown',
};

const textOf = (runId: string, { baseline, method, rows, regression }: Comparison): string =>
  [
    `${runId} against ${baseline.join(', ')} (${METHODS[method]})`,
    ...rows.map(({ text }) => `  ${clean(text)}`),
    regression ? 'worse than the baseline' : 'no regression',
  ].join('\n');

const HELP = `
The runs must be of the same experiment. The last one named is compared with all before it; it is worse only where chance
is ruled out and the difference is large enough to matter. Ends with exit code 4 then, else with 0.

Examples:
  obsctl compare 20261122-140501-3fa2 latest
  obsctl compare runs/a runs/b runs/c runs/d runs/e runs/f`;

export const define = (command: Command, { output }: Context): void => {
  command
    .argument('<baseline>', 'a run id, the path of a run folder or of a record.json')
    .argument('<runs...>', 'further baseline runs, and lastly the run that is compared with them')
    .option('--out <folder>', 'where the run folders are', 'runs')
    .addHelpText('after', HELP)
    .action((first: string, others: string[], { out }: { out: string }) => {
      const record = findRecord(out, others.at(-1)!).readRecord();
      const baseline = readBaselines(record, out, [first, ...others.slice(0, -1)]);
      const comparison = compareRuns(record, baseline);
      output.result({ runId: record.runId, ...comparison }, textOf(record.runId, comparison));
      process.exitCode = comparison.regression ? VERDICTS.regression : 0;
    });
};

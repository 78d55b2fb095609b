import { join } from 'node:path';
import type { Command } from 'commander';
import { listRunIds, RunFolder } from '../experiment/run-folder.ts';
import { messageOf } from '../shared/errors.ts';
import type { Context } from './context.ts';

interface Row {
  runId: string;
  title: string;
  verdict: string;
  exitCode: number | null;
  spikes: number;
  report: string;
}

const rowOf = (out: string, runId: string): Row => {
  const folder = new RunFolder(out, runId);
  const report = join(out, runId, 'report.md');
  try {
    const { experiment, verdict, findings } = folder.readRecord();
    return {
      runId,
      title: experiment.title,
      verdict: verdict.name,
      exitCode: verdict.exitCode,
      spikes: findings?.spikes.length ?? 0,
      report,
    };
  } catch (error) {
    return { runId, title: messageOf(error), verdict: 'unreadable', exitCode: null, spikes: 0, report };
  }
};

export const define = (command: Command, { output }: Context): void => {
  command
    .option('--out <folder>', 'where the run folders are', 'runs')
    .addHelpText('after', '\nExample:\n  obsctl runs --json')
    .action(({ out }: { out: string }) => {
      const rows = listRunIds(out).map((runId) => rowOf(out, runId));
      for (const { runId } of rows) {
        const damage = new RunFolder(out, runId).journalDamage();
        if (damage) output.warn(`the journal of run ${runId}: ${damage}`);
      }
      const lines = rows.map(
        ({ runId, verdict, spikes, title }) =>
          `  ${runId}  ${verdict.padEnd(14)} ${String(spikes).padStart(2)} spikes  ${title}`,
      );
      output.result(
        rows,
        lines.length > 0 ? lines.join('\n') : `There is no run in ${out} yet: \`obsctl demo\` makes one.`,
      );
    });
};

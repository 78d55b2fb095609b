import { relative } from 'node:path';
import type { Experiment, RunRecord } from '../../reports/record/record.ts';
import { injectionOf } from '../experiment/planned-injection.ts';
import { runExperiment } from '../experiment/runner.ts';
import type { Output } from '../shared/output.ts';
import type { Context } from './context.ts';
import { watchRun } from './run-progress.ts';

const pathOf = (where: {
  service: string;
  dependency: string | null;
  operation: string | null;
  kind: string;
}): string => [where.service, where.dependency ?? '-', where.operation ?? '-', where.kind].join('/');

/** What was named from telemetry, beside what had been injected: only here do the two meet. */
const culpritLines = ({ findings, faults, scores }: RunRecord): string[] => {
  const { status, suspects } = findings?.attribution ?? { status: 'nothing', suspects: [] };
  if (status === 'nothing') return [];
  const [first] = suspects;
  const named =
    status === 'named' && first ? `${pathOf(first)} (confidence ${first.confidence.toFixed(2)})` : 'unknown';
  const injected = faults.map(({ name, label }, i) => {
    const rank = scores[i]?.rank;
    return `${name}, ${pathOf(label)}: ${rank === null || rank === undefined ? 'missed' : rank === 1 ? 'named' : `suspect ${rank}`}`;
  });
  return [`culprit ${named}`, ...injected.map((line) => `  injected ${line}`)];
};

const outcomeText = (record: RunRecord, report: string, output: Output): string => {
  const { verdict, findings } = record;
  const color = verdict.name === 'passed' ? 'green' : 'red';
  const spikes = (findings?.spikes ?? []).map(
    ({ id, sli, examples }) =>
      `  ${id} ${sli}, traces: ${examples.map(({ traceId }) => traceId).join(', ') || 'none'}`,
  );
  return [
    `${output.style('bold', 'verdict')} ${output.style(color, verdict.name)} (exit code ${verdict.exitCode})`,
    ...verdict.reasons.map((reason) => `  ${reason}`),
    ...culpritLines(record),
    ...(spikes.length > 0 ? ['spikes', ...spikes] : []),
    `report ${report}`,
  ].join('\n');
};

/**
 * Checks every fault before anything is touched, runs the experiment on a stack that is up, prints the outcome and sets the exit code of its verdict.
 */
export const performRun = async (
  experiment: Experiment,
  out: string,
  context: Context,
): Promise<RunRecord> => {
  const { output, signal } = context;
  for (const planned of experiment.faults) await (await context.chaos()).check(injectionOf(planned));
  const guard = await context.guard();
  const parts = {
    stack: await context.stack(),
    chaos: await context.chaos(),
    load: await context.load(),
    listener: watchRun(output),
    signal,
    guard: (pid: number) => guard.watch(pid),
  };
  const { record, folder } = await runExperiment(experiment, parts, out);
  await guard.done();
  const report = relative(process.cwd(), folder.report) || folder.report;
  const { runId, verdict } = record;
  output.result(
    { runId, verdict, report: folder.report, record: folder.record },
    outcomeText(record, report, output),
  );
  process.exitCode = verdict.exitCode;
  return record;
};

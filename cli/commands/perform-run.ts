import { relative } from 'node:path';
import { NO_YARDSTICKS, type Yardsticks } from '../../reports/judge/index.ts';
import type { Experiment, RunRecord } from '../../reports/record/record.ts';
import { clean } from '../../reports/renderers/text.ts';
import { claimSystem } from '../experiment/claim.ts';
import { injectionOf } from '../experiment/planned-injection.ts';
import type { RunListener } from '../experiment/run-events.ts';
import type { Foreign } from '../experiment/run-parts.ts';
import { runExperiment } from '../experiment/runner.ts';
import { withScript } from '../load/load-driver.ts';
import type { Output } from '../shared/output.ts';
import type { Context } from './context.ts';
import { culpritLines, incidentLines } from './culprit-lines.ts';
import { watchRun } from './run-progress.ts';
import { verdictLines } from './verdict-lines.ts';

/** The system's own alert rules: the first that fired after the injection. Said only where there are rules. */
const alertLines = ({ scores, findings }: RunRecord): string[] => {
  if (!findings || findings.alerts.length === 0) return [];
  const fired = scores.flatMap(({ alerts }) =>
    alerts.flatMap(({ name, firedAfter }) => (firedAfter === null ? [] : [{ name, firedAfter }])),
  );
  const [first] = fired.sort((a, b) => a.firedAfter - b.firedAfter);
  return [
    first
      ? `alert ${first.name} fired ${first.firedAfter.toFixed(1)} s after the injection`
      : 'alert no rule fired because of it within the run',
  ];
};

/** What the telemetry could not say: decisive gaps stand among the verdict's reasons already. */
const telemetryLines = ({ source, findings }: RunRecord): string[] => {
  const lines = [
    ...(source?.degraded ?? []),
    ...(findings?.gaps ?? []).filter(({ decisive }) => !decisive).map(({ text }) => text),
  ];
  return lines.length > 0 ? ['telemetry', ...lines.map((line) => `  ${clean(line)}`)] : [];
};

const outcomeText = (record: RunRecord, report: string, output: Output): string => {
  const { findings } = record;
  const spikes = (findings?.spikes ?? []).map(
    ({ id, sli, examples }) =>
      `  ${id} ${sli}, traces: ${examples.map(({ traceId }) => traceId).join(', ') || 'none'}`,
  );
  return [
    ...verdictLines(record, output),
    ...culpritLines(record),
    ...incidentLines(record),
    ...alertLines(record),
    ...telemetryLines(record),
    ...(spikes.length > 0 ? ['spikes', ...spikes] : []),
    `report ${report}`,
  ].join('\n');
};

/** What only some runs have. */
export interface RunExtras {
  yardsticks?: Yardsticks;
  /** Path of the k6 script that the experiment calls its scenario. */
  script?: string;
  /** Where it is run on a system that obsctl did not start. */
  foreign?: Foreign;
}

/**
 * Checks every fault before anything is touched, runs the experiment on a stack that is up, prints the outcome and sets the exit code of its verdict.
 */
export const performRun = async (
  experiment: Experiment,
  out: string,
  context: Context,
  { yardsticks = NO_YARDSTICKS, script, foreign }: RunExtras = {},
): Promise<RunRecord> => {
  const { output, signal } = context;
  for (const planned of experiment.faults) await (await context.chaos()).check(injectionOf(planned));
  const guard = await context.guard();
  const watching = watchRun(output);
  const parts = {
    stack: await context.stack(),
    chaos: await context.chaos(),
    halt: context.halt,
    load: withScript(await context.load(), experiment.scenario, script),
    signal,
    guard: (pid: number) => guard.watch(pid),
    yardsticks,
    foreign,
    annotator: async () => {
      const access = await (await context.stack()).grafanaAccess();
      return access && context.annotatorAt(access);
    },
  };
  const claim = claimSystem(foreign?.baseUrl);
  const listener: RunListener = {
    ...watching,
    started: (run) => {
      claim.name(run.runId);
      watching.started?.(run);
    },
  };
  const { record, folder } = await runExperiment(experiment, { ...parts, listener }, out).finally(
    claim.release,
  );
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

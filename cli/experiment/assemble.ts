import { judge, NO_YARDSTICKS, type Yardsticks } from '../../reports/judge/index.ts';
import type { Phase } from '../../reports/record/common.ts';
import type { Incident } from '../../reports/record/evidence.ts';
import type { Execution, Experiment, RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { scoreOf } from '../../reports/score/score.ts';
import { verdictOf } from '../../reports/verdict/of-record.ts';
import type { LoadResult } from '../load/load-driver.ts';
import { nowSeconds } from '../shared/clock.ts';
import type { StackStatus } from '../stack/stack.ts';
import { describeEnvironment } from './environment.ts';
import type { Observation } from './observe.ts';
import { entryServiceOf } from './run-parts.ts';
import { sealRecord } from './seal.ts';
import { buildTimeline } from './timeline.ts';

export interface RecordInput {
  runId: string;
  experiment: Experiment;
  phases: Phase[];
  faults: InjectedFault[];
  load: LoadResult | null;
  observation: Observation | null;
  execution: Execution;
  status: StackStatus | null;
  /** What it is held against besides its own hypothesis; nothing where absent. */
  yardsticks?: Yardsticks;
}

const loadSummary = (load: LoadResult): NonNullable<RunRecord['load']> => ({
  k6ExitCode: load.exitCode,
  startedAt: load.startedAt,
  endedAt: load.endedAt,
  requests: load.requests,
  failures: load.failures,
  attempts: load.attempts,
  droppedIterations: load.droppedIterations,
  thresholds: load.thresholds,
  k6Summary: load.summary,
});

/** Joins experiment, truth, evidence and findings; from here on truth and findings stand side by side. */
export const assembleRecord = (input: RecordInput): RunRecord => {
  const { runId, experiment, phases, faults, load, observation, execution, status } = input;
  const { evidence = null, findings = null } = observation ?? {};
  const incidents: Incident[] = evidence?.incidents ?? status?.incidents ?? [];
  const whole = {
    schemaVersion: 1 as const,
    runId,
    createdAt: nowSeconds(),
    kind: 'experiment' as const,
    experiment,
    environment: describeEnvironment(status, load?.k6Version ?? 'unknown'),
    phases,
    faults,
    load: load && loadSummary(load),
    completeness: evidence?.completeness ?? null,
    source: evidence?.source ?? null,
    entryService: entryServiceOf(experiment),
    grafana: status?.endpoints?.grafana ?? null,
    series: { client: evidence?.client ?? null, red: evidence?.red ?? [], runtime: evidence?.runtime ?? [] },
    incidents,
    findings,
    scores: scoreOf(faults, findings),
    execution,
    timeline: buildTimeline({
      phases,
      loadEndedAt: load?.endedAt ?? null,
      faults,
      findings,
      incidents,
      stop: execution.stop,
    }),
  };
  const judged = { ...whole, ...judge(whole, input.yardsticks ?? NO_YARDSTICKS) };
  return sealRecord({ ...judged, verdict: verdictOf(judged) });
};

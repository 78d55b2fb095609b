import { analyse } from '../../reports/analysis/index.ts';
import type { Phase, Window } from '../../reports/record/common.ts';
import type { QueryRecord } from '../../reports/record/evidence.ts';
import { type Experiment, type RunRecord, UNDEMANDING, UNJUDGED } from '../../reports/record/record.ts';
import { decideVerdict } from '../../reports/verdict/verdict.ts';
import { nowSeconds } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { harmless } from '../shared/output.ts';
import { FOREIGN_BOUNDS, type Metrics } from '../telemetry/collect/options.ts';
import { collectEvidence } from '../telemetry/collect.ts';
import { writeEvidence } from '../telemetry/evidence-files.ts';
import type { TelemetrySource } from '../telemetry/telemetry-source.ts';
import { describeEnvironment } from './environment.ts';
import { Journal } from './journal.ts';
import type { Observation } from './observe.ts';
import { experimentHash } from './plan.ts';
import { newRunId, RunFolder } from './run-folder.ts';
import type { RunOutcome } from './runner.ts';
import { sealRecord } from './seal.ts';
import { buildTimeline } from './timeline.ts';
import { writeReport } from './write-report.ts';

export interface ObservationPlan {
  /** service.name of the service whose requests are looked at. */
  service: string;
  /** What is reported on, and what it is compared with. */
  window: Window;
  reference: Window;
  /** The command line, without secrets. */
  command: string;
}

const clock = (time: number): string => `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;

const phasesOf = ({ window, reference }: ObservationPlan): Phase[] => [
  { name: 'steady', ...reference },
  { name: 'fault', ...window },
];

const wholeOf = ({ window, reference }: ObservationPlan): Window => ({ from: reference.from, to: window.to });

/** A system may have many services: so many are named. */
const MOST_NAMED = 50;

const failedQuery = ({ error }: QueryRecord): ObsctlError =>
  new ObsctlError('TELEMETRY_UNAVAILABLE', `The request metrics could not be read: ${error}`);

/** Refuses what nothing could be reported from: metrics that did not come, none at all, none of the service. */
const acceptFor =
  (plan: ObservationPlan) =>
  ({ red }: Metrics, queries: QueryRecord[]): void => {
    const failed = queries.find(({ method, error }) => method === 'red' && error !== null);
    if (failed && red.length === 0) throw failedQuery(failed);
    const { from, to } = wholeOf(plan);
    if (red.length === 0) {
      throw new ObsctlError('NO_TELEMETRY', `No request was measured from ${clock(from)} to ${clock(to)}.`, {
        details: queries.filter(({ method }) => method === 'red').map(({ text }) => `asked: ${text}`),
      });
    }
    const services = [...new Set(red.map(({ service }) => service))].sort().slice(0, MOST_NAMED);
    if (red.some(({ service }) => service === plan.service)) return;
    throw new ObsctlError(
      'UNKNOWN_SERVICE',
      `No request of a service "${plan.service}" was measured in the window.`,
      {
        details: [
          `nearest: ${nearest(plan.service, services).join(', ')}`,
          `measured: ${services.join(', ')}`,
        ].map(harmless),
      },
    );
  };

const collect = (source: TelemetrySource, plan: ObservationPlan) =>
  collectEvidence(source, {
    window: wholeOf(plan),
    phases: phasesOf(plan),
    ...{ client: null, clientTraces: [], load: null, clientService: '', droppedIterations: 0, incidents: [] },
    entryService: plan.service,
    ingestionLagSeconds: { trace: null, log: null, metric: null },
    bounds: FOREIGN_BOUNDS,
    accept: acceptFor(plan),
  });

/** The place of the experiment: there was none, so it holds only which windows were looked at. */
const asExperiment = ({ service, window, reference, command }: ObservationPlan): Experiment => {
  const experiment = {
    ...UNDEMANDING,
    title: `What happened to ${service}`,
    ...{ scenario: 'none', seed: 0, rate: null, vus: null, faults: [], command },
    durations: {
      ...{ warmUp: 0, recovery: 0 },
      steady: reference.to - reference.from,
      fault: window.to - window.from,
    },
  };
  return { ...experiment, hash: experimentHash(experiment) };
};

const NOT_OURS = { stack: 'not started by obsctl', k6: 'none', cache: 'unknown' };

const recordOf = (runId: string, plan: ObservationPlan, { evidence, findings }: Observation): RunRecord => {
  const { phases, completeness, source, client, red, runtime, incidents } = evidence;
  const execution: RunRecord['execution'] = {
    ...{ status: 'completed', error: null, restored: true },
    restoration: ['Nothing was injected, so there was nothing to undo.'],
    stop: null,
  };
  return sealRecord({
    ...{ schemaVersion: 1, runId, createdAt: nowSeconds(), kind: 'observation' },
    experiment: asExperiment(plan),
    environment: { ...describeEnvironment(null, 'none'), ...NOT_OURS, telemetry: source.kind },
    ...{ phases, faults: [], load: null, completeness, source, entryService: plan.service, grafana: null },
    series: { client, red, runtime },
    ...UNJUDGED,
    ...{ incidents, findings, scores: [], execution },
    timeline: buildTimeline({
      kind: 'observation',
      phases,
      loadEndedAt: null,
      faults: [],
      findings,
      incidents,
    }),
    verdict: decideVerdict({ kind: 'observation', execution, findings, faultsHit: null }),
  });
};

const write = async (plan: ObservationPlan, observation: Observation, out: string): Promise<RunOutcome> => {
  const folder = new RunFolder(out, newRunId());
  folder.create();
  const journal = new Journal(folder.journal);
  journal.append('observation', { ...plan });
  writeEvidence(folder.path, observation.evidence);
  const record = recordOf(folder.runId, plan, observation);
  folder.writeJson('record.json', record);
  await writeReport(folder, record);
  journal.append('run-ended', { verdict: record.verdict });
  journal.close();
  return { record, folder };
};

/**
 * Reports on a system that obsctl neither started nor loaded: collects the evidence of the window and of the reference
 * before it, analyses it, and leaves a run folder under `out` like any other. Throws UNKNOWN_SERVICE, NO_TELEMETRY or
 * what the source throws, and leaves nothing then.
 */
export const observeSystem = async (
  source: TelemetrySource,
  plan: ObservationPlan,
  out: string,
  step: (text: string) => void = () => {},
): Promise<RunOutcome> => {
  step('collecting the evidence');
  const evidence = await collect(source, plan);
  step('analysing');
  return write(plan, { evidence, findings: analyse(evidence) }, out);
};

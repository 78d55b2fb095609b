import { SLIS, type SliName, type Spike, type TelemetryLoss } from '../../reports/record/findings.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { duration, percent } from '../../reports/renderers/format.ts';

/** What may alarm: the five SLIs, and telemetry that is said to be lost. */
export const ALARMS = [...SLIS, 'telemetry-loss'] as const;
export type AlarmName = SliName | 'telemetry-loss';

export interface Alarm {
  name: AlarmName;
  service: string;
  /** Unix seconds: first abnormal second, when it fired, first normal second again (null: never). */
  onset: number;
  detectedAt: number;
  endedAt: number | null;
  /** Seconds from the end of the steady phase to when it fired. */
  after: number;
  /** In words: the worst value and that of the steady phase. */
  value: string;
  /** The rule's own words, with its numbers. */
  evidence: string;
}

const worstOf = ({ kind, peak, baseline }: Spike): string =>
  kind === 'error'
    ? `${percent(peak)} failed, ${percent(baseline)} in steady`
    : `p95 ${duration(peak)}, ${duration(baseline)} in steady`;

const ofSpike = (spike: Spike, from: number): Alarm => ({
  name: spike.sli,
  service: spike.service,
  ...{ onset: spike.onset, detectedAt: spike.detectedAt, endedAt: spike.endedAt },
  after: spike.detectedAt - from,
  value: worstOf(spike),
  evidence: spike.evidence,
});

const ofLoss = (loss: TelemetryLoss, from: number): Alarm => ({
  name: 'telemetry-loss',
  service: loss.signal,
  ...{ onset: loss.from, detectedAt: loss.detectedAt, endedAt: loss.to },
  after: loss.detectedAt - from,
  value: `${percent(loss.share)} lost`,
  evidence: loss.text,
});

/** Everything that a run without a fault alarmed of, all of it false, by the time when it fired. */
export const alarmsOf = ({ findings, phases }: Pick<RunRecord, 'findings' | 'phases'>): Alarm[] => {
  const from = phases.find(({ name }) => name === 'steady')?.to ?? 0;
  const spikes = (findings?.spikes ?? []).map((spike) => ofSpike(spike, from));
  const losses = (findings?.telemetryLoss ?? []).map((loss) => ofLoss(loss, from));
  return [...spikes, ...losses].sort((a, b) => a.detectedAt - b.detectedAt);
};

/** `client-latency of api 12.3 s after the steady phase: p95 140 ms, 40 ms in steady`. */
export const alarmText = ({ name, service, after, value }: Alarm): string =>
  `${name} of ${service} ${duration(after)} after the steady phase: ${value}`;

/** Whom the analysis blames for what did not happen; null: nobody. */
export const culpritOf = ({ findings }: Pick<RunRecord, 'findings'>): string | null => {
  const { status, suspects: [first] = [] } = findings?.attribution ?? { status: 'nothing' };
  return status === 'named' && first
    ? [first.service, first.dependency, first.kind].filter((part) => part !== null).join(' / ')
    : null;
};

/** A run in one line. */
export const toldOf = (record: RunRecord | null): string => {
  if (!record) return 'no record';
  const alarms = alarmsOf(record).map(alarmText);
  const culprit = culpritOf(record);
  return [
    record.verdict.name,
    alarms.length > 0 ? `ALARMED: ${alarms.join('; ')}` : 'quiet',
    ...(culprit ? [`named: ${culprit}`] : []),
  ].join('; ');
};

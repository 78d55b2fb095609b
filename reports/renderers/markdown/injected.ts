import type { FaultScore, RunRecord } from '../../record/record.ts';
import type { InjectedFault } from '../../record/truth.ts';
import { clock, count, duration, percent } from '../format.ts';
import { code, paragraphs, plain, prose, table } from '../text.ts';
import { suspectLabel } from './cause.ts';

const parameters = (values: Record<string, unknown>): string =>
  Object.entries(values)
    .map(([name, value]) => code(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`))
    .join(', ');

const label = ({ label: { service, dependency, operation, kind } }: InjectedFault): string =>
  code([service, dependency ?? '–', operation ?? '–', kind].join(' / '));

const time = (at: number | null): string => (at === null ? '–' : clock(at, 2));

const carriers = ({ carriers: all }: InjectedFault): string =>
  table(
    ['Carrier', 'Injected', 'Cleared', 'Read back on', 'Read back gone', 'Eligible:', 'Hit:'],
    all.map((one) => [
      code(one.instance, { table: true }),
      time(one.injectedAt),
      time(one.clearedAt),
      one.verifiedOn ? 'yes' : '**no**',
      one.verifiedGone ? 'yes' : '**no**',
      count(one.eligible),
      `${count(one.hits)}${one.eligible > 0 ? ` (${percent(one.hits / one.eligible)})` : ''}`,
    ]),
  );

const END = {
  clear: 'it was cleared',
  lease: 'its lease ran out',
  unknown: 'how it ended is unknown',
} as const;

const legend = ({ counts }: InjectedFault): string =>
  `Eligible: ${plain(counts)} that the fault could have hit while it was on, by the carrier's own count; hit: those it did hit.`;

const one = (fault: InjectedFault, score: FaultScore | undefined, record: RunRecord): string => {
  const with_ = parameters(fault.parameters);
  const at = parameters(fault.target);
  return paragraphs(
    [
      `**${code(fault.name)}** (service / dependency / operation / kind: ${label(fault)})`,
      [with_ && `with ${with_}`, at && `aimed at ${at}`].filter(Boolean).join(', '),
      `injected ${time(fault.injectedAt)}, verified ${time(fault.verifiedAt)}, ended ${time(fault.clearedAt)} (${END[fault.endedBy ?? 'unknown']}), verified gone ${time(fault.verifiedClearedAt)} UTC.`,
    ]
      .filter(Boolean)
      .join('; '),
    fault.carriers.length > 0 ? paragraphs(carriers(fault), legend(fault)) : null,
    judged(score, record),
  );
};

/** Whether the analysis named this fault, as plainly where it did not. */
const named = ({ rank, timeToAttribute }: FaultScore, { findings }: RunRecord): string => {
  const { status = 'nothing', suspects: [first] = [] } = findings?.attribution ?? {};
  const answer = status === 'unknown' ? 'its answer was "unknown"' : 'it named nothing';
  const instead = status === 'named' && first ? `it named ${suspectLabel(first)} first` : answer;
  if (rank === null)
    return `**It was missed**: no suspect of the analysis has its service and kind; ${instead}.`;
  if (rank > 1)
    return `The analysis was **not right at once**: this fault is its answer number ${rank}; ${instead}.`;
  const when =
    timeToAttribute === null ? '' : `, and could have done so ${duration(timeToAttribute)} after it`;
  return `The analysis was right: it named the service and the kind of this fault first${when}.`;
};

/** How the findings compare with the fault: seen by whom, how fast, and named or not. */
const judged = (score: FaultScore | undefined, record: RunRecord): string | null => {
  if (!score) return null;
  if (!score.detected || score.timeToDetect === null)
    return score.clientSaw
      ? '**It was not detected**: no alarm fired while it was on, although the client was worse off.'
      : 'No alarm fired while it was on, and the client was no worse off: nothing to explain.';
  const who = score.clientSaw ? '' : ' at the servers only; the client saw nothing of it';
  return `The first alarm fired ${duration(score.timeToDetect)} after the injection${who}. ${named(score, record)}`;
};

/** Restored says that the stack is well again, not that the system came back by itself under load. */
const restored = ({ execution, findings }: RunRecord): string => {
  if (!execution.restored) return '**Restored: not verified.**';
  return findings?.recovery.observed && !findings.recovery.recovered
    ? '**Restored:** yes, but only after the load had ended; under load it did not come back.'
    : '**Restored:** yes.';
};

/** The truth, after the findings that were made without it. */
export const injected = (record: RunRecord): string => {
  const { faults, scores, execution } = record;
  const restoration = execution.restoration.map((sentence) => `- ${prose(sentence)}`);
  return paragraphs(
    '## What was injected',
    'The analysis did not know this: findings come from the telemetry alone and were written first. The charts and the timeline show it for comparison.',
    ...(faults.length > 0
      ? faults.map((fault, i) => one(fault, scores[i], record))
      : ['Nothing was injected.']),
    restored(record),
    restoration.length > 0 ? restoration.join('\n') : null,
  );
};

import type { FaultScore, RunRecord } from '../../record/record.ts';
import type { InjectedFault } from '../../record/truth.ts';
import { clock, count, percent } from '../format.ts';
import { code, paragraphs, plain, prose, table } from '../text.ts';
import { judged } from './judged.ts';

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
    judged(fault, score, record),
  );
};

/** Restored says that the stack is well again, not that the system came back by itself under load. */
const restored = ({ execution, findings, faults }: RunRecord): string => {
  if (!execution.restored) return '**Restored: not verified.**';
  return faults.length > 0 && findings?.recovery.observed && !findings.recovery.recovered
    ? '**Restored:** yes, but only after the load had ended; under load it did not come back.'
    : '**Restored:** yes.';
};

/** The truth, after the findings that were made without it. */
export const injected = (record: RunRecord): string | null => {
  const { faults, scores, execution, kind } = record;
  if (kind === 'observation') return null;
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

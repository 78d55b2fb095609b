import type { RunRecord } from '../../record/record.ts';
import type { InjectedFault } from '../../record/truth.ts';
import { clock, count, duration, percent } from '../format.ts';
import { code, paragraphs, prose, table } from '../text.ts';

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

const one = (fault: InjectedFault): string => {
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
    fault.carriers.length > 0 ? carriers(fault) : null,
  );
};

/** How long after the injection the first alarm came: how fast anyone could have known. */
const alarmDelay = ({ faults, findings }: RunRecord): string | null => {
  const injectedAt = faults[0]?.injectedAt ?? null;
  const alarms = (findings?.spikes ?? []).map(({ detectedAt }) => detectedAt);
  const first = alarms.filter((at) => injectedAt !== null && at >= injectedAt).sort((a, b) => a - b)[0];
  if (injectedAt === null || first === undefined) return null;
  return `The first alarm fired ${duration(first - injectedAt)} after the injection.`;
};

/** The truth, after the findings that were made without it. */
export const injected = (record: RunRecord): string => {
  const { faults, execution } = record;
  const restoration = execution.restoration.map((sentence) => `- ${prose(sentence)}`);
  return paragraphs(
    '## What was injected',
    'The analysis did not know this: findings come from the telemetry alone and were written first. The charts and the timeline show it for comparison.',
    ...(faults.length > 0 ? faults.map(one) : ['Nothing was injected.']),
    alarmDelay(record),
    execution.restored ? '**Restored:** yes.' : '**Restored: not verified.**',
    restoration.length > 0 ? restoration.join('\n') : null,
  );
};

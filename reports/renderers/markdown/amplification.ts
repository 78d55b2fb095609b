import type { AmplificationRow, Findings } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import type { InjectedFault } from '../../record/truth.ts';
import { count, duration, rate, times, wholeSeconds } from '../format.ts';
import { phaseLabel } from '../phase-label.ts';
import { code, paragraphs, table } from '../text.ts';
import { readBackAsGone } from './gone.ts';

/** Without a retry nothing was amplified: shares downstream also move with the mix of operations. */
const isAmplified = ({ clientAttempts, clientRequests, serviceRetries }: AmplificationRow): boolean =>
  clientAttempts > clientRequests || serviceRetries;

const CLIENT = ['Logical requests:', 'Attempts:', 'Attempts a request:'];

const cells = (row: AmplificationRow, services: string[], record: RunRecord): string[] => [
  phaseLabel(record, row.phase),
  ...(record.kind === 'observation'
    ? []
    : [count(row.clientRequests), count(row.clientAttempts), times(row.client)]),
  ...services.flatMap((name) => {
    const own = row.downstream.find(({ service }) => service === name);
    return own ? [rate(own.requestsPerSecond), times(own.overEntry), times(own.overSteady)] : ['–', '–', '–'];
  }),
];

const outcome = ({ recovery }: Findings, faults: InjectedFault[]): string => {
  if (!recovery.observed) return 'Nobody watched what happened after the fault phase.';
  if (!recovery.recovered) {
    const although = readBackAsGone(faults)
      ? ', although the fault had been read back as gone. Retries that keep a system overloaded look like this'
      : '';
    return `**It did not recover**: after ${duration(recovery.watchedSeconds)} of load in the recovery phase it was still abnormal${although}.`;
  }
  return `It was back to normal within ${wholeSeconds(recovery.secondsToRecover ?? 0)} of the fault phase's end.`;
};

/** How many attempts one logical request became, and what that did downstream; left out where nothing grew. */
export const amplification = (record: RunRecord): string | null => {
  const { kind, findings, entryService, faults } = record;
  const rows = (findings?.amplification ?? []).filter(({ phase }) => phase !== 'warm-up');
  if (!findings || !rows.some(isAmplified)) return null;
  const services = [...new Set(rows.flatMap(({ downstream }) => downstream.map(({ service }) => service)))];
  const steady = phaseLabel(record, 'steady');
  const headers = services.flatMap((name) => [
    `${code(name, { table: true })}:`,
    `over ${code(entryService, { table: true })}:`,
    `against ${steady}:`,
  ]);
  return paragraphs(
    '## Retry amplification',
    table(
      ['Phase', ...(kind === 'observation' ? [] : CLIENT), ...headers],
      rows.map((row) => cells(row, services, record)),
    ),
    services.length > 0
      ? `"over ${code(entryService)}": the service's requests for each one at ${code(entryService)}; "against ${steady}": that figure over ${steady}'s. Without retries it moves only with the mix of operations.`
      : null,
    kind === 'observation' ? null : outcome(findings, faults),
  );
};

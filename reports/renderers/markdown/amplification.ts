import type { AmplificationRow, Findings } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, duration, rate, times } from '../format.ts';
import { code, paragraphs, table } from '../text.ts';

/** A downstream share grown by more than this is amplification. */
const GROWTH = 1.2;

const isAmplified = ({ clientAttempts, clientRequests, downstream }: AmplificationRow): boolean =>
  clientAttempts > clientRequests ||
  downstream.some(({ overSteady }) => overSteady !== null && overSteady > GROWTH);

const cells = (row: AmplificationRow, services: string[]): string[] => [
  row.phase,
  count(row.clientRequests),
  count(row.clientAttempts),
  times(row.client),
  ...services.flatMap((name) => {
    const own = row.downstream.find(({ service }) => service === name);
    return own ? [rate(own.requestsPerSecond), times(own.overEntry), times(own.overSteady)] : ['–', '–', '–'];
  }),
];

const outcome = ({ recovery }: Findings): string => {
  if (!recovery.observed) return 'Nobody watched what happened once the fault was gone.';
  if (!recovery.recovered) {
    return `**It did not recover**: ${duration(recovery.watchedSeconds)} after the fault phase ended it was still abnormal, although nothing was injected any more. Retries that keep a system overloaded look like this.`;
  }
  return `It recovered ${duration(recovery.secondsToRecover)} after the fault phase ended.`;
};

/** How many attempts one logical request became, and what that did downstream; left out where nothing grew. */
export const amplification = ({ findings, entryService }: RunRecord): string | null => {
  const rows = (findings?.amplification ?? []).filter(({ phase }) => phase !== 'warm-up');
  if (!findings || !rows.some(isAmplified)) return null;
  const services = [...new Set(rows.flatMap(({ downstream }) => downstream.map(({ service }) => service)))];
  const headers = services.flatMap((name) => [
    `${code(name, { table: true })}:`,
    `over ${code(entryService, { table: true })}:`,
    'against steady:',
  ]);
  return paragraphs(
    '## Retry amplification',
    table(
      ['Phase', 'Logical requests:', 'Attempts:', 'Attempts a request:', ...headers],
      rows.map((row) => cells(row, services)),
    ),
    outcome(findings),
  );
};

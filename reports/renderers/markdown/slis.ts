import type { FailedOperation, SliRow } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { approximately, count, duration, percent, rate } from '../format.ts';
import { phaseLabel } from '../phase-label.ts';
import { code, paragraphs, table } from '../text.ts';

const who = ({ viewpoint, service }: SliRow): string =>
  viewpoint === 'client' ? 'client' : `server ${code(service, { table: true })}`;

const quantile = ({ viewpoint }: SliRow, seconds: number | null): string =>
  viewpoint === 'client' ? duration(seconds) : approximately(seconds);

const row = (sli: SliRow, record: RunRecord): string[] => [
  who(sli),
  phaseLabel(record, sli.phase),
  count(sli.requests),
  rate(sli.requestsPerSecond),
  count(sli.failures),
  percent(sli.errorRatio),
  quantile(sli, sli.p50),
  quantile(sli, sli.p95),
  quantile(sli, sli.p99),
];

const HEADERS = ['Seen by', 'Phase', 'Requests:', 'Rate:', 'Failed:', 'Error ratio:', 'p50:', 'p95:', 'p99:'];

const failedRow = ({ operation, requests, failures, statuses }: FailedOperation): string[] => [
  code(operation, { table: true }),
  count(requests),
  `${count(failures)} (${percent(failures / Math.max(1, requests))})`,
  statuses.map(({ status, traces }) => `${status} in ${count(traces)}`).join(', ') || '–',
];

const failedTable = (failed: FailedOperation[], entryService: string, steady: string): string | null =>
  failed.length === 0
    ? null
    : paragraphs(
        `What failed after the ${steady}${steady === 'steady' ? ' phase' : ''}:`,
        table(['Operation', 'Requests:', 'Failed:', 'Answers (traces)'], failed.map(failedRow)),
        `Answers: statuses of failed attempts at ${code(entryService)}, in how many of the traces that exemplars name; a sample.`,
      );

const OF_BOTH =
  'The client counts logical requests, servers count every attempt. Quantiles are of all requests that ended in the phase. The warm-up is left out.';
const OF_SERVERS =
  'Servers count every attempt; no client was measured. Quantiles are of all requests that ended in the window.';

/** Service level indicators by phase, as the client and as each service saw them. */
export const slis = (record: RunRecord): string | null => {
  const { kind, findings, entryService } = record;
  const rows = (findings?.slis ?? []).filter(({ phase }) => phase !== 'warm-up');
  if (rows.length === 0) return null;
  return paragraphs(
    '## SLIs by phase',
    kind === 'observation' ? OF_SERVERS : OF_BOTH,
    table(
      HEADERS,
      rows.map((sli) => row(sli, record)),
    ),
    `\`~\`: interpolated within the buckets of the server's histogram, so it may lie above what any request took${kind === 'observation' ? '' : "; the client's are within 1 %"}.`,
    failedTable(findings?.failed ?? [], entryService, phaseLabel(record, 'steady')),
  );
};

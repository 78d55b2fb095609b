import type { SliRow } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, duration, percent, rate } from '../format.ts';
import { code, paragraphs, table } from '../text.ts';

const who = ({ viewpoint, service }: SliRow): string =>
  viewpoint === 'client' ? 'client' : `server ${code(service, { table: true })}`;

const row = (sli: SliRow): string[] => [
  who(sli),
  sli.phase,
  count(sli.requests),
  rate(sli.requestsPerSecond),
  count(sli.failures),
  percent(sli.errorRatio),
  duration(sli.p50),
  duration(sli.p95),
  duration(sli.p99),
];

const HEADERS = ['Seen by', 'Phase', 'Requests:', 'Rate:', 'Failed:', 'Error ratio:', 'p50:', 'p95:', 'p99:'];

/** Service level indicators by phase, as the client and as each service saw them. */
export const slis = ({ findings }: RunRecord): string | null => {
  const rows = (findings?.slis ?? []).filter(({ phase }) => phase !== 'warm-up');
  if (rows.length === 0) return null;
  return paragraphs(
    '## SLIs by phase',
    "The client counts logical requests, servers count every attempt. The client's quantiles are those of the typical second; the servers' come from the histogram of the whole phase. The warm-up is left out.",
    table(HEADERS, rows.map(row)),
  );
};

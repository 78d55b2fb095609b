import type { Asked } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, duration, list, plural } from '../format.ts';
import { code, paragraphs, plain, prose, table } from '../text.ts';

/** What answered, in words; of a source that nobody knows its own name. */
const NAMES: Record<string, string> = {
  embedded: 'embedded telemetry (one OTLP receiver, scraper and database of obsctl)',
  grafana: 'Prometheus, Loki and Tempo',
};

const FILLED_IN: Record<string, string> = {
  embedded: 'by a search through the traces',
  grafana: 'by TraceQL, as Prometheus keeps only the last exemplar of a series per scrape',
};

const whence = ({ exemplars: { metrics, search } }: Asked, kind: string): string =>
  search === 0
    ? `${plural(metrics, 'trace')} named by metrics; none had to be filled in`
    : `${plural(metrics, 'trace')} named by metrics, ${count(search)} more filled in ${FILLED_IN[kind] ?? 'by trace search'}`;

const slowest = ({ slowest: one }: Asked): string =>
  one ? `, the slowest took ${duration(one.seconds)} (${code(one.method, { table: true })})` : '';

const times = (times: number): string => (times === 1 ? 'once' : `${count(times)} times`);

const cut = ({ cut: all }: Asked): string =>
  list(all.map(({ method, times: n }) => `${code(method, { table: true })} ${times(n)}`));

const rows = (
  { kind, detail }: NonNullable<RunRecord['source']>,
  asked: Asked | null,
): [string, string][] => [
  ['Answered by', plain(NAMES[kind] ?? kind)],
  ['In detail', plain(detail)],
  ...(asked
    ? ([
        ['Questions', `${count(asked.questions)} in ${duration(asked.seconds)}${slowest(asked)}`],
        ...(asked.cut.length > 0 ? [['Answers that reached their limit', cut(asked)]] : []),
        ['Exemplars', plain(whence(asked, kind))],
      ] as [string, string][])
    : []),
];

const failures = (asked: Asked | null): string | null =>
  asked && asked.failed.length > 0
    ? paragraphs(
        '**Answers that failed or were not whole:**',
        asked.failed
          .map(({ method, error, times: n }) => `- ${code(method)}, ${times(n)}: ${plain(error)}`)
          .join('\n'),
      )
    : null;

const degraded = ({ degraded: all }: NonNullable<RunRecord['source']>): string | null =>
  all.length > 0
    ? paragraphs(
        'What it could not do as it should:',
        all.map((sentence) => `- ${prose(sentence)}`).join('\n'),
      )
    : null;

/** Which telemetry answered, what asking it was like, and what it could not do. Null where nothing was asked. */
export const source = ({ source: from, findings }: RunRecord): string | null => {
  if (!from) return null;
  const asked = findings?.asked ?? null;
  return paragraphs(
    '## Where the evidence came from',
    table(['What', 'Which'], rows(from, asked)),
    degraded(from),
    failures(asked),
  );
};

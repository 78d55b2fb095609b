import { count, duration } from '../../reports/renderers/format.ts';
import { code, paragraphs, plain, table } from '../../reports/renderers/text.ts';
import { brokenHop, type Hop } from './hops.ts';
import type { Expectation } from './plan.ts';
import { type ProofRow, type Standing, standingOf } from './row.ts';

/** What came of all runs on one kind of telemetry. */
export interface ProofTable {
  telemetry: string;
  /** Versions and machine. */
  environments: string[];
  rows: ProofRow[];
}

export interface Proof {
  tables: ProofTable[];
}

const cell = (text: string): string => code(text, { table: true });

const hopText = ({ name, ok }: Hop): string => (ok ? name : `**${name} broken**`);

const exemplarText = ({ exemplars }: ProofRow): string =>
  exemplars ? `${count(exemplars.metrics)} / ${count(exemplars.search)}` : '–';

const alertText = ({ firstAlert }: ProofRow): string =>
  firstAlert ? `${duration(firstAlert.after)} (${cell(firstAlert.name)})` : 'none';

const rowText = (row: ProofRow): string[] => [
  cell(row.id),
  duration(row.spikeAfter),
  exemplarText(row),
  row.traces ? `${row.traces.fetched} of ${row.traces.of}` : '–',
  row.logLines === null ? '–' : count(row.logLines),
  cell(row.answer),
  row.rank === null ? '–' : String(row.rank),
  duration(row.timeToDetect),
  alertText(row),
  row.verdict,
  row.hops.map(hopText).join(' → '),
];

const HEADERS = [
  'Injected',
  'Spike after:',
  'Traces named (metrics / search):',
  'Fetched by id:',
  'Log lines by trace id:',
  'Named first',
  'Rank of the truth:',
  'Detected after:',
  'First alert rule fired after:',
  'Verdict',
  'Hops',
];

const EXPECTED: Record<Expectation, string> = {
  client: 'the client must see it, and its spike must lead to the culprit',
  servers: 'the client must see nothing, and a spike of the servers must lead to the culprit',
  perhaps:
    'on an idle machine nobody may notice it; what alarms must lead to the culprit, and where nothing does the run must be inconclusive',
  loss: 'telemetry itself goes missing: no SLI may move, the loss must be named, and the run must be inconclusive',
  refused: 'nothing there could carry it, and it must be refused with that reason',
};

const expectations = (rows: ProofRow[]): string =>
  (Object.keys(EXPECTED) as Expectation[])
    .map((expect) => ({
      expect,
      ids: [...new Set(rows.filter((row) => row.expect === expect).map(({ id }) => code(id)))],
    }))
    .filter(({ ids }) => ids.length > 0)
    .map(({ expect, ids }) => `- ${ids.join(', ')}: ${EXPECTED[expect]}.`)
    .join('\n');

const STANDING: Record<Standing, string> = {
  whole: 'whole',
  unseen: 'not seen by anybody',
  refused: 'refused, as it must be',
  broken: '**broken**',
};

/** How many there are of each; only whole chains count as such. */
const tally = (rows: ProofRow[]): string => {
  const of = (standing: Standing) => rows.filter((row) => standingOf(row) === standing).length;
  const others = (['unseen', 'refused', 'broken'] as const).filter((standing) => of(standing) > 0);
  return `${[`${of('whole')} of ${rows.length} whole`, ...others.map((one) => `${of(one)} ${STANDING[one]}`)].join(', ')}.`;
};

const broken = (rows: ProofRow[]): string | null => {
  const lines = rows.flatMap((row) => {
    const first = brokenHop(row.hops);
    return first ? [`- ${code(row.id)}, ${first.name}: ${plain(first.text)}`] : [];
  });
  return lines.length > 0 ? paragraphs('Broken hops:', lines.join('\n')) : null;
};

const TITLE: Record<string, string> = {
  grafana: 'Prometheus, Loki and Tempo',
  embedded: 'The embedded telemetry',
};

const section = ({ telemetry, rows, environments }: ProofTable): string =>
  paragraphs(
    `## ${TITLE[telemetry] ?? plain(telemetry)}`,
    rows.length === 0 ? 'Nothing has run yet.' : tally(rows),
    rows.length > 0 ? table(HEADERS, rows.map(rowText)) : null,
    broken(rows),
    rows.length > 0 ? `Ran on: ${environments.map(plain).join('; ')}.` : null,
  );

const beside = ({ tables }: Proof): string | null => {
  const [first, second] = tables.filter(({ rows }) => rows.length > 0);
  if (!first || !second) return null;
  const pairs = first.rows.flatMap((a) => {
    const b = second.rows.find(({ id }) => id === a.id);
    return b
      ? [
          [
            cell(a.id),
            ...[a, b].flatMap((row) => [
              cell(row.answer),
              duration(row.timeToDetect),
              exemplarText(row),
              STANDING[standingOf(row)],
            ]),
          ],
        ]
      : [];
  });
  const of = (name: string, what: string): string => `${name}: ${what}`;
  return paragraphs(
    '## Side by side',
    table(
      [
        'Injected',
        ...[first, second].flatMap(({ telemetry: name }) =>
          ['named', 'detected after', 'metrics / search', 'hops'].map((what) => of(name, what)),
        ),
      ],
      pairs,
    ),
  );
};

/** The page for people, from the rows alone. */
export const readme = (proof: Proof): string =>
  `${paragraphs(
    '# Correlation proof',
    'Generated by `npm run proof`; do not edit. `proof.json` holds the same with a sentence for every hop.',
    "Each fault is injected into a stack of its own under load, and followed by what the telemetry shows: **injected** (read back as on) → **spike** of an SLI → **exemplar** of that spike → **trace** fetched by the exemplar's id → **logs** found by the trace id → **culprit** named first. Where metrics can name no trace (a queue has no requests), a **search** of traces does. Each hop is checked against the run folder; the first that does not hold is broken.",
    'What must be seen is another thing for some faults:',
    expectations(proof.tables.flatMap(({ rows }) => rows)),
    ...proof.tables.map(section),
    beside(proof),
  )}\n`;

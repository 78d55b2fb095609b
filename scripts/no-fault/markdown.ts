import { clock, duration, list, percent, plural } from '../../reports/renderers/format.ts';
import { code, paragraphs, plain, prose, table } from '../../reports/renderers/text.ts';
import { BASELINE_RUNS } from './gate.ts';
import type { Strain } from './machine.ts';
import { SHORT_PHASES } from './plan.ts';
import type { CalmRow } from './row.ts';
import { type CalmTable, isExcluded, rateText } from './table.ts';

const cellCode = (text: string): string => code(text, { table: true });
const cell = (text: string): string => prose(text, { table: true });

const shares = ({ shares: all }: CalmTable): string =>
  table(
    ['What', 'Runs:', 'Share, 95 % interval:'],
    all.map(({ what, rate }) => [cell(what), rateText(rate).value, rateText(rate).interval]),
  );

const verdicts = ({ verdicts: counts }: CalmTable): string =>
  `Verdicts: ${list(Object.entries(counts).map(([name, count]) => `${count} ${code(name)}`)) || 'none'}.`;

const strainText = (strain: Strain | null): string =>
  strain === null
    ? 'not known'
    : [
        `load ${strain.load.toFixed(1)}`,
        `${percent(strain.busy)} busy`,
        ...(strain.steal === null ? [] : [`${percent(strain.steal)} stolen`]),
        `woken ${duration(strain.late)} late`,
      ].join(', ');

const alarmRows = ({ id, alarms }: CalmRow): string[][] =>
  alarms.map(({ name, service, onset, after, value, evidence, machine }) => [
    cellCode(id),
    cellCode(name),
    plain(service),
    `${clock(onset)} UTC`,
    duration(after),
    cell(value),
    cell(evidence),
    strainText(machine),
  ]);

const alarms = (rows: CalmRow[]): string =>
  rows.some((row) => row.alarms.length > 0)
    ? table(
        [
          'Run',
          'SLI',
          'Of',
          'Left its steady state at',
          'Alarmed, after the steady phase:',
          'Worst value',
          'Rule',
          'The machine meanwhile, worst second',
        ],
        rows.flatMap(alarmRows),
      )
    : 'Nothing.';

const saidOf = (row: CalmRow): string[] => [
  ...row.doubts.map((text) => `incomplete: ${text}`),
  ...(row.gate?.breaches ?? []).map((text) => `missed: ${text}`),
  ...(row.gate?.compared?.worse ?? []).map((text) => `worse: ${text}`),
  ...(row.gate?.compared?.better ?? []).map((text) => `better: ${text}`),
];

const said = (rows: CalmRow[]): string =>
  rows.flatMap((row) => saidOf(row).map((text) => `- ${code(row.id)}, ${prose(text)}`)).join('\n') ||
  'Nothing.';

const comparedText = ({ gate }: CalmRow): string => {
  if (!gate?.compared) return '–';
  const { worse, better } = gate.compared;
  if (worse.length > 0) return '**regression**';
  return better.length > 0 ? '**better**' : 'no significant change';
};

const outcomeText = (row: CalmRow): string => {
  if (row.excluded !== null) return 'not counted';
  const names = [...new Set(row.alarms.map(({ name }) => name))];
  return names.length > 0 ? `**${names.map(cellCode).join(', ')}**` : 'quiet';
};

const runRow = (row: CalmRow): string[] => [
  cellCode(row.id),
  String(row.seed),
  outcomeText(row),
  row.culprit === null ? '–' : `**${plain(row.culprit)}**`,
  cellCode(row.verdict),
  comparedText(row),
  strainText(row.machine),
];

const runs = (rows: CalmRow[]): string =>
  table(
    [
      'Run',
      'Seed:',
      'Alarmed',
      'Culprit named',
      'Verdict',
      'Against others',
      'The machine, worst second of each',
    ],
    rows.map(runRow),
  );

const excluded = (rows: CalmRow[]): string =>
  rows
    .filter(isExcluded)
    .map((row) => `- ${code(row.id)}: ${plain(row.excluded ?? '')}`)
    .join('\n') || 'None.';

const section = (of: CalmTable): string =>
  paragraphs(
    `## ${of.telemetry === 'grafana' ? 'With Prometheus, Loki and Tempo' : 'With the embedded telemetry'}`,
    `${plural(of.rows.length, 'run')}; in ${duration(of.watchedSeconds)} of them, all together, something could have alarmed. Ran on: ${of.environments.map(plain).join('; ') || 'nothing yet'}.`,
    shares(of),
    verdicts(of),
    '### What alarmed',
    alarms(of.rows),
    '### What else was said of runs in which nothing happened',
    said(of.rows),
    '### Runs',
    runs(of.rows),
    '### Not counted',
    excluded(of.rows),
  );

const { warmUp, steady, fault, recovery } = SHORT_PHASES;

const METHOD = [
  `Each run is \`obsctl run --fault none\`: ${warmUp} s warm-up, ${steady} s steady state, ${fault} s in which a fault would be on and is not, ${recovery} s recovery, under a load that stays as it is. So whatever alarms is a false alarm, or the machine itself had a hiccup: what it was doing then stands beside it ("stolen" is time that a hypervisor gave to others, "late" by how much a process that only slept was woken too late). Loads and seeds are fixed in \`scripts/no-fault/plan.ts\` and take turns on one stack.`,
  'Where nothing happens nothing is proven: the right verdict of such a run is `inconclusive`, for that reason alone. "Incomplete" are runs that were given another one.',
  `Each run is judged again as \`obsctl gate --slo shop --baseline\` does, by the shop's objectives and against the ${BASELINE_RUNS} nearest others of the same experiment. A run is also one of the five of others, so these comparisons are not quite independent, and their interval is a little too narrow.`,
  'Intervals are 95 % score intervals (Wilson).',
];

/** The page for people, from the figures alone. */
export const readme = ({ tables }: { tables: CalmTable[] }): string =>
  `${paragraphs(
    '# Runs without a fault',
    'Generated by `npm run no-fault`; do not edit. `no-fault.json` holds the same figures.',
    ...METHOD,
    ...tables.map(section),
  )}\n`;

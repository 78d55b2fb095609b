import { duration, percent } from '../../reports/renderers/format.ts';
import { code, paragraphs, plain, prose, table } from '../../reports/renderers/text.ts';
import { NO_FAULT_PHASES, PHASES } from '../campaign/entry.ts';
import { type Answered, type Row, rightAtFirst, type Truth } from './row.ts';
import {
  type Confusion,
  type Figure,
  type HalfTable,
  isCalm,
  isCounted,
  isInvisible,
  isMissed,
  isPair,
} from './table.ts';
import type { Rate } from './wilson.ts';

export interface Matrix {
  /** Versions and machine of the runs; several where not all ran on the same. */
  environments: string[];
  tables: HalfTable[];
  rows: Row[];
}

const cellCode = (text: string): string => code(text, { table: true });
const cell = (text: string): string => prose(text, { table: true });

const rateText = ({ hits, n, share, low, high }: Rate): [string, string] =>
  share === null ? ['–', `0 of 0`] : [percent(share), `${hits} of ${n}, ${percent(low)} to ${percent(high)}`];

const metText = (met: boolean | null): string =>
  met === null ? 'nothing to tell by' : met ? 'yes' : '**no**';

const figureRow = ({ what, target, rate, seconds, met }: Figure): string[] => {
  const [value, interval] = rate
    ? rateText(rate)
    : [duration(seconds?.value ?? null), `${seconds?.n ?? 0} runs`];
  return [plain(what), value, interval, target, metText(met)];
};

const figures = ({ figures: all }: HalfTable): string =>
  table(['What', 'Value:', 'n, 95 % interval', 'Target', 'Reached'], all.map(figureRow));

const confusionRow = ({ fault, kind, runs, right, cells }: Confusion): string[] => [
  cellCode(fault),
  `${right} of ${runs}`,
  ...cells.map(({ answer, count }) => (count === 0 ? '' : answer === kind ? `**${count}**` : String(count))),
];

const confusion = ({ answers, confusion: all }: HalfTable): string =>
  all.length === 0
    ? 'There is no run yet.'
    : table(['Injected', 'Right', ...answers.map((answer) => `${plain(answer)}:`)], all.map(confusionRow));

const counted = ({ counts: c }: HalfTable): string =>
  `${c.runs} runs: ${c.counted} with a fault that the client saw (pairs included), ${c.invisible} whose fault it did not see, ${c.noFault} without a fault, ${c.excluded} excluded.`;

const suspectText = ({ service, dependency, kind, confidence }: Answered): string =>
  `${cellCode([service, dependency, kind].filter((part) => part !== null).join(' / '))} ${confidence.toFixed(2)}`;

const setting = ([name, value]: [string, unknown]): string =>
  `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;

/** What the fault was given, without the seed, which has a column of its own. */
const parametersText = ({ parameters, target }: Truth): string => {
  const all = [...Object.entries(parameters), ...Object.entries(target).filter(([name]) => name !== 'seed')];
  return all.length > 0 ? cellCode(all.map(setting).join(' ')) : '';
};

const rankText = ({ score }: Truth): string => (score?.rank == null ? '–' : String(score.rank));

const injectedText = (row: Row): string =>
  row.faults.length > 0 ? row.faults.map(cellCode).join(' + ') : 'nothing';

/** Answers that name no culprit of the service. */
const NAMELESS = ['unknown', 'nothing', 'loss'];

const answerText = (row: Row): string =>
  NAMELESS.includes(row.answer)
    ? [`"${row.answer}"`, ...(row.answer === 'unknown' ? row.suspects.map(suspectText) : [])].join('; ')
    : row.suspects.map(suspectText).join('; ');

const outcomeText = (row: Row): string => {
  if (isCalm(row))
    return row.alarmed === 0 ? 'quiet' : `**${row.alarmed} of ${row.windows} windows alarmed**`;
  if (!row.clientSaw) return 'not seen by the client';
  if (!row.detected) return '**not detected**';
  return rightAtFirst(row) ? 'right' : '**missed at first rank**';
};

const runRow = (row: Row): string[] => [
  injectedText(row),
  row.truths.map(parametersText).filter(Boolean).join(' + '),
  String(row.seed),
  isCalm(row) ? '–' : row.clientSaw ? 'yes' : 'no',
  duration(row.timeToDetect),
  duration(row.timeToAttribute),
  answerText(row),
  row.truths.map(rankText).join(' + ') || '–',
  outcomeText(row),
  cellCode(row.verdict),
];

const runs = (rows: Row[]): string | null =>
  rows.length === 0
    ? null
    : table(
        [
          'Injected',
          'Parameters',
          'Seed:',
          'Client saw',
          'Detected after:',
          'Named after:',
          'First three suspects, confidence',
          'Rank of the truth',
          'Outcome',
          'Verdict of the run',
        ],
        rows.map(runRow),
      );

/** Why the first answer was another one: what it stood on, and what kept the true one behind it. */
const missReason = (row: Row): string => {
  if (!row.detected) return "No alarm fired, although the client's own figures were clearly worse.";
  const [first] = row.suspects;
  const truth = row.suspects.find(({ service, kind }) =>
    row.truths.some((one) => one.service === service && one.kind === kind),
  );
  const parts = [
    row.answer === 'nothing'
      ? 'The analysis found nothing to explain.'
      : row.answer === 'unknown'
        ? 'Nothing stood out far enough to be named.'
        : null,
    first && first !== truth
      ? `First came \`${first.service} / ${first.kind}\` (${first.confidence.toFixed(2)}): ${first.because ?? 'no reason given'}`
      : null,
    truth
      ? truth.lower && `Of the true one it said: ${truth.lower}`
      : 'The true one is not among the first three.',
    ...row.lacks,
  ];
  return parts.filter(Boolean).join(' ');
};

const missed = (rows: Row[]): string =>
  rows.length === 0
    ? 'None.'
    : rows
        .map((row) => `- ${injectedText(row)}, seed ${row.seed} (${code(row.id)}): ${prose(missReason(row))}`)
        .join('\n');

const excluded = (rows: Row[]): string =>
  rows.length === 0
    ? 'None.'
    : table(
        ['Run', 'Verdict', 'Why'],
        rows.map((row) => [cellCode(row.id), cellCode(row.verdict), cell(row.excluded ?? '')]),
      );

const half = (matrix: Matrix, of: HalfTable): string => {
  const rows = matrix.rows.filter((row) => row.half === of.half);
  const ordinary = rows.filter((row) => isCounted(row) && !isPair(row) && !isInvisible(row));
  return paragraphs(
    of.half === 'unseen' ? '## The unseen half' : '## The half that the rules were tuned on',
    counted(of),
    figures(of),
    '### Confusion matrix',
    'What was injected against the kind that was named first. Bold: the right kind. "Right" asks for the right service too.',
    confusion(of),
    '### Missed',
    missed(rows.filter(isMissed)),
    '### Runs',
    runs(ordinary) ?? 'None.',
    of.half === 'unseen' ? '### Two faults at once' : null,
    of.half === 'unseen'
      ? 'In the figures above a pair is right at first rank where the first suspect is one of its two faults, and within the first three where both are.'
      : null,
    of.half === 'unseen' ? (runs(rows.filter((row) => isCounted(row) && isPair(row))) ?? 'None ran.') : null,
    '### Injections that the client did not see',
    "In no rate: over the fault phase the client's p95 did not double, its error ratio did not rise by 1 %, and at least half of the usual requests ended. An SLI may have alarmed all the same.",
    runs(rows.filter(isInvisible)) ?? 'None.',
    '### Excluded',
    'In no rate either: runs that failed, or were not healthy before anything was injected.',
    excluded(rows.filter((row) => !isCounted(row))),
  );
};

const method = (matrix: Matrix): string =>
  paragraphs(
    `Every run is an experiment of its own under load: ${PHASES.warmUp} s warm-up, ${PHASES.steady} s steady state, ${PHASES.fault} s fault, ${PHASES.recovery} s recovery; without a fault ${NO_FAULT_PHASES.fault} s and ${NO_FAULT_PHASES.recovery} s instead of the last two, counted in windows of ${PHASES.fault} s. The analysis reads telemetry only; what was injected is compared with its findings afterwards. Seeds and parameters are fixed in \`scripts/matrix/plan.ts\`: the rules were tuned on one half of them, and the figures that count are those of the other ([ADR 9](../../../docs/adr/0009-attribution.md) tells how the halves came about).`,
    'Intervals are 95 % score intervals (Wilson). Rates have the runs whose fault the client saw as their denominator, whether or not an alarm fired.',
    `Ran on: ${matrix.environments.map(plain).join('; ') || 'nothing yet'}.`,
  );

/** The page for people, from the figures alone. */
export const readme = (matrix: Matrix): string =>
  `${paragraphs(
    '# Confusion matrix',
    'Generated by `npm run matrix`; do not edit. `matrix.json` holds the same figures.',
    method(matrix),
    ...matrix.tables.map((one) => half(matrix, one)),
  )}\n`;

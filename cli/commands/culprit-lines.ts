import type { RunRecord } from '../../reports/record/record.ts';
import { endingsOf, whenceOf } from '../../reports/renderers/incidents.ts';
import { clean } from '../../reports/renderers/text.ts';

const pathOf = (where: {
  service: string;
  dependency: string | null;
  operation: string | null;
  kind: string;
}): string => [where.service, where.dependency ?? '-', where.operation ?? '-', where.kind].join('/');

const LOSS = 'loss';

const namedLines = ({ findings }: RunRecord): string[] => {
  const { status, suspects } = findings?.attribution ?? { status: 'nothing', suspects: [] };
  if (status === 'nothing') return [];
  const [first] = suspects;
  return status === 'named' && first
    ? [`culprit ${pathOf(first)} (confidence ${first.confidence.toFixed(2)})`]
    : ['culprit unknown'];
};

const lossLines = ({ findings }: RunRecord): string[] =>
  (findings?.telemetryLoss ?? []).map(({ share, of, signal, where }) =>
    clean(`lost ${Math.round(share * 100)} % of the ${of ?? signal} ${where}`),
  );

const outcomeOf = (rank: number | null | undefined): string =>
  rank === null || rank === undefined ? 'missed' : rank === 1 ? 'named' : `suspect ${rank}`;

/**
 * What was named from telemetry, a culprit or a loss of telemetry, beside what had been injected: only here do the two meet.
 * Empty where nothing was named, unless telemetry was lost and nobody noticed.
 */
export const culpritLines = (record: RunRecord): string[] => {
  const named = [...lossLines(record), ...namedLines(record)];
  const { faults, scores } = record;
  if (named.length === 0 && !faults.some(({ label }) => label.kind === LOSS)) return [];
  return [
    ...named,
    ...faults.map(
      ({ name, label }, i) => `  injected ${name}, ${pathOf(label)}: ${outcomeOf(scores[i]?.rank)}`,
    ),
  ];
};

/** Processes that ended although no fault was to end them. */
export const incidentLines = (record: RunRecord): string[] =>
  endingsOf(record)
    .filter(({ injectedBy }) => injectedBy === null)
    .map((ending) => clean(`incident ${ending.instance} ${ending.detail} (${whenceOf(ending)})`));

import type { Completeness } from '../../record/completeness.ts';
import type { Gap } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, duration, percent } from '../format.ts';
import { paragraphs, prose, table } from '../text.ts';
import { crossCheck } from './cross-check.ts';

const share = (part: number, whole: number): string => (whole > 0 ? ` (${percent(part / whole)})` : '');

/** What was not seen within the time given to it is no figure. */
const visible = (lag: number | null): string => (lag === null ? '**never**' : duration(lag));

/** Of these no answer told whether they arrived. */
const unknown = ({ sent, arrived, missing }: Completeness['clientTraces']): string =>
  sent > arrived + missing ? `, ${count(sent - arrived - missing)} not known` : '';

const rows = ({
  clientTraces,
  traces,
  exemplars,
  logs,
  ingestionLagSeconds: lag,
  pipeline,
  ...rest
}: Completeness) => [
  [
    'Traces the client sent',
    `${count(clientTraces.sent)}; ${count(clientTraces.arrived)} arrived, ${count(clientTraces.missing)} missing${share(clientTraces.missing, clientTraces.sent)}${unknown(clientTraces)}`,
  ],
  [
    'Exemplars collected',
    `${count(exemplars.collected)}; ${count(exemplars.resolved)} resolved, ${count(exemplars.unresolved)} unresolved${share(exemplars.unresolved, exemplars.collected)}`,
  ],
  [
    'Traces fetched',
    `${count(traces.fetched)}; ${count(traces.complete)} complete, ${count(traces.partial)} lack a parent`,
  ],
  ['Log lines', `${count(logs.collected)}; ${count(logs.withTraceId)} carry a trace id`],
  [
    'Visible after the load ended',
    `trace ${visible(lag.trace)}, log ${visible(lag.log)}, metric ${visible(lag.metric)}`,
  ],
  [
    'Telemetry pipeline',
    `${count(pipeline.accepted)} items accepted, ${count(pipeline.refused)} refused for a retry, ${count(pipeline.rejected)} rejected`,
  ],
  ['Dropped iterations', count(rest.droppedIterations)],
  ['Failed queries', count(rest.failedQueries)],
];

/** Of a load that was not there nothing can be counted. */
const OF_LOAD = ['Traces the client sent', 'Visible after the load ended', 'Dropped iterations'];

const rowsOf = (counted: Completeness, kind: RunRecord['kind']): string[][] =>
  rows(counted).filter(([what]) => kind !== 'observation' || !OF_LOAD.includes(what!));

/** What is decisive stands among the reasons below. */
const gapLines = (gaps: Gap[]): string | null => {
  const lines = gaps.filter(({ decisive }) => !decisive).map(({ text }) => `- ${prose(text)}`);
  return lines.length > 0 ? paragraphs('Gaps that leave the rest standing:', lines.join('\n')) : null;
};

/** How much of what should be there is there, and what that leaves open. */
export const completeness = ({ kind, completeness: counted, findings, entryService }: RunRecord): string => {
  const reasons = findings?.conclusiveness.reasons ?? [];
  return paragraphs(
    '## Completeness of the evidence',
    counted ? table(['What', 'How much'], rowsOf(counted, kind)) : 'No evidence was collected.',
    gapLines(findings?.gaps ?? []),
    reasons.length > 0
      ? paragraphs('What keeps it from being conclusive:', reasons.map((r) => `- ${prose(r)}`).join('\n'))
      : null,
    findings && !findings.baseline.met && findings.baseline.observed
      ? paragraphs(
          'The steady state was not met:',
          findings.baseline.reasons.map((r) => `- ${prose(r)}`).join('\n'),
        )
      : null,
    crossCheck(counted?.crossCheck ?? null, entryService),
  );
};

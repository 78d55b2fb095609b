import { type Completeness, FLOORS, type Reconciled } from '../../record/completeness.ts';
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

const followedRows = ({ followed, errorLogs, errorTraces }: Reconciled): string[][] => [
  [
    'Requests followed from the client to the stores',
    `${count(followed.requests)}; trace complete ${count(followed.complete)}, partial ${count(followed.partial)}, missing ${count(followed.missing)}${followed.unknown > 0 ? `, not known ${count(followed.unknown)}` : ''}; with log lines ${count(followed.lines.found)} of ${count(followed.lines.asked)}`,
  ],
  [
    'Error logs',
    `${count(errorLogs.collected)}; ${count(errorLogs.withTraceId)} carry a trace id; of ${count(errorLogs.lookedUp)} trace ids looked up ${count(errorLogs.resolved)} lead to a trace${share(errorLogs.resolved, errorLogs.lookedUp)}`,
  ],
  [
    'Error traces',
    `${count(errorTraces.fetched)} fetched; ${count(errorTraces.withLines)} with log lines${share(errorTraces.withLines, errorTraces.fetched)}`,
  ],
];

/** What is asked of the evidence, in the words of the table. */
const FLOORS_TEXT = `Inconclusive, unless a breach holds all the same: more than ${percent(FLOORS.missing)} missing of the traces the client sent, of the traces that exemplars or (from ${FLOORS.errorLogTraces} on) error logs name, or of the iterations asked for; ${FLOORS.followed} or more of the requests followed that lack something, and ${percent(FLOORS.missing)} of those in some stretch of time; fewer than ${FLOORS.faultRequests} client requests in the fault phase; no exemplar, trace or log at all; a query that failed.`;

const rows = ({
  clientTraces,
  traces,
  exemplars,
  logs,
  ingestionLagSeconds: lag,
  pipeline,
  reconciled,
  ...rest
}: Completeness) => [
  [
    'Traces the client sent',
    `${count(clientTraces.sent)}; ${count(clientTraces.arrived)} arrived, ${count(clientTraces.missing)} missing${share(clientTraces.missing, clientTraces.sent)}${unknown(clientTraces)}`,
  ],
  [
    'Exemplars collected',
    `${count(exemplars.collected)}; ${count(exemplars.resolved)} resolved, ${count(exemplars.unresolved)} unresolved${share(exemplars.unresolved, exemplars.resolved + exemplars.unresolved)}`,
  ],
  [
    'Traces fetched',
    `${count(traces.fetched)}; ${count(traces.complete)} complete, ${count(traces.partial)} lack a parent`,
  ],
  ...(reconciled ? followedRows(reconciled) : []),
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
const OF_LOAD = [
  'Traces the client sent',
  'Requests followed from the client to the stores',
  'Visible after the load ended',
  'Dropped iterations',
];

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
    counted && kind !== 'observation' ? FLOORS_TEXT : null,
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

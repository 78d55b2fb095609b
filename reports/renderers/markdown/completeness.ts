import type { Completeness } from '../../record/evidence.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, duration, percent } from '../format.ts';
import { paragraphs, prose, table } from '../text.ts';

const share = (part: number, whole: number): string => (whole > 0 ? ` (${percent(part / whole)})` : '');

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
    `${count(clientTraces.sent)}; ${count(clientTraces.arrived)} arrived, ${count(clientTraces.missing)} missing${share(clientTraces.missing, clientTraces.sent)}`,
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
    `trace ${duration(lag.trace)}, log ${duration(lag.log)}, metric ${duration(lag.metric)}`,
  ],
  [
    'Telemetry pipeline',
    `${count(pipeline.accepted)} items accepted, ${count(pipeline.refused)} refused for a retry, ${count(pipeline.rejected)} rejected`,
  ],
  ['Dropped iterations', count(rest.droppedIterations)],
  ['Failed queries', count(rest.failedQueries)],
];

/** How much of what should be there is there, and what that leaves open. */
export const completeness = ({ completeness: counted, findings }: RunRecord): string => {
  const reasons = findings?.conclusiveness.reasons ?? [];
  return paragraphs(
    '## Completeness of the evidence',
    counted ? table(['What', 'How much'], rows(counted)) : 'No evidence was collected.',
    reasons.length > 0
      ? paragraphs('What keeps it from being conclusive:', reasons.map((r) => `- ${prose(r)}`).join('\n'))
      : null,
    findings && !findings.baseline.met && findings.baseline.observed
      ? paragraphs(
          'The steady state was not met:',
          findings.baseline.reasons.map((r) => `- ${prose(r)}`).join('\n'),
        )
      : null,
  );
};

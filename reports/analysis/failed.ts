import type { Window } from '../record/common.ts';
import type { Evidence, Exemplar } from '../record/evidence.ts';
import type { FailedOperation } from '../record/findings.ts';
import { failed } from './exemplars.ts';
import { clientChanges, routeChanges } from './operations/change.ts';
import { phaseNamed } from './phases.ts';

/** How many traces were answered with each status, the most frequent first; a trace may have met several. */
const statusesOf = (exemplars: Exemplar[]): FailedOperation['statuses'] => {
  const traces = new Map<number, Set<string>>();
  for (const { status, traceId } of exemplars) {
    if (status !== null) traces.set(status, (traces.get(status) ?? new Set()).add(traceId));
  }
  return [...traces]
    .map(([status, ids]) => ({ status, traces: ids.size }))
    .sort((a, b) => b.traces - a.traces || a.status - b.status);
};

/** Which operations failed from the end of the steady phase on, how often, and with which answers. */
export const failedOperations = (evidence: Evidence): FailedOperation[] => {
  const steady = phaseNamed(evidence.phases, 'steady');
  if (!steady) return [];
  const after: Window = { from: steady.to, to: Number.POSITIVE_INFINITY };
  const changes = (evidence.client ? clientChanges : routeChanges)(evidence, steady, after);
  const answers = evidence.exemplars.filter(
    (one) => one.service === evidence.entryService && one.time >= after.from && failed(one),
  );
  return changes
    .filter(({ during }) => during.failures > 0)
    .map(({ name, during: { requests, failures } }) => ({
      operation: name,
      requests,
      failures,
      statuses: statusesOf(answers.filter(({ method, route }) => `${method} ${route}` === name)),
    }))
    .sort((a, b) => b.failures - a.failures);
};

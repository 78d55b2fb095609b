import type { Evidence } from '../record/evidence.ts';
import type { Spike } from '../record/findings.ts';
import type { DetectedSpike } from './detection/slis.ts';
import { type Change, clientChanges, routeChanges } from './operations/change.ts';
import { isAbnormal, standsOut } from './operations/rules.ts';
import { phaseNamed } from './phases.ts';

const unknown = { operation: null, operations: { abnormal: [], of: 0 } };

/** The operations (client) or routes (server) that left their steady state, and the one that stands out, if any. */
export const operationsOf = (
  { sli, onset, endedAt }: DetectedSpike,
  evidence: Evidence,
): Pick<Spike, 'operation' | 'operations'> => {
  const steady = phaseNamed(evidence.phases, 'steady');
  if (!steady || sli.name === 'job-latency') return unknown;
  const window = { from: onset, to: endedAt ?? Number.POSITIVE_INFINITY };
  const all = (sli.viewpoint === 'client' ? clientChanges : routeChanges)(evidence, steady, window);
  const changes: Change[] = all.filter(({ during }) => during.requests > 0);
  const abnormal = changes.filter((change) => isAbnormal(sli.kind, change)).map(({ name }) => name);
  return {
    operation: changes.find((change) => standsOut(sli.kind, change, changes))?.name ?? null,
    operations: { abnormal: abnormal.sort(), of: changes.length },
  };
};

import type { Phase } from '../record/common.ts';
import type { Evidence } from '../record/evidence.ts';
import type { AmplificationRow, SliRow } from '../record/findings.ts';
import { isIn } from './phases.ts';
import { clientPoints } from './series.ts';

const over = (a: number, b: number | null | undefined): number | null => (b ? a / b : null);

const rateOf = (slis: SliRow[], service: string, phase: string): number | null =>
  slis.find((row) => row.viewpoint === 'server' && row.service === service && row.phase === phase)
    ?.requestsPerSecond ?? null;

const downstreamOf = (slis: SliRow[], entry: string, phase: Phase): AmplificationRow['downstream'] => {
  const rows = slis.filter(
    (row) => row.viewpoint === 'server' && row.phase === phase.name && row.service !== entry,
  );
  return rows.map(({ service, requestsPerSecond }) => {
    const overEntry = over(requestsPerSecond, rateOf(slis, entry, phase.name));
    const steady = over(rateOf(slis, service, 'steady') ?? 0, rateOf(slis, entry, 'steady'));
    return {
      service,
      requestsPerSecond,
      overEntry,
      overSteady: overEntry === null ? null : over(overEntry, steady),
    };
  });
};

/**
 * How much work one logical request became, by phase: attempts over requests at the client, and each downstream
 * service's rate over the entry service's, also against the same figure in steady.
 */
export const amplificationOf = (evidence: Evidence, slis: SliRow[]): AmplificationRow[] => {
  const points = clientPoints(evidence.client?.overall ?? []);
  return evidence.phases
    .filter(({ from, to }) => to > from)
    .map((phase) => {
      const during = points.filter((point) => isIn(point, phase));
      const clientAttempts = during.reduce((sum, p) => sum + p.attempts, 0);
      const clientRequests = during.reduce((sum, p) => sum + p.requests, 0);
      return {
        phase: phase.name,
        clientAttempts,
        clientRequests,
        client: over(clientAttempts, clientRequests),
        downstream: downstreamOf(slis, evidence.entryService, phase),
      };
    });
};

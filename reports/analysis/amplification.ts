import type { Phase } from '../record/common.ts';
import type { Evidence, Span } from '../record/evidence.ts';
import type { AmplificationRow, SliRow } from '../record/findings.ts';
import { isIn } from './phases.ts';
import { clientPoints } from './series.ts';

/** Null where there is nothing to divide by, or so little that the result is no number. */
const over = (a: number, b: number | null | undefined): number | null =>
  b && Number.isFinite(a / b) ? a / b : null;

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

const RESENDS = 'http.request.resend_count';

/** Whether services called each other again in the phase: by their retry rate, or by a span that says so. */
const serviceRetriesIn = ({ runtime, traces, clientService }: Evidence, { from, to }: Phase): boolean => {
  const during = (time: number) => time >= from && time < to;
  const counted = runtime
    .filter(({ name }) => name === 'http.client.retry.rate')
    .some(({ points }) => points.some(([time, value]) => time > from && time <= to && value > 0));
  const resent = ({ service, start, attributes }: Span): boolean =>
    service !== clientService && during(start) && Number(attributes[RESENDS] ?? 0) > 0;
  return counted || traces.some(({ spans }) => spans.some(resent));
};

/**
 * How much work one logical request became, by phase: attempts of the requests that ended over those requests, and
 * each downstream service's rate over the entry service's, also against the same figure in steady.
 */
export const amplificationOf = (evidence: Evidence, slis: SliRow[]): AmplificationRow[] => {
  const points = clientPoints(evidence.client?.overall ?? []);
  return evidence.phases
    .filter(({ from, to }) => to > from)
    .map((phase) => {
      const during = points.filter((point) => isIn(point, phase));
      const clientAttempts = during.reduce((sum, p) => sum + p.requestAttempts, 0);
      const clientRequests = during.reduce((sum, p) => sum + p.requests, 0);
      return {
        phase: phase.name,
        clientAttempts,
        clientRequests,
        client: over(clientAttempts, clientRequests),
        serviceRetries: serviceRetriesIn(evidence, phase),
        downstream: downstreamOf(slis, evidence.entryService, phase),
      };
    });
};

import type { Window } from '../../../record/common.ts';
import type { Evidence, Span } from '../../../record/evidence.ts';
import { isIn } from '../../phases.ts';
import { clientPoints, sumRed, userRoutes } from '../../series.ts';
import type { Cohorts } from './cohorts.ts';

/** What retries made of the traffic. Ratios against the steady phase; 1 = as before. */
export interface Retries {
  /** Attempts of a logical request at the client: in steady, and during. */
  client: { steady: number; during: number };
  /** Of each service behind the entry: its requests for each of the entry's, over the same in steady. */
  downstream: { service: string; amplification: number; perEntry: number }[];
  /** Spans of the incident's requests that say they were sent again, for each request. */
  resends: number;
  resendTraceIds: string[];
}

const RESENDS = 'http.request.resend_count';

const requestsIn = (evidence: Evidence, service: string, window: Window): number =>
  sumRed(userRoutes(evidence.red, service))
    .points.filter((point) => isIn(point, window))
    .reduce((sum, { requests }) => sum + requests, 0);

const clientRatio = ({ client }: Evidence, window: Window): number => {
  const points = clientPoints(client?.overall ?? []).filter((point) => isIn(point, window));
  const requests = points.reduce((sum, p) => sum + p.requests, 0);
  return requests > 0 ? points.reduce((sum, p) => sum + p.requestAttempts, 0) / requests : 1;
};

/** A route's share of the traffic may move by itself: what calls a service is what leads to it, by steady traces. */
const MIN_REQUESTS = 5;

const downstreamOf = (evidence: Evidence, steady: Window, window: Window): Retries['downstream'] => {
  const services = [...new Set(userRoutes(evidence.red, null).map(({ service }) => service))].sort();
  const entry = (part: Window) => requestsIn(evidence, evidence.entryService, part);
  const [entryBefore, entryDuring] = [entry(steady), entry(window)];
  return services.flatMap((service) => {
    if (service === evidence.entryService) return [];
    const [before, during] = [requestsIn(evidence, service, steady), requestsIn(evidence, service, window)];
    if (before < MIN_REQUESTS || entryBefore === 0 || entryDuring === 0) return [];
    const perEntry = during / entryDuring;
    return [{ service, perEntry, amplification: perEntry / (before / entryBefore) }];
  });
};

const resent = ({ attributes, service }: Span, clientService: string): boolean =>
  service !== clientService && Number(attributes[RESENDS] ?? 0) > 0;

/** How retries multiplied the traffic of the window against that of the steady phase. */
export const retriesOf = (
  evidence: Evidence,
  { incident }: Cohorts,
  steady: Window,
  window: Window,
): Retries => {
  const again = incident.map(({ traceId, tree }) => ({
    traceId,
    spans: tree.nodes.filter(({ span }) => resent(span, evidence.clientService)).length,
  }));
  return {
    client: { steady: clientRatio(evidence, steady), during: clientRatio(evidence, window) },
    downstream: downstreamOf(evidence, steady, window),
    resends: again.reduce((sum, { spans }) => sum + spans, 0) / Math.max(1, incident.length),
    resendTraceIds: again.filter(({ spans }) => spans > 0).map(({ traceId }) => traceId),
  };
};

import type { CrossCheck } from '../../record/completeness.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { Gap, TelemetryLoss } from '../../record/findings.ts';

/** Share of the requests whose whereabouts may stay open. */
const MAX_UNEXPLAINED = 0.01;
/** Fewer requests than this are the edge of a scrape, whatever their share. */
const MIN_REQUESTS = 5;

/** A request without an answer may have been served or not: any count between the two bounds agrees with the client's. */
const outside = (count: number, { client, unanswered }: CrossCheck): number =>
  Math.max(0, count - client, client - unanswered - count);

/** Requests that nothing accounts for, signals that got lost left aside; what was found out at collection time goes before the plain arithmetic. */
const unexplainedOf = (check: CrossCheck, lost: Set<string>): number => {
  if (check.unexplained !== null && lost.size === 0) return check.unexplained * check.client;
  const known = [lost.has('metrics') ? null : check.metrics, lost.has('traces') ? null : check.spans];
  const counts = known.filter((count) => count !== null);
  return Math.max(0, ...counts.map((count) => outside(count, check)));
};

const counted = (what: string, value: number | null): string =>
  value === null ? `${what} could not be counted` : `${what} ${Math.round(value)}`;

/**
 * Where client, metrics and spans counted the same requests and do not agree, for no reason that is known. A signal that is
 * known to have been lost counts no more.
 */
export const countGaps = (
  { completeness: { crossCheck }, entryService }: Evidence,
  losses: TelemetryLoss[],
): Gap[] => {
  if (!crossCheck || crossCheck.client === 0) return [];
  const open = unexplainedOf(crossCheck, new Set(losses.map(({ signal }) => signal)));
  if (open < MIN_REQUESTS || open / crossCheck.client <= MAX_UNEXPLAINED) return [];
  const share = ((open / crossCheck.client) * 100).toFixed(1);
  return [
    {
      signal: 'counts',
      window: crossCheck.window,
      text: `The counts of the same requests do not agree, and nothing accounts for ${Math.round(open)} of them (${share} %): the client sent ${crossCheck.client}, ${counted(`the metrics of ${entryService} say`, crossCheck.metrics)}, ${counted('its spans', crossCheck.spans)}.`,
      decisive: true,
    },
  ];
};

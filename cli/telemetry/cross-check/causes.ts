import type { Incident, RedSeries } from '../../../reports/record/evidence.ts';
import type { NoAnswer, SentCount } from '../../load/load-driver.ts';

/** Something that makes two counts differ: how many requests at most, and in words. */
export interface Cause {
  requests: number;
  text: string;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const WORDS: Record<NoAnswer, string> = {
  'timed out': 'timed out',
  refused: 'were refused a connection',
  'cut off': 'were cut off',
  other: 'ended for another reason',
};

const sum = (sent: SentCount[], of: (count: SentCount) => number): number =>
  sent.reduce((total, count) => total + of(count), 0);

const kinds = Object.keys(WORDS) as NoAnswer[];

export const unansweredOf = (sent: SentCount[]): number =>
  kinds.reduce((total, kind) => total + sum(sent, ({ unanswered }) => unanswered[kind] ?? 0), 0);

/** Requests of the client without an answer: the service need not have seen them, nor have ended them in the window. */
export const unanswered = (sent: SentCount[]): Cause => {
  const counts = kinds.map((kind) => [kind, sum(sent, (count) => count.unanswered[kind] ?? 0)] as const);
  const parts = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${WORDS[kind]}`);
  return {
    requests: unansweredOf(sent),
    text: `requests that got no answer at the client (${parts.join(', ')}): they may never have reached the service, or not have ended there`,
  };
};

/**
 * Answers that a gateway gives by itself when the service gives none. The service gives such answers too: at most as many
 * are a gateway's as neither the counters nor the spans of the service show.
 */
export const badGateway = (sent: SentCount[], unserved: number): Cause => ({
  requests: Math.min(
    unserved,
    sum(sent, (count) => count.badGateway),
  ),
  text: 'requests that were answered with 502, 503 or 504, as a gateway does that got no answer from the service or has no replica of it left',
});

/** A rate is taken from this long before the end, seconds. */
const RATE_SECONDS = 5;

const lostBy = (instance: string, at: number, red: RedSeries[]): number => {
  const points = red
    .filter((series) => series.instance === instance)
    .flatMap((series) => series.points)
    .filter(({ t }) => t <= at && t > at - RATE_SECONDS);
  const last = Math.max(...points.map(({ t }) => t));
  const rate = points.reduce((total, { requests }) => total + requests, 0) / RATE_SECONDS;
  return points.length === 0 ? 0 : Math.ceil(rate * (at - last));
};

/** What a replica served after its last scrape, when it ended: its counters went with it. Estimated from its last rate. */
export const endedReplicas = (service: string, incidents: Incident[], red: RedSeries[]): Cause => {
  const ends = incidents.filter((incident) => incident.service === service && incident.kind === 'exit');
  const names = [...new Set(ends.map(({ instance }) => instance))].sort();
  return {
    requests: ends.reduce((total, { instance, time }) => total + lostBy(instance, time, red), 0),
    text: `requests, estimated from its last rate, that ${names.join(' and ')} served after the last scrape before it ended`,
  };
};

/** Requests that were answered and of whose trace nothing came. */
export const lostTraces = (requests: number): Cause => ({
  requests,
  text: 'requests that were answered and of whose trace nothing arrived: their spans were lost on the way, or a gateway answered them',
});

/** Lines of the load generator that could not be read: it sent more than was counted. */
export const unreadable = (lines: number): Cause => ({
  requests: lines,
  text: `requests that the load generator may have sent and that were not counted (${plural(lines, 'line')} of its samples could not be read)`,
});

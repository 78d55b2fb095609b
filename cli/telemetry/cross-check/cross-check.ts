import type { Window } from '../../../reports/record/common.ts';
import type { CrossCheck } from '../../../reports/record/completeness.ts';
import type { Incident, RedSeries } from '../../../reports/record/evidence.ts';
import type { SentCount } from '../../load/load-driver.ts';
import type { ServedCount } from '../telemetry-source.ts';
import {
  badGateway,
  type Cause,
  endedReplicas,
  lostTraces,
  unanswered,
  unansweredOf,
  unreadable,
} from './causes.ts';
import { calledRoutes } from './routes.ts';

/** What the load generator sent, all attempts, from its first request on. */
export interface SentLoad {
  /** When its first request started, Unix seconds. */
  from: number;
  sent: SentCount[];
  unreadableSamples: number;
}

export interface CrossCheckInput extends SentLoad {
  window: Window;
  /** What the entry service served in the window, empty where that is nothing; null where it could not be asked. */
  served: ServedCount[] | null;
  entryService: string;
  red: RedSeries[];
  incidents: Incident[];
  /** Requests that were answered and of whose trace nothing came. */
  lostTraces: number;
}

/** Counts that differ by more than this share of the client's are explained. */
const EXPLAINED_ABOVE = 0.01;

const percent = (part: number, whole: number): string =>
  `${((part / Math.max(1, whole)) * 100).toFixed(1)} %`;
const many = (count: number): string => (count === 1 ? '1 request' : `${count} requests`);

/** Null as soon as one of the routes could not be counted; zero where an answer showed none. */
const total = (counts: ServedCount[], of: 'metrics' | 'spans'): number | null =>
  counts.some((count) => count[of] === null)
    ? null
    : Math.round(counts.reduce((sum, count) => sum + count[of]!, 0));

interface Explained {
  sentences: string[];
  /** Requests of the difference that nothing accounts for; null where nothing was compared. */
  left: number | null;
}

const NOTHING_COUNTED = 'are not explained by anything that was counted';

/** Each cause takes its part of the difference, in order, until nothing is left; what is left over is said. */
const accounted = (difference: number, causes: Cause[]): Explained => {
  const sentences: string[] = [];
  let left = difference;
  for (const { requests, text } of causes) {
    const part = Math.min(left, requests);
    left -= part;
    const which = requests === part ? `the ${part}` : `among the ${requests}`;
    if (part > 0) sentences.push(`${part} of these ${difference} can be ${which} ${text}.`);
  }
  if (left > 0) sentences.push(`${left} of these ${difference} ${NOTHING_COUNTED}.`);
  return { sentences, left };
};

interface Place {
  name: string;
  count: number | null;
  /** Why it may have counted fewer, or more, than the client. */
  fewer: Cause[];
  more: Cause[];
}

const explained = ({ name, count, fewer, more }: Place, client: number): Explained => {
  if (count === null) {
    const sentence = `${name} could not be asked for the requests served, or not for all of them: they are not compared.`;
    return { sentences: [sentence], left: null };
  }
  const difference = Math.abs(client - count);
  const less = count < client;
  const { sentences, left } = accounted(difference, less ? fewer : more);
  if (difference <= EXPLAINED_ABOVE * client) return { sentences: [], left };
  const head = `${name} counted ${many(count)}, ${difference} ${less ? 'fewer' : 'more'} than the ${client} the client sent (${percent(difference, client)}).`;
  return { sentences: [head, ...sentences], left };
};

/** The largest share of the client's count that nothing accounts for; null where nothing was compared. */
const unexplainedOf = (client: number, all: Explained[]): number | null => {
  const left = all.flatMap((one) => (one.left === null ? [] : [one.left]));
  return left.length === 0 || client === 0 ? null : Math.max(...left) / client;
};

const PROBES = /^\/(healthz?|readyz?|livez?|metrics|ping|status)$/;

/** What is left out of the comparison: probes, and routes that others call. */
const leftOut = (others: ServedCount[]): string[] => {
  const counted = others
    .map(({ route, method, metrics, spans }) => ({
      name: `${method} ${route || '(no route)'}`.trim(),
      probe: PROBES.test(route),
      requests: Math.max(metrics ?? 0, spans ?? 0),
    }))
    .filter(({ requests }) => requests > 0);
  const listed = (probe: boolean) =>
    counted
      .filter((one) => one.probe === probe)
      .map(({ name, requests }) => `${name} ${Math.round(requests)}`);
  return [
    ...(listed(true).length > 0
      ? [`Health checks and scrapes are left out: ${listed(true).join(', ')}.`]
      : []),
    ...(listed(false).length > 0
      ? [
          `Others than the client called too, or it was answered before a route was found; left out: ${listed(false).join(', ')}.`,
        ]
      : []),
  ];
};

/** Largest difference between any two of the counts, over the client's; null with fewer than two. */
const disagreementOf = (client: number, counts: (number | null)[]): number | null => {
  const known = [client, ...counts.filter((count) => count !== null)];
  return known.length < 2 || client === 0 ? null : (Math.max(...known) - Math.min(...known)) / client;
};

const unmatchedSentence = (unmatched: string[]): string[] =>
  unmatched.length === 0
    ? []
    : [
        `No route of the service fits ${unmatched.slice(0, 5).join(', ')}${unmatched.length > 5 ? ' and others' : ''}: all its routes but probes are compared.`,
      ];

/** The routes to compare; all but probes where the client's operations do not tell. */
const compared = (sent: SentCount[], served: ServedCount[]) => {
  const operations = sent.map(({ operation }) => operation);
  const { called, unmatched } = calledRoutes(operations, served);
  const isCompared = (count: ServedCount) =>
    unmatched.length > 0 ? !PROBES.test(count.route) : called.has(count);
  return {
    own: served.filter(isCompared),
    others: served.filter((count) => !isCompared(count)),
    unmatched: served.length > 0 ? unmatched : [],
  };
};

/**
 * The requests that the client sent, beside those that the entry service's counters and its server spans say it served.
 * Pure: whatever differs by more than 1 % comes with what may account for it and what is left unexplained.
 */
export const crossCheckOf = (input: CrossCheckInput): CrossCheck => {
  const { window, sent, served, entryService, red, incidents } = input;
  const client = sent.reduce((sum, { attempts }) => sum + attempts, 0);
  const { own, others, unmatched } = compared(sent, served ?? []);
  const [metrics, spans] = served === null ? [null, null] : [total(own, 'metrics'), total(own, 'spans')];
  // What one of the two places shows, the service did serve: no gateway answered it by itself.
  const unserved = Math.max(0, client - Math.max(metrics ?? 0, spans ?? 0));
  const unseen = [badGateway(sent, unserved), unanswered(sent)];
  const more = [unreadable(input.unreadableSamples)];
  const places: Place[] = [
    {
      name: `The counters of ${entryService}`,
      count: metrics,
      fewer: [...unseen, endedReplicas(entryService, incidents, red)],
      more,
    },
    {
      name: `The server spans of ${entryService}`,
      count: spans,
      fewer: [...unseen, lostTraces(input.lostTraces)],
      more,
    },
  ];
  const results = places.map((place) => explained(place, client));
  return {
    window,
    client,
    unanswered: unansweredOf(sent),
    metrics,
    spans,
    disagreement: disagreementOf(client, [metrics, spans]),
    unexplained: unexplainedOf(client, results),
    explanations: [
      ...results.flatMap(({ sentences }) => sentences),
      ...unmatchedSentence(unmatched),
      ...leftOut(others),
    ],
  };
};

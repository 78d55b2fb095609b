import type { CauseKind, Suspect } from '../../record/attribution.ts';
import { list } from '../format.ts';
import { code } from '../text.ts';

/** Whom and what a sentence speaks of, as Markdown already. */
interface Cast {
  /** The service, and its instances where not all of them show it. */
  who: string;
  /** Its instances, or `a replica of` it where nobody knows which. */
  replica: string;
  /** Whom it called; null where the trouble shows at no call. */
  whom: string | null;
  /** The operation as the analysis named it. */
  operation: string | null;
}

/** What broke, and what that means for the requests: halves of one sentence. */
type Telling = [what: string, why: string];

const TELLINGS: Record<CauseKind, (cast: Cast) => Telling> = {
  latency: ({ who, whom }) =>
    whom
      ? [`Calls of ${who} to ${whom} became slow`, 'the time went by behind the call']
      : [
          `${who} became slow by itself`,
          'its own code took longer, in no call that it made and without more CPU',
        ],
  error: ({ who, whom }) =>
    whom
      ? [
          `${whom} answered ${who} with errors`,
          `the errors start behind that call, and ${who} passes them on`,
        ]
      : [`${who} failed by itself`, 'the errors start in its own code, not in anything that it calls'],
  cpu: ({ who, operation }) =>
    operation === 'job'
      ? [
          `The jobs of ${who} became too heavy`,
          'each took longer to compute, and those behind it had to wait',
        ]
      : [`${who} ran out of CPU`, 'something else computed all the time, so whatever it did took longer'],
  eventloop: ({ who }) => [
    `The event loop of ${who} was blocked`,
    'something ran for long stretches without a break, and everything else in the process had to wait',
  ],
  memory: ({ who }) => [
    `The memory of ${who} kept growing`,
    'what it allocated was never given back, and the garbage collector had more and more to do',
  ],
  pool: ({ who, whom }) => [
    `${who} ran out of ${whom === 'PostgreSQL' ? 'database connections' : `connections${whom ? ` to ${whom}` : ''}`}`,
    `requests waited for a free connection of its pool, not for ${whom ?? 'what stands behind it'} to do the work`,
  ],
  lock: ({ who, whom }) => [
    `Queries of ${who} waited for a lock${whom ? ` in ${whom}` : ''}`,
    'somebody else held it, so the statements waited instead of working',
  ],
  unavailable: ({ who, whom }) => [
    `${who} could not use ${whom ?? 'something that it depends on'}`,
    'calls to it failed or were refused, and every request had to do without it',
  ],
  stampede: ({ who, whom }) => [
    `${who} suffered a cache stampede${whom ? ` on ${whom}` : ''}`,
    'entries were gone all at once, and many requests fetched the same thing at the same time',
  ],
  timeout: ({ who, whom }) =>
    whom
      ? [`${whom} did not answer ${who} in time`, 'the caller waited until its time-out and then gave up']
      : [`Requests ran into a time-out in ${who}`, 'they waited until it was over and were then given up'],
  retry: ({ who, whom }) => [
    `${who} overloaded ${whom ?? 'what it calls'} with retries`,
    'attempts were repeated faster than they could be served, so the retries kept the trouble going',
  ],
  reset: ({ who, whom }) => [
    whom ? `Connections of ${who} to ${whom} were cut` : `Connections to ${who} were cut`,
    'callers lost them before there was an answer',
  ],
  crash: ({ replica }) => [`${replica} went down`, 'its process was gone, and so was its share of the work'],
  pause: ({ replica }) => [
    `${replica} stood still`,
    'its process was there, and yet it neither answered nor reported anything',
  ],
  network: ({ who, whom }) => [
    `The network between ${who} and ${whom ?? 'what it calls'} was slow or cut`,
    'calls took time, or failed, without either end doing anything for it',
  ],
};

const PRODUCTS: Record<string, string> = { postgresql: 'PostgreSQL', redis: 'Redis' };
const named = (dependency: string): string =>
  Object.hasOwn(PRODUCTS, dependency) ? PRODUCTS[dependency]! : code(dependency);

const castOf = ({ service, dependency, operation, instances }: Suspect): Cast => {
  const some = list(instances.map((instance) => code(instance)));
  return {
    who: some ? `${code(service)} (only ${some})` : code(service),
    replica: some ? `${some} of ${code(service)}` : `A replica of ${code(service)}`,
    whom: dependency === null ? null : named(dependency),
    operation,
  };
};

/** Words for a part of a request that the sentences say already; other operations are worth naming. */
const SAID = new Set(['handler', 'job', 'acquire', 'query', 'client', 'socket', 'connect']);

/** Bounds of belief that a reader can be told in one word. */
export const confidenceWord = (confidence: number): 'high' | 'moderate' | 'low' =>
  confidence >= 0.8 ? 'high' : confidence >= 0.5 ? 'moderate' : 'low';

/** `confidence high, 0.93`. */
export const confidenceText = (confidence: number): string =>
  `confidence ${confidenceWord(confidence)}, ${confidence.toFixed(2)}`;

const HEDGE = { high: '', moderate: 'Most likely: ', low: 'Little is certain; the best guess: ' } as const;

/** What broke in a few words: `**…** (…)`. */
export const headline = (suspect: Suspect): string => {
  const { kind, operation } = suspect;
  const [what] = TELLINGS[kind](castOf(suspect));
  const where = operation === null || SAID.has(operation) ? '' : ` (${code(operation)})`;
  return `**${what}**${where}`;
};

/** The same with what it meant for the requests, hedged as far as it is believed; one sentence. */
export const causeSentence = (suspect: Suspect): string => {
  const { kind, confidence } = suspect;
  const [, why] = TELLINGS[kind](castOf(suspect));
  return `${HEDGE[confidenceWord(confidence)]}${headline(suspect)}: ${why} (${confidenceText(confidence)}).`;
};

/** `api / postgresql / acquire / pool`, as a code span. */
export const suspectLabel = (
  { service, dependency, operation, kind, instances }: Suspect,
  options: { table?: boolean } = {},
): string => {
  const label = code([service, dependency ?? '–', operation ?? '–', kind].join(' / '), options);
  return instances.length > 0
    ? `${label} (${list(instances.map((instance) => code(instance, options)))})`
    : label;
};

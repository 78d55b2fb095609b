import { METHODS, ROUTE } from '../../http-attributes.ts';

/** TraceQL, as Tempo 2.5 and newer know it. Everything that is not obsctl's own text is quoted here. */
const quoted = (text: string): string => JSON.stringify(text);

/** Seconds as a duration literal. */
const nanoseconds = (seconds: number): string => `${Math.round(seconds * 1e9)}ns`;

/** A span of the service. */
export const ofService = (service: string): string => `{resource.service.name = ${quoted(service)}}`;

/** A span of any service but this one. */
export const notOfService = (service: string): string => `{resource.service.name != ${quoted(service)}}`;

export const anySpan = (): string => '{}';

/** A failed span. */
export const failed = (): string => '{status = error}';

/** A root that took at least so many seconds. Tempo numbers roots' parents -1. */
export const slowRoot = (seconds: number): string =>
  `{nestedSetParent < 0 && duration >= ${nanoseconds(seconds)}}`;

/** A span by which a service took part that took at least so many seconds: what is left of a trace whose root never came. */
export const slowEntry = (seconds: number): string =>
  `{(kind = server || kind = consumer) && duration >= ${nanoseconds(seconds)}}`;

/**
 * So many ids fit in one query. Tempo's parser reads 1024 bytes at a time, and where it looks ahead over the end of
 * them it loses what it looked at: a longer query may be refused as cut short.
 */
export const IDS_IN_QUERY = 55;
const ID_DIGITS = 12;

/**
 * Tempo compares ids without leading zeros; of a long one the end will do. Not the beginning: senders may begin all
 * theirs alike (a time, a run), and W3C Trace Context asks for randomness in the rightmost digits.
 */
const idPattern = (traceId: string): string => traceId.replace(/^0+/, '').slice(-ID_DIGITS);

/**
 * Every span of these traces, and of others whose ids end alike. Tempo keeps of a trace whose spans lie in several
 * blocks only one block's matches, unless they differ in what they are grouped by: grouped by span id, none is lost.
 */
export const spansOfTraces = (traceIds: string[]): string =>
  `{trace:id =~ ".*(${traceIds.map(idPattern).join('|')})"} | by(span:id) | select(${[
    'name',
    'status',
    'resource.service.name',
    'nestedSetParent',
  ].join(', ')})`;

/** The service's server spans, with route and method. */
export const serverSpans = (service: string): string =>
  `{resource.service.name = ${quoted(service)} && kind = server} | by(span:id) | select(${[ROUTE, ...METHODS]
    .map((name) => `span.${name}`)
    .join(', ')})`;

/** Finds nothing, and is refused by a Tempo that lacks any of the above. */
export const probe = (): string => spansOfTraces(['f'.repeat(32)]);

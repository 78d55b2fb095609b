import { capital } from './describe.ts';
import { operationsAt, type Population, type SeriesParts } from './track.ts';

/** So many names are quoted of those that there are. */
const MOST_NAMED = 12;

/** An indicator that names nothing: the query, and what it could have named. Names are telemetry: renderers escape them. */
export const unmatchedText = (parts: SeriesParts, population: Population, what: string): string => {
  const names = operationsAt(parts, population);
  const there = names.slice(0, MOST_NAMED).join(', ');
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const who = population.viewpoint === 'client' ? 'the client' : (population.service ?? parts.entryService);
  return names.length === 0
    ? `${capital(what)} matches nothing: there are no request metrics of ${who}.`
    : `${capital(what)} matches nothing. There are ${there}${more}.`;
};

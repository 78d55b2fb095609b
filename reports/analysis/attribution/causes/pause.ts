import type { Facts } from '../facts/index.ts';
import { type MissingInstance, SILENT_SCRAPES } from '../facts/instances.ts';
import { busyInstead } from './away.ts';
import { type Cause, type Claim, percent, reason, strength, when } from './cause.ts';

const timeOuts = ({ client }: Facts) =>
  when(client.timedOut > 0, () =>
    reason(
      'client',
      1.5 * (client.timedOut / Math.max(1, client.failed)),
      `${percent(client.timedOut / client.failed)} of the client's failed attempts got no answer at all within its patience`,
      {
        traceIds: client.timedOutTraceIds,
        from: client.from,
      },
    ),
  );

const claimOf = (facts: Facts, one: MissingInstance): Claim => ({
  service: one.service,
  dependency: null,
  operation: null,
  kind: 'pause',
  instances: [one.instance],
  reasons: [
    reason(
      'missing-instance',
      4 * strength(one.stretch, 2),
      `${one.instance} did not answer ${one.stretch} scrapes in a row`,
      { from: one.from },
    ),
    reason('absence', 0.75, 'nothing saw its process end'),
    ...when(one.resumed, () => reason('missing-instance', 1.5, 'it went on afterwards as the same process')),
    ...when(one.restarted, () => reason('missing-instance', -4, 'it came back as another process')),
    ...busyInstead(one),
    ...(one.service === facts.entryService ? timeOuts(facts) : []),
  ],
});

/** An instance that stands still: no answer to anything, and no end of its process. */
export const pause: Cause = (facts) =>
  facts.missing
    .filter(({ exit, stretch, known }) => exit === null && known && stretch >= SILENT_SCRAPES)
    .map((one) => claimOf(facts, one));

import type { Facts } from '../facts/index.ts';
import type { MissingInstance } from '../facts/instances.ts';
import { busyInstead } from './away.ts';
import { type Cause, type Claim, percent, reason, strength, when } from './cause.ts';

const unseen = ({ client }: Facts) =>
  when(client.unseen > 0, () =>
    reason(
      'client',
      1.5 * (client.unseen / Math.max(1, client.failed)),
      `${percent(client.unseen / client.failed)} of the client's failed attempts left no trace in any service`,
      {
        traceIds: client.unseenTraceIds,
        from: client.from,
      },
    ),
  );

const claimOf = (facts: Facts, one: MissingInstance): Claim => ({
  service: one.service,
  dependency: null,
  operation: null,
  kind: 'crash',
  instances: [one.instance],
  reasons: [
    ...when(one.exit !== null, () =>
      reason('missing-instance', 4, `${one.instance} ${one.exit}`, { from: one.from }),
    ),
    ...when(one.missedScrapes > 0, () =>
      reason(
        'missing-instance',
        (one.exit === null ? 3.5 : 2) * strength(one.stretch, 2),
        `${one.instance} did not answer ${one.missedScrapes} scrapes`,
        { from: one.from },
      ),
    ),
    ...when(one.restarted, () => reason('missing-instance', 2, `it came back as another process`)),
    ...when(one.resumed && one.exit === null, () =>
      reason('missing-instance', -4, `it went on afterwards as the same process`),
    ),
    ...when(one.exit === null && !one.restarted, () =>
      reason('absence', -0.75, 'nothing saw its process end'),
    ),
    ...busyInstead(one),
    ...(one.service === facts.entryService ? unseen(facts) : []),
  ],
});

/** An instance whose process ended. */
export const crash: Cause = (facts) =>
  facts.missing
    .filter(({ exit, restarted, stretch }) => exit !== null || restarted || stretch >= 2)
    .map((one) => claimOf(facts, one));

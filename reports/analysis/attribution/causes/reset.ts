import { wasAway } from '../facts/instances.ts';
import { type Cause, narrowed, percent, reason, when } from './cause.ts';

const MIN_CUT = 2;

/** Connections cut between the client and the entry service: both were willing, and neither gave up. */
export const reset: Cause = (facts) => {
  const { client, entryService } = facts;
  if (client.cut < MIN_CUT) return [];
  const share = client.cut / Math.max(1, client.failed);
  return [
    {
      service: entryService,
      dependency: null,
      operation: 'socket',
      kind: 'reset',
      instances: narrowed(facts, entryService, client.cutInstances),
      reasons: [
        reason(
          'client',
          5.5 * share,
          `in ${percent(share)} of the client's failed attempts ${entryService} saw the connection go while the client was still waiting`,
          {
            traceIds: client.cutTraceIds,
            from: client.from,
          },
        ),
        ...when(
          facts.missing.some((one) => one.service === entryService && wasAway(one)),
          () =>
            reason(
              'missing-instance',
              -3,
              `an instance of ${entryService} was gone: its connections went with it`,
            ),
        ),
      ],
    },
  ];
};

import { z } from 'zod';
import { dependency, networkLabel } from './network.ts';
import type { StackFault } from './stack-fault.ts';

const parameters = z.strictObject({
  mode: z
    .enum(['reset', 'drop'])
    .default('reset')
    .describe(
      'reset: connections are cut as soon as api sends something; drop: nothing arrives, and nobody says so',
    ),
  dependency,
});

/** Cutting only what api sends is enough: who got no question gives no answer. */
const TOXICS = { reset: 'reset_peer', drop: 'timeout' } as const;

export const networkPartition: StackFault = {
  name: 'network-partition',
  title: 'No network to a dependency',
  carrier: 'network',
  carriedBy: 'stack',
  action: 'toxic',
  via: 'toxiproxy',
  label: networkLabel('postgresql'),
  labelFor: (given) => networkLabel(parameters.parse(given).dependency),
  scope: 'resource',
  share: 'connections',
  counts: 'ways',
  needs: 'toxiproxy',
  parameters,
  workFor: ({ given, rate }) => {
    const { dependency: proxy, mode } = parameters.parse(given);
    return { proxy, type: TOXICS[mode], stream: 'upstream', toxicity: rate, attributes: { timeout: 0 } };
  },
  does: 'Cuts api off from PostgreSQL (or another dependency), in a TCP proxy that always stands between them. mode reset: a connection is taken, and cut with RST at the first thing that api sends. mode drop: what api sends is lost in silence. A --rate below 1 strikes that share of the connections; a pool keeps those that work.',
  expect:
    'reset: ECONNRESET and "Connection terminated" in logs and client spans, errors at once, while the dependency itself is up and answers others. drop: statements that never end, connections that cannot be set up within their time-out, a pool with nothing free.',
  teaches:
    'Refused, reset and silent are three different things: nobody is there, somebody cut it, and you will only know by a time-out.',
  drain: { seconds: 6, why: 'connections that hang are cut at the clear, and new ones have to be set up' },
  exclusive: true,
  excludes: ['network-latency'],
};

import { z } from 'zod';
import { dependency, networkLabel } from './network.ts';
import type { StackFault } from './stack-fault.ts';

const parameters = z.strictObject({
  ms: z.number().int().min(1).max(10_000).default(150).describe('added to every answer, milliseconds'),
  jitter: z.number().int().min(0).max(5_000).default(0).describe('uniform spread around it, milliseconds'),
  dependency,
});

export const networkLatency: StackFault = {
  name: 'network-latency',
  title: 'A slow network to a dependency',
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
    const { dependency: proxy, ms, jitter } = parameters.parse(given);
    // Both spread it by ± jitter, and a delay below nothing is none.
    return {
      proxy,
      type: 'latency',
      stream: 'downstream',
      toxicity: rate,
      attributes: { latency: ms, jitter: Math.min(jitter, ms) },
    };
  },
  does: 'Delays what PostgreSQL (or another dependency) sends to api, in a TCP proxy that always stands between them: each answer takes that much longer, also the answers of a login. A --rate below 1 strikes that share of the connections, for as long as each lives.',
  expect:
    'Every statement takes longer by the same amount, also those that do nothing (BEGIN); new connections take long to set up; the database itself is no busier than before. More connections are in use, and with many requests they run out.',
  teaches:
    'A slow database and a slow way to it look alike from the caller: only the time that the other end says it took tells them apart.',
  drain: { seconds: 3, why: 'answers on their way arrive, and the queue for connections has to empty' },
  exclusive: true,
  excludes: ['network-partition'],
};

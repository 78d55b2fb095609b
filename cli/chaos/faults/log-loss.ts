import { z } from 'zod';
import type { StackFault } from './stack-fault.ts';

export const logLoss: StackFault = {
  name: 'log-loss',
  title: 'Log lines get lost',
  carrier: 'collector',
  carriedBy: 'stack',
  action: 'collector-loss',
  via: 'otelcol',
  label: { service: 'telemetry', dependency: 'logs', operation: null, kind: 'loss' },
  scope: 'resource',
  share: 'log lines, by their trace',
  counts: 'pipelines',
  needs: 'collector',
  parameters: z.strictObject({}),
  workFor: ({ rate, seed }) => ({ signal: 'logs', share: rate, seed }),
  does: 'Makes the collector drop a share of the log lines on their way to Loki: all lines of a trace or none of them; lines without a trace only when everything is dropped. Its configuration is read again for that (the collector takes nothing for about 30 ms, and the senders try again).',
  expect:
    'Fewer lines a request, or none, while requests, latency and errors stay as they were; the collector counts what it dropped. Traces and metrics are all there.',
  teaches: 'Silence is not health: who looks only at logs sees a quiet service.',
  drain: { seconds: 2, why: 'what was sent before has to arrive' },
  exclusive: true,
};

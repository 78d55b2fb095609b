import { z } from 'zod';
import type { StackFault } from './stack-fault.ts';

export const traceLoss: StackFault = {
  name: 'trace-loss',
  title: 'Spans get lost',
  carrier: 'collector',
  carriedBy: 'stack',
  action: 'collector-loss',
  via: 'otelcol',
  label: { service: 'telemetry', dependency: 'traces', operation: null, kind: 'loss' },
  scope: 'resource',
  share: 'spans',
  defaultRate: 0.5,
  counts: 'pipelines',
  needs: 'collector',
  parameters: z.strictObject({}),
  workFor: ({ rate, seed }) => ({ signal: 'traces', share: rate, seed }),
  does: 'Makes the collector drop a share of the spans on their way to Tempo, chosen by span id, so that traces lose parts; all of them with --rate 1. Span metrics are made before, from every span. The configuration is read again for that (the collector takes nothing for about 30 ms, and the senders try again).',
  expect:
    'Traces with orphans and gaps, exemplars that name traces which are not there; the collector counts what it dropped. Requests, latency, errors and log lines stay as they were.',
  teaches: 'A trace with holes blames the wrong span: first ask whether it is whole.',
  drain: { seconds: 2, why: 'what was sent before has to arrive' },
  exclusive: true,
};

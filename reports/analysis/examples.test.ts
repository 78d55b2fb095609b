import { expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { analyse } from './index.ts';
import { logsOf } from './logs.ts';

const evidence = downstreamTimeoutEvidence();
const findings = analyse(evidence);
const spike = (sli: string) => findings.spikes.find((one) => one.sli === sli)!;

it('keeps one log line of each kind first, then the most severe, and counts them all', () => {
  const line = (time: number, severity: 'info' | 'error', body: string) => ({
    time,
    severity,
    body,
    service: 'api',
    instance: 'api-1',
    traceId: 'a'.repeat(32),
    spanId: null,
    attributes: {},
  });
  const errors = Array.from({ length: 12 }, (_, i) => line(i, 'error', `attempt ${i} failed`));
  const logs = [...errors, line(20, 'info', 'order 7 placed'), line(21, 'info', 'order 8 placed')];
  const kept = logsOf(logs, 'a'.repeat(32));
  expect(kept.logLines).toBe(14);
  expect(kept.logs.map(({ time }) => time)).toEqual([0, 1, 2, 3, 4, 5, 6, 20]);
});

it('counts traces once, however many exemplars name them, and says who named them', () => {
  const [one] = spike('server-errors').examples;
  const [found, known] = ['f'.repeat(32), one!.traceId].map((traceId) => ({
    ...one!.exemplar,
    traceId,
    origin: 'trace-search' as const,
  }));
  const [more] = analyse({
    ...evidence,
    exemplars: [...evidence.exemplars, ...evidence.exemplars, found!, known!],
  }).spikes;
  const before = findings.spikes[0]!;
  expect(more!.exemplarsInWindow).toBe(before.exemplarsInWindow + 1);
  expect(more!.fromMetrics).toBe(before.fromMetrics);
});

it('shows what the request took apart from how far its trace reaches', () => {
  const [example] = spike('client-errors').examples;
  const { exemplar, requestDuration, rootDuration, duration, longestOverrun } = example!;
  const server = evidence.traces
    .find(({ traceId }) => traceId === example!.traceId)!
    .spans.find(({ spanId }) => spanId === exemplar.spanId)!;
  expect(requestDuration).toBeCloseTo(server.duration, 9);
  expect(rootDuration).toBeGreaterThan(requestDuration!);
  expect(duration).toBeGreaterThan(rootDuration! + 2);
  expect(longestOverrun).toMatchObject({ service: 'inventory' });
});

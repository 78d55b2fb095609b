import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FaultRegistry } from '../chaos/fault-registry.ts';
import { defineFault } from '../faults/fault.ts';
import { withSpan } from '../telemetry/spans.ts';
import { recordSpans } from '../test-support/recorded-spans.ts';
import { faultsBefore } from './before-job.ts';
import { HEAVY_QUEUE, ORDERS_QUEUE } from './jobs.ts';

const recorded = recordSpans();
afterAll(() => recorded.stop());

describe('faultsBefore', () => {
  let registry: FaultRegistry;
  let played: unknown[];
  beforeEach(() => {
    recorded.reset();
    played = [];
    const probe = defineFault({
      name: 'probe',
      title: 'Probe',
      carrier: 'worker',
      label: { service: 'worker', dependency: null, operation: 'job', kind: 'cpu' },
      scope: 'jobs',
      parameters: z.strictObject({}),
      does: '',
      expect: '',
      teaches: '',
      drain: { seconds: 1, why: '' },
      start: () => ({ handle: (request) => void played.push(request) }),
    });
    registry = new FaultRegistry({ role: 'worker', faults: { probe }, host: {} });
  });
  const inject = (target: object) =>
    registry.inject({ id: 'f-1', fault: 'probe', leaseSeconds: 10, target: { seed: 1, ...target } });
  const job = async (queue: string, headers: Record<string, string> = {}) => {
    const before = faultsBefore(registry);
    await withSpan(`process ${queue}`, {}, () => before({ queue, headers }));
    return recorded.spans().at(-1)!.attributes;
  };

  it('plays to a job of the queue that is meant, and marks its span', async () => {
    await inject({ route: ORDERS_QUEUE });
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    expect(await job(ORDERS_QUEUE, headers)).toEqual({ 'obsctl.fault.id': 'f-1' });
    expect(played).toEqual([{ route: ORDERS_QUEUE, method: 'PROCESS', headers }]);
    expect(await job(HEAVY_QUEUE, headers)).toEqual({});
    expect(played).toHaveLength(1);
  });

  it('leaves jobs alone while nothing is on', async () => {
    expect(await job(ORDERS_QUEUE)).toEqual({});
  });

  it('makes the queues known, so that a target that means none is refused', async () => {
    await job(ORDERS_QUEUE);
    await expect(inject({ route: 'nonsense' })).rejects.toThrow(/no queue here is "nonsense".*orders/);
  });
});

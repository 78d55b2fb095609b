import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isVictim } from '../../service/chaos/victim.ts';
import type { SunkSpan } from './service-support/otlp-sink.ts';
import {
  clear,
  eventually,
  inject,
  listFaults,
  order,
  type Platform,
  request,
  startPlatform,
} from './service-support/platform.ts';
import type { ServiceProcess } from './service-support/process.ts';

const MEGABYTE = 2 ** 20;
const CPU = /^process_cpu_seconds_total /;
const LAG = /^nodejs_eventloop_lag_p99_seconds /;
const HEAP = /^nodejs_heap_size_used_bytes /;
const GC = /^nodejs_gc_duration_seconds_sum/;
const DEPTH = /^queue_depth\{queue="orders"\}/;
const JOB_SECONDS = /^job_duration_seconds_sum\{queue="orders"/;
const JOBS = /^job_duration_seconds_count\{queue="orders"/;

interface State {
  id: string;
  eligible: number;
  hits: number;
}

/** The sum of all samples that match. */
const metric = async (replica: ServiceProcess, sample: RegExp): Promise<number> => {
  const text = await (await fetch(`${replica.url}/metrics`)).text();
  const found = text.split('\n').filter((line) => sample.test(line));
  expect(found, `no sample ${sample}`).not.toEqual([]);
  return found.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
};

/** Cores that a replica used during `work`. A starved machine gives few: compare them, and by wide margins. */
const coresDuring = async (replica: ServiceProcess, work: () => Promise<unknown>): Promise<number> => {
  const [before, begin] = [await metric(replica, CPU), performance.now()];
  await work();
  return ((await metric(replica, CPU)) - before) / ((performance.now() - begin) / 1000);
};

/** Cores that a replica uses while it burns half a second of CPU, however long that takes. */
const coresOfBurn = async (replica: ServiceProcess): Promise<number> => {
  const before = await metric(replica, CPU);
  return coresDuring(replica, () =>
    eventually('half a second of CPU', async () => (await metric(replica, CPU)) - before > 0.5 || undefined),
  );
};

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

describe('a fault that the process suffers shows as the matrix says, and is gone afterwards:', () => {
  let platform: Platform;
  let api: ServiceProcess;
  let worker: ServiceProcess;
  beforeAll(async () => {
    platform = await startPlatform();
    ({ api, worker } = platform);
  });
  afterAll(() => platform.stop());
  afterEach(async () => {
    for (const replica of [api, worker])
      for (const { id } of await listFaults(replica)) await clear(replica, id);
  });

  const product = () => request(`${api.url}/products/1`);
  const state = async (replica: ServiceProcess): Promise<State> =>
    (await listFaults(replica))[0] as unknown as State;

  /** So few at once that inventory answers in time on a slow machine too; the trace ids. */
  const placeOrders = async (count: number): Promise<string[]> => {
    const traces: string[] = [];
    while (traces.length < count) {
      const placed = await Promise.all([order(api), order(api), order(api), order(api)]);
      for (const { status, traceId } of placed) if (status === 201) traces.push(traceId);
    }
    return traces;
  };
  const jobSpan = (traceId: string) =>
    platform.sink.trace(traceId).find(({ name }) => name === 'process orders');
  const jobSpans = (traces: string[]) =>
    eventually(`the jobs of ${traces.length} orders`, () => {
      const spans = traces.map(jobSpan).filter((span) => span !== undefined);
      return spans.length === traces.length ? spans : undefined;
    });
  const isMarked = ({ attributes }: SunkSpan) => attributes['obsctl.fault.id'] !== undefined;
  const jobSecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = [await metric(worker, JOB_SECONDS), await metric(worker, JOBS)] as const;
    await work();
    return ((await metric(worker, JOB_SECONDS)) - before[0]) / ((await metric(worker, JOBS)) - before[1]);
  };

  describe('heavy-task', () => {
    it('makes jobs long and the queue deep, and burns CPU', async () => {
      const steady = async () => jobSpans(await placeOrders(8));
      await steady();
      const steadySeconds = await jobSecondsOf(steady);
      expect(await metric(worker, DEPTH)).toBe(0);
      const steadyCores = await coresDuring(worker, () => pause(1_000));

      const id = await inject(worker, { fault: 'heavy-task', parameters: { ms: 500 } });
      const first = await placeOrders(4);
      await eventually('a first victim', async () => (await state(worker)).hits > 0 || undefined);
      const cores = coresOfBurn(worker);
      const waiting = await placeOrders(12);
      await eventually('a queue', async () => (await metric(worker, DEPTH)) > 0 || undefined);
      expect(await cores).toBeGreaterThan(steadyCores * 3);

      const burnt = await jobSpans(first);
      for (const span of burnt) {
        expect(span.attributes['obsctl.fault.id']).toBe(id);
        expect(span.end - span.start).toBeGreaterThan(0.45);
        const sent = platform.sink.trace(span.traceId).find(({ name }) => name === 'send orders');
        expect(span.parentSpanId).toBe(sent?.spanId);
        const update = platform.sink.trace(span.traceId).find((child) => child.parentSpanId === span.spanId);
        expect(update!.start - span.start).toBeGreaterThan(0.4);
      }
      const burntSeconds = burnt.map(({ start, end }) => end - start);
      expect(Math.max(...burntSeconds)).toBeGreaterThan(steadySeconds + 0.3);
      await clear(worker, id);
      expect(await listFaults(worker)).toEqual([]);
      await jobSpans(waiting);
      await eventually('an empty queue', async () => (await metric(worker, DEPTH)) === 0 || undefined);
      expect((await jobSpans(await placeOrders(4))).filter(isMarked)).toEqual([]);
      expect(await jobSecondsOf(steady)).toBeLessThan(Math.max(...burntSeconds) / 2);
    });

    it.each([
      { seed: 1, rate: 0.5 },
      { seed: 2, rate: 0.2 },
    ])('strikes the share and the very jobs that the seed says: %o', async ({ seed, rate }) => {
      const target = { seed, rate, route: 'orders' };
      const id = await inject(worker, { fault: 'heavy-task', parameters: { ms: 20 }, target });
      const spans = await jobSpans(await placeOrders(100));
      const { eligible, hits } = await clear(worker, id);
      const victims = spans.filter(isMarked);
      const expected = spans.filter((span) => isVictim(seed, `${span.traceId}:${span.parentSpanId}`, rate));
      expect(victims).toEqual(expected);
      expect(eligible).toBeGreaterThanOrEqual(100);
      const deviation = Math.sqrt(eligible * rate * (1 - rate));
      expect(Math.abs(hits - eligible * rate)).toBeLessThan(5 * deviation);
    });

    it('writes the same lines as ever', async () => {
      const said = worker.lines.map((line) => JSON.parse(line).msg);
      expect(said).toContain('job completed');
      expect(new Set(said.filter((line) => /job/.test(line)))).toEqual(new Set(['job completed']));
    });

    it('refuses a queue that is not there', async () => {
      const nowhere = inject(worker, { fault: 'heavy-task', target: { route: 'nowhere' } });
      await expect(nowhere).rejects.toThrow('nearest: ');
      expect(await listFaults(worker)).toEqual([]);
    });
  });

  it('cpu-burn takes the cores that it says', async () => {
    const steady = await coresDuring(api, () => pause(1_500));
    const id = await inject(api, { fault: 'cpu-burn' });
    expect(await state(api)).toMatchObject({ eligible: 1, hits: 1 });
    await expect(inject(api, { fault: 'cpu-burn' })).rejects.toThrow('409');
    const burning = await coresOfBurn(api);
    expect(burning).toBeGreaterThan(steady * 3);
    expect((await product()).status).toBe(200);
    await clear(api, id);
    expect(await listFaults(api)).toEqual([]);
    expect(await coresDuring(api, () => pause(1_500))).toBeLessThan(burning / 2);
  });

  it('event-loop-block delays all routes, and the admin port answers all the same', async () => {
    /** In an open model, since who waits for the answers would never ask while the loop stands still. */
    const serve = async () => {
      const sent: Promise<{ product: number; order: number; traceId: string }>[] = [];
      const both = async () => {
        const [one, other] = await Promise.all([product(), order(api)]);
        return { product: one.seconds, order: other.seconds, traceId: other.traceId };
      };
      for (let n = 0; n < 20; n++) {
        sent.push(both());
        await pause(50);
      }
      const seen = await Promise.all(sent);
      return {
        products: seen.map((each) => each.product),
        orders: seen.map((each) => each.order),
        traces: seen.map(({ traceId }) => traceId),
      };
    };
    const handlers = (traces: string[]) =>
      eventually('the handler spans', () => {
        const spans = traces.map((id) =>
          platform.sink.trace(id).find(({ name }) => name === 'handler - placeOrder'),
        );
        return spans.every((span) => span !== undefined)
          ? spans.map((span) => span!.end - span!.start)
          : undefined;
      });
    const warnings = () =>
      api.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'event loop was delayed');
    await serve();
    await metric(api, LAG);
    const steady = await serve();
    const steadyLag = await metric(api, LAG);

    const before = warnings().length;
    const id = await inject(api, { fault: 'event-loop-block' });
    const blocked = await serve();
    const lag = await metric(api, LAG);
    // Ten slices: at one of them a handler is at work, whatever chance has it.
    while ((await state(api)).hits < 2_500) {
      const more = await serve();
      for (const key of ['products', 'orders'] as const) blocked[key].push(...more[key]);
      blocked.traces.push(...more.traces);
    }
    expect(lag).toBeGreaterThan(0.2);
    expect(lag).toBeGreaterThan(steadyLag + 0.1);
    await eventually('a warning', () => warnings().length > before || undefined);
    expect(
      Math.max(
        ...warnings()
          .slice(before)
          .map(({ delay }) => delay),
      ),
    ).toBeGreaterThan(150);
    for (const route of ['products', 'orders'] as const) {
      expect(Math.max(...blocked[route])).toBeGreaterThan(median(steady[route]) + 0.1);
    }
    expect(Math.max(...(await handlers(blocked.traces)))).toBeGreaterThan(
      median(await handlers(steady.traces)) + 0.1,
    );
    const { eligible, hits } = await state(api);
    expect(hits).toBeGreaterThan(0);
    expect(hits / eligible).toBeLessThan(0.9);
    await clear(api, id);
    expect(await listFaults(api)).toEqual([]);
    await eventually('a loop that runs', async () => (await metric(api, LAG)) < lag / 2 || undefined);
  });

  it('event-loop-block refuses to take all of the time', async () => {
    await expect(inject(api, { fault: 'event-loop-block', target: { rate: 1 } })).rejects.toThrow(
      'at most 0.9',
    );
    expect(await listFaults(api)).toEqual([]);
  });

  it('memory-leak fills the heap in a slope, and collections cost more', async () => {
    const [heap, gc] = [await metric(api, HEAP), await metric(api, GC)];
    await pause(2_000);
    const steadyGc = (await metric(api, GC)) - gc;
    const id = await inject(api, { fault: 'memory-leak', parameters: { mbPerSecond: 60, maxMb: 120 } });
    const halfway = await eventually('half of it', async () => {
      const used = await metric(api, HEAP);
      return used - heap > 60 * MEGABYTE ? used : undefined;
    });
    expect((await state(api)).hits).toBeLessThanOrEqual(120);
    await eventually('all of it', async () => (await state(api)).hits === 120 || undefined);
    const full = await metric(api, HEAP);
    expect(full).toBeGreaterThan(halfway);
    // 120 MB of live objects, less what was garbage in the first reading and has been collected since.
    expect(full - heap).toBeGreaterThan(90 * MEGABYTE);
    expect((await metric(api, GC)) - gc - steadyGc).toBeGreaterThan(2 * steadyGc);
    expect((await product()).status).toBe(200);
    await clear(api, id);
    expect(await listFaults(api)).toEqual([]);
    expect((await metric(api, HEAP)) - heap).toBeLessThan(60 * MEGABYTE);
  });

  it('memory-leak is refused where it would not fit', async () => {
    const small = await platform.start('api', {
      SERVICE_INSTANCE_ID: 'api-2',
      INVENTORY_URL: platform.inventory.url,
      NODE_OPTIONS: '--max-old-space-size=300',
    });
    await expect(inject(small, { fault: 'memory-leak' })).rejects.toThrow('half of this process');
    expect(await listFaults(small)).toEqual([]);
    await inject(small, { fault: 'memory-leak', parameters: { maxMb: 20 } });
    await small.stop();
  });

  describe('ends with its lease, whoever is there:', () => {
    const ended = async (replica: ServiceProcess, body: Record<string, unknown>) => {
      await inject(replica, { leaseSeconds: 1.5, ...body });
      await pause(1_200);
      await eventually('the end of the lease', async () =>
        (await listFaults(replica)).length === 0 ? true : undefined,
      );
    };

    it('heavy-task', async () => {
      const over = ended(worker, { fault: 'heavy-task', parameters: { ms: 5_000 }, leaseSeconds: 4 });
      await eventually('it', async () => (await listFaults(worker)).length > 0 || undefined);
      const traces = await placeOrders(4);
      await over;
      const spans = await jobSpans(traces);
      // Without an end the four would take 5, 10, 15 and 20 s.
      expect(spans.filter(isMarked)).not.toEqual([]);
      for (const { start, end } of spans) expect(end - start).toBeLessThan(12);
      expect((await jobSpans(await placeOrders(4))).filter(isMarked)).toEqual([]);
    });

    it('cpu-burn', async () => {
      const burning = coresOfBurn(api);
      await ended(api, { fault: 'cpu-burn', leaseSeconds: 5 });
      expect(await coresDuring(api, () => pause(1_000))).toBeLessThan((await burning) / 2);
    });

    it('event-loop-block', async () => {
      await ended(api, { fault: 'event-loop-block' });
      await eventually('a loop that runs', async () => (await metric(api, LAG)) < 0.1 || undefined);
    });

    it('memory-leak', async () => {
      const heap = await metric(api, HEAP);
      await ended(api, { fault: 'memory-leak', parameters: { mbPerSecond: 100 } });
      await eventually('an empty heap', async () =>
        (await metric(api, HEAP)) - heap < 60 * MEGABYTE ? true : undefined,
      );
    });
  });

  it('tells nothing but the ground truth, in no span and no line', async () => {
    await pause(500);
    const told = [...platform.sink.raw, ...api.lines, ...worker.lines].join('\n');
    expect(told).toContain('obsctl.fault.id');
    const rest = told.replaceAll(/\{"key":"obsctl\.fault\.id","value":\{"stringValue":"[^"]*"\}\}/g, '');
    const words =
      /\b(chaos|faults?|inject\w*|leases?|victims?|heavy-task|cpu-burn|event-loop-block|memory-leak)\b/i;
    expect(words.exec(rest)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import type { CauseKind } from '../../../record/attribution.ts';
import type { RuntimeName } from '../../../record/evidence.ts';
import type { Facts } from '../facts/index.ts';
import type { MissingInstance } from '../facts/instances.ts';
import type { Origin } from '../facts/origins.ts';
import type { Place } from '../facts/place.ts';
import type { ResourceShift } from '../facts/resources.ts';
import type { Shift } from '../facts/shifts.ts';
import { rank } from '../ranking.ts';

const place = (changes: Partial<Place> = {}): Place => ({
  service: 'api',
  role: 'handler',
  dependency: null,
  operation: 'handler',
  name: 'handler - getProduct',
  caller: 'k6',
  ...changes,
});

const shift = (where: Partial<Place>, share: number, changes: Partial<Shift> = {}): Shift => ({
  place: place(where),
  background: false,
  excess: 10 * share,
  share,
  weight: share,
  during: 0.8,
  steady: 0.01,
  traces: 20,
  answered: 20,
  traceIds: [],
  instances: ['api-1', 'api-2'],
  from: 100,
  ...changes,
});

const IDS = Array.from({ length: 20 }, (_, i) => `trace-${i}`);

const origin = (where: Partial<Place>, changes: Partial<Origin> = {}): Origin => ({
  place: place(where),
  message: '',
  traces: 20,
  share: 0.8,
  shareOfFailed: 1,
  steadyShare: 0,
  traceIds: IDS,
  failedIds: (changes.shareOfFailed ?? 1) > 0 ? IDS : [],
  requests: 25,
  failures: 20,
  instances: ['api-1', 'api-2'],
  duration: 0.5,
  spread: 1.1,
  lateAnswers: 0,
  noAnswers: 0,
  spans: 20,
  from: 100,
  ...changes,
});

const resource = (
  name: RuntimeName,
  steady: number,
  during: number,
  changes: Partial<ResourceShift> = {},
): ResourceShift => ({
  name,
  service: 'api',
  instance: 'api-1',
  labels: {},
  steady,
  during,
  steadyMean: steady,
  duringMean: during,
  peak: during,
  z: during > steady ? 20 : 0,
  abnormal: during > steady ? 1 : 0,
  slope: 0,
  steadySlope: 0,
  from: 100,
  ...changes,
});

const gone = (changes: Partial<MissingInstance>): MissingInstance => ({
  service: 'api',
  instance: 'api-2',
  missedScrapes: 6,
  stretch: 6,
  signsOfLife: 0,
  exit: null,
  restarted: false,
  resumed: false,
  known: true,
  from: 100,
  ...changes,
});

const NO_CLIENT: Facts['client'] = {
  failed: 0,
  timedOut: 0,
  unseen: 0,
  cut: 0,
  cutTraceIds: [],
  cutInstances: [],
  unseenTraceIds: [],
  timedOutTraceIds: [],
  from: null,
};

const facts = (changes: Partial<Facts>): Facts => ({
  entryService: 'api',
  clientService: 'k6',
  window: { from: 100, to: 120 },
  cohorts: { steady: [], incident: [] },
  origins: [],
  shifts: [],
  resources: [],
  missing: [],
  retries: { client: { steady: 1, during: 1 }, downstream: [], resends: 0, resendTraceIds: [] },
  templates: [],
  client: NO_CLIENT,
  instances: new Map([
    ['api', ['api-1', 'api-2']],
    ['inventory', ['inventory-1']],
  ]),
  traffic: new Map(),
  ...changes,
});

const POSTGRES = { dependency: 'postgresql', name: 'pg.query:SELECT' };
const INVENTORY = { service: 'inventory', caller: 'api', name: 'handler - reserveStock' };
const CALL: Partial<Place> = { role: 'call', dependency: 'inventory', operation: 'client', name: 'POST' };
const slots = (waiting: number) =>
  resource('capacity.slots.waiting', 0, waiting, { service: 'inventory', instance: 'inventory-1' });
const cache = (hit: [number, number], miss: [number, number], error: [number, number]) => [
  resource('cache.hit.rate', ...hit),
  resource('cache.miss.rate', ...miss),
  resource('cache.error.rate', ...error),
];

interface Example {
  name: string;
  is: { service: string; dependency: string | null; kind: CauseKind };
  shows: Partial<Facts>;
}

const api = (kind: CauseKind, dependency: string | null = null) => ({ service: 'api', dependency, kind });

/** One of each kind, with the symptoms that its own effects bring along. */
const EXAMPLES: Example[] = [
  { name: 'a handler that waits', is: api('latency'), shows: { shifts: [shift({}, 0.95)] } },
  {
    name: 'a callee that waits',
    is: api('latency', 'inventory'),
    shows: { shifts: [shift(INVENTORY, 0.95)] },
  },
  { name: 'a handler that fails', is: api('error'), shows: { origins: [origin({})] } },
  { name: 'a callee that fails', is: api('error', 'inventory'), shows: { origins: [origin(INVENTORY)] } },
  {
    name: 'burning threads',
    is: api('cpu'),
    shows: {
      shifts: [shift({}, 0.4), shift({ ...POSTGRES, role: 'query', operation: 'query' }, 0.3)],
      resources: [
        resource('process.cpu.utilization', 0.2, 1.4),
        resource('nodejs.eventloop.delay.p99', 0.012, 0.06),
      ],
    },
  },
  {
    name: 'jobs that burn',
    is: { service: 'worker', dependency: null, kind: 'cpu' },
    shows: {
      shifts: [
        shift(
          { service: 'worker', role: 'job', operation: 'job', name: 'process orders', caller: null },
          0.9,
          { background: true },
        ),
      ],
      resources: [resource('process.cpu.utilization', 0.1, 0.9, { service: 'worker', instance: 'worker-1' })],
    },
  },
  {
    name: 'a blocked event loop',
    is: api('eventloop'),
    shows: {
      shifts: [shift({}, 0.5), shift({ ...POSTGRES, role: 'query', operation: 'query' }, 0.3)],
      resources: [
        resource('process.cpu.utilization', 0.2, 0.8),
        resource('nodejs.eventloop.delay.p99', 0.012, 0.25),
      ],
    },
  },
  {
    name: 'a heap that only grows',
    is: api('memory'),
    shows: {
      shifts: [shift({}, 0.9, { weight: 0.3 })],
      resources: [
        resource('v8js.memory.heap.used', 40e6, 200e6, { slope: 20e6, steadySlope: 0.2e6, peak: 320e6 }),
        resource('v8js.gc.duration', 0.002, 0.08),
      ],
    },
  },
  {
    name: 'an empty pool',
    is: api('pool', 'postgresql'),
    shows: {
      origins: [origin({ ...POSTGRES, role: 'acquire', operation: 'acquire', name: 'pg-pool.connect' })],
      shifts: [shift({ ...POSTGRES, role: 'acquire', operation: 'acquire', name: 'pg-pool.connect' }, 0.9)],
      resources: [resource('db.client.connection.pending_requests', 0, 8)],
    },
  },
  {
    name: 'a lock that statements wait for, with their connections',
    is: api('lock', 'postgresql'),
    shows: {
      shifts: [
        shift({ ...POSTGRES, role: 'query', operation: 'query' }, 0.5),
        shift({ ...POSTGRES, role: 'acquire', operation: 'acquire', name: 'pg-pool.connect' }, 0.45),
      ],
      resources: [
        resource('db.client.connection.pending_requests', 0, 5),
        resource('db.client.operation.duration.mean', 0.002, 0.3),
        resource('postgresql.sessions.lock_waiting', 0, 8, { service: 'worker', instance: 'worker-1' }),
      ],
    },
  },
  {
    name: 'a cache that is gone',
    is: api('unavailable', 'redis'),
    shows: {
      origins: [
        origin(
          { role: 'cache', dependency: 'redis', operation: 'GET', name: 'get' },
          { shareOfFailed: 0, message: 'connect ECONNREFUSED' },
        ),
      ],
      resources: cache([20, 0], [1, 0], [0, 20]),
    },
  },
  {
    name: 'a cache that forgets, and the database behind it',
    is: api('stampede', 'redis'),
    shows: {
      cohorts: { steady: [], incident: [] },
      shifts: [
        shift({ ...POSTGRES, role: 'query', operation: 'query' }, 0.5),
        shift({ ...POSTGRES, role: 'acquire', operation: 'acquire', name: 'pg-pool.connect' }, 0.45),
      ],
      resources: [
        ...cache([20, 3], [1, 18], [0, 0]).map((one) => ({ ...one, labels: { backend: 'redis' } })),
        resource('db.client.connection.pending_requests', 0, 6),
        resource('db.client.operation.duration.mean', 0.01, 0.2),
      ],
    },
  },
  {
    name: 'calls given up while they are served',
    is: api('timeout', 'inventory'),
    shows: {
      origins: [origin(CALL, { lateAnswers: 20, message: 'no answer within * ms' })],
      shifts: [shift(INVENTORY, 0.9)],
      resources: [slots(0)],
      retries: {
        client: { steady: 1, during: 1 },
        downstream: [{ service: 'inventory', amplification: 2.5, perEntry: 0.7 }],
        resends: 1.5,
        resendTraceIds: [],
      },
    },
  },
  {
    name: 'retries that keep the callee overloaded',
    is: api('retry', 'inventory'),
    shows: {
      origins: [origin(CALL, { lateAnswers: 20, message: 'no answer within * ms' })],
      shifts: [shift(INVENTORY, 0.9)],
      resources: [slots(200)],
      retries: {
        client: { steady: 1, during: 2.4 },
        downstream: [{ service: 'inventory', amplification: 5, perEntry: 5 }],
        resends: 3,
        resendTraceIds: [],
      },
    },
  },
  {
    name: 'a callee that stood still, and the retries that came of it',
    is: { service: 'inventory', dependency: null, kind: 'pause' },
    shows: {
      resources: [slots(130)],
      retries: {
        client: { steady: 1, during: 1 },
        downstream: [{ service: 'inventory', amplification: 3.2, perEntry: 0.8 }],
        resends: 2,
        resendTraceIds: [],
      },
      missing: [gone({ service: 'inventory', instance: 'inventory-1', stretch: 14, resumed: true })],
    },
  },
  {
    name: 'connections that are cut',
    is: api('reset'),
    shows: { client: { ...NO_CLIENT, failed: 20, cut: 18 } },
  },
  {
    name: 'a process that ended',
    is: api('crash'),
    shows: { missing: [gone({ exit: 'ended unplanned with SIGKILL', restarted: true })] },
  },
  {
    name: 'a process that stood still',
    is: api('pause'),
    shows: {
      missing: [gone({ resumed: true })],
      client: { ...NO_CLIENT, failed: 9, timedOut: 9, unseen: 9 },
    },
  },
  {
    name: 'a call whose time nobody has',
    is: api('network', 'inventory'),
    shows: { shifts: [shift(CALL, 0.9)] },
  },
  {
    name: 'statements that take long while the database is idle',
    is: api('network', 'postgresql'),
    shows: { shifts: [shift({ ...POSTGRES, role: 'query' }, 0.9)], resources: waitedAndWorked(0) },
  },
  {
    name: 'connections to a database that are cut while others go on using it',
    is: api('network', 'postgresql'),
    shows: {
      origins: [origin({ ...POSTGRES, role: 'query' }, { message: 'read ECONNRESET' })],
      resources: [resource('db.client.operation.rate', 30, 30, { service: 'inventory' })],
    },
  },
  {
    name: 'a database that nothing comes from, so that the pool is used up',
    is: api('network', 'postgresql'),
    shows: {
      origins: [
        origin(
          { ...POSTGRES, role: 'acquire', name: 'pg-pool.connect' },
          { message: 'timeout exceeded when trying to connect' },
        ),
        origin(
          { ...POSTGRES, role: 'connect', name: 'pg.connect' },
          { message: 'Connection terminated due to connection timeout', shareOfFailed: 0.2, share: 0.2 },
        ),
      ],
      resources: [
        resource('db.client.connection.pending_requests', 0, 20),
        resource('db.client.operation.rate', 30, 28, { service: 'inventory' }),
      ],
    },
  },
  {
    name: 'a cache whose every command takes long',
    is: api('network', 'redis'),
    shows: { shifts: [shift({ role: 'cache', dependency: 'redis', operation: 'GET', name: 'get' }, 0.9)] },
  },
  {
    name: 'calls that are cut while the callee is there',
    is: api('network', 'inventory'),
    shows: { origins: [origin(CALL, { message: 'read ECONNRESET', noAnswers: 20 })] },
  },
  {
    name: 'calls that are refused, since nobody is there',
    is: api('unavailable', 'inventory'),
    shows: { origins: [origin(CALL, { message: 'connect ECONNREFUSED', noAnswers: 20 })] },
  },
  {
    name: 'a cache that is refused',
    is: api('unavailable', 'redis'),
    shows: {
      origins: [
        origin(
          { role: 'cache', dependency: 'redis', operation: 'GET', name: 'get' },
          { message: 'connect ECONNREFUSED *', shareOfFailed: 0 },
        ),
        origin(
          { role: 'cache', dependency: 'redis', operation: 'GET', name: 'get' },
          { message: 'read ECONNRESET', share: 0.2, shareOfFailed: 0 },
        ),
      ],
      resources: cache([20, 0], [1, 0], [0, 20]),
    },
  },
  {
    name: 'a cache that is gone behind a proxy, which takes connections and cuts them',
    is: api('unavailable', 'redis'),
    shows: {
      origins: [
        origin(
          { role: 'cache', dependency: 'redis', operation: 'GET', name: 'get' },
          { message: 'write EPIPE', share: 0.6 },
        ),
      ],
      resources: cache([36, 12], [1, 1], [0, 10]),
      missing: [gone({ service: 'redis', instance: 'redis', exit: 'ended unplanned with SIGKILL' })],
    },
  },
];

/** Callers wait for six statements at a time, and the database is at work on so many of them. */
function waitedAndWorked(active: number): ResourceShift[] {
  return [
    resource('db.client.operation.rate', 40, 40),
    resource('db.client.operation.duration.mean', 0.002, 0.15),
    resource('postgresql.sessions.active', 0, active),
  ];
}

const suspectsOf = (shows: Partial<Facts>) => rank(facts(shows), []);

describe('causes', () => {
  it.each(EXAMPLES)('$name', ({ is, shows }) => {
    const { status, suspects } = suspectsOf(shows);
    expect(suspects[0]).toMatchObject(is);
    expect(status).toBe('named');
  });

  it('are unknown where nothing stands out', () => {
    expect(suspectsOf({})).toMatchObject({ status: 'unknown', suspects: [], unknown: 1 });
    expect(suspectsOf({ shifts: [shift({}, 1, { weight: 0.05 })] }).status).toBe('unknown');
  });

  it('name the instance where not all of them show it', () => {
    const shows = { shifts: [shift({}, 0.9, { instances: ['api-2'] })] };
    expect(suspectsOf(shows).suspects[0]!.instances).toEqual(['api-2']);
    expect(suspectsOf({ shifts: [shift({}, 0.9)] }).suspects[0]!.instances).toEqual([]);
  });

  it('a database that was at work for as long as its callers waited is slow itself', () => {
    const shifts = [shift({ ...POSTGRES, role: 'query' }, 0.9)];
    const [first] = suspectsOf({ shifts, resources: waitedAndWorked(6) }).suspects;
    expect(first).toMatchObject({ kind: 'latency', dependency: 'postgresql' });
    const locked = [...waitedAndWorked(6), resource('postgresql.sessions.lock_waiting', 0, 6)];
    expect(suspectsOf({ shifts, resources: locked }).suspects[0]!.kind).toBe('lock');
  });

  it('two at once are both among the first three', () => {
    const { suspects } = suspectsOf({
      shifts: [shift({}, 0.6)],
      origins: [
        origin({ role: 'cache', dependency: 'redis', operation: 'GET', name: 'get' }, { shareOfFailed: 0 }),
      ],
      resources: cache([20, 0], [1, 0], [0, 20]),
    });
    expect(suspects.slice(0, 3).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['latency', 'unavailable']),
    );
  });

  it('a busy instance that missed scrapes is neither gone nor standing still', () => {
    const { suspects } = suspectsOf({ missing: [gone({ signsOfLife: 300 })], shifts: [shift({}, 0.9)] });
    expect(suspects[0]!.kind).toBe('latency');
  });

  it('CPU that the traffic explains is none', () => {
    const resources = [resource('process.cpu.utilization', 0.2, 0.6)];
    expect(suspectsOf({ resources }).suspects[0]?.kind).toBe('cpu');
    expect(suspectsOf({ resources, traffic: new Map([['api-1', 3]]) }).suspects).toEqual([]);
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE, faultNames } from '../../cli/chaos/catalogue.ts';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { nowSeconds } from '../../cli/shared/clock.ts';
import type { Endpoints, StackStatus } from '../../cli/stack/stack.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import type { Window } from '../../reports/record/common.ts';
import type { Span } from '../../reports/record/evidence.ts';
import { eventually, User } from '../support/cli.ts';
import { readRoutes, startLoad } from '../support/load.ts';
import {
  databaseUrlOf,
  everythingIn,
  platformLogs,
  readRawStore,
  telemetryOf,
  watchSessions,
} from '../support/stack-view.ts';
import { telltalesIn } from '../support/telltales.ts';

/** How long each fault is on under load, and how long its telemetry may take to arrive, milliseconds. */
const ON_MS = 2_500;
const ARRIVAL_MS = 1_300;

/** Where a fault's own defaults would show nothing of it within those seconds. Without an entry: the defaults. */
const QUICKER: Record<string, string[]> = {
  latency: ['--ms', '200'],
  'downstream-timeout': ['--ms', '800'],
  'connection-reset': ['--rate', '0.5'],
};

interface Episode {
  leases: Lease[];
  window: Window;
  told: Awaited<ReturnType<typeof everythingIn>>;
}

/** What the embedded stack can carry: the others are looked at where their carriers are (test/backends). */
const CARRIED = faultNames().filter((name) => !/toxiproxy|collector/.test(CATALOGUE[name]!.needs ?? ''));

const user = new User();
const episodes = new Map<string, Episode>();
let status: StackStatus;
let endpoints: Endpoints;
let routes: string[];
let source: TelemetrySource;
let sessions: Awaited<ReturnType<typeof watchSessions>>;

beforeAll(async () => {
  status = await user.json<StackStatus>(['up']);
  endpoints = status.endpoints!;
  routes = await readRoutes(endpoints.docsUrl);
  source = telemetryOf(user);
  sessions = await watchSessions(databaseUrlOf(user));
});
afterAll(async () => {
  await sessions?.stop();
  await user.leave();
});

const isWell = async () => {
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => fetch(`${endpoints.baseUrl}/products`).catch(() => undefined)),
  );
  return answers.every((answer) => answer?.status === 200);
};

const isCleared = async () => (await user.run(['chaos', 'clear', '--all'])).code === 0;

/** The fault under light load; what the telemetry source has of it. */
const playOut = async (fault: string): Promise<Episode> => {
  const from = nowSeconds();
  const load = startLoad(endpoints.baseUrl, routes);
  const leases = await user.json<Lease[]>(['chaos', fault, ...(QUICKER[fault] ?? []), '--duration', '30s']);
  await pause(ON_MS);
  await load.stop();
  await eventually(`${fault} is cleared`, isCleared);
  await eventually(`the platform is well again after ${fault}`, isWell);
  await pause(ARRIVAL_MS);
  const window = { from, to: nowSeconds() };
  const told = await everythingIn(source, window);
  return { leases, window, told };
};

/** Error texts of test output stay readable: the first few, each once. */
const brief = (found: ReturnType<typeof telltalesIn>) => [
  ...new Map(found.map((one) => [one.why, one])).values(),
];

describe('what a fault leaves in the telemetry', () => {
  test.for(CARRIED)('%s does not betray itself', async (fault, { skip }) => {
    skip(CATALOGUE[fault]!.needs === 'redis' && status.cache !== 'redis', 'no redis-server here');
    const episode = await playOut(fault);
    episodes.set(fault, episode);
    const { spans, logs, red, runtime } = episode.told;
    for (const part of [spans, logs, red, runtime]) expect(part.length).toBeGreaterThan(0);
    expect(brief(telltalesIn(episode.told))).toEqual([]);
  });

  test('every fault was looked at', () => {
    const left = CARRIED.filter((name) => !episodes.has(name));
    expect(status.cache === 'redis' ? left : left.filter((name) => !CATALOGUE[name]!.needs)).toEqual([]);
  });

  test('neither do sessions of the database, nor what the processes of the platform write', () => {
    const names = sessions.seen().map((row) => row.application_name);
    expect(names).toContain('shop-api');
    expect(brief(telltalesIn(sessions.seen()))).toEqual([]);
    const logs = platformLogs(user);
    expect(Object.keys(logs)).toEqual(
      expect.arrayContaining(['api-1.log', 'inventory-1.log', 'worker-1.log']),
    );
    expect(brief(telltalesIn(logs))).toEqual([]);
  });

  test('no admin port is named anywhere', () => {
    const ports = status.replicas.map(({ adminUrl }) => new URL(adminUrl).port);
    const pattern = new RegExp(`.{0,40}(?<![\\w.-])(${ports.join('|')})(?![\\w.-]).{0,20}`, 'g');
    const texts = [...episodes.values()].map(({ told: { spans, logs } }) =>
      JSON.stringify([
        spans.map(({ name, attributes, events }) => ({ name, attributes, events })),
        logs.map(({ body, attributes }) => ({ body, attributes })),
      ]),
    );
    expect(texts.flatMap((text) => text.match(pattern) ?? [])).toEqual([]);
  });

  test('a telltale put into any place of it is found', () => {
    const { told } = [...episodes.values()][0]!;
    const span = told.spans.find(({ events }) => events.length > 0) ?? told.spans[0]!;
    const spoilt: Span[] = [
      { ...span, name: 'inject latency' },
      { ...span, statusMessage: 'the victim failed' },
      { ...span, attributes: { ...span.attributes, 'app.chaos': true } },
      { ...span, attributes: { 'url.path': '/faults' } },
      { ...span, events: [{ time: 0, name: 'exception', attributes: { 'exception.stacktrace': FRAME } }] },
    ];
    const few = { ...told, spans: told.spans.slice(0, 20), logs: told.logs.slice(0, 20) };
    expect(telltalesIn(few)).toEqual([]);
    for (const one of spoilt) expect(telltalesIn({ ...few, spans: [...few.spans, one] })).toHaveLength(1);
    const line = { ...told.logs[0]!, body: 'the lease ran out' };
    expect(telltalesIn({ ...few, logs: [...few.logs, line] })).toHaveLength(1);
  });
});

const FRAME = 'Error: no\n    at Object.handle (/app/service/faults/error.ts:31:9)';
const MARK = 'obsctl.fault.id';

describe('the ground truth on the spans', () => {
  interface RawSpan {
    spanId: string;
    name: string;
    start: number;
    attributes: Record<string, unknown>;
    rest: unknown;
  }
  let raw: Record<string, Record<string, unknown>[]>;
  let spans: RawSpan[];

  beforeAll(async () => {
    raw = await readRawStore(user, ['spans', 'logs', 'series', 'exemplars']);
    spans = raw.spans!.map((row) => ({
      spanId: String(row.span_id),
      name: String(row.name),
      start: Number(row.start_time),
      attributes: JSON.parse(String(row.attributes)),
      rest: [row.events, row.links, row.status_message],
    }));
  });

  const victimsOf = ({ leases }: Episode) =>
    spans.filter(({ attributes }) =>
      leases.some(({ id }) => String(attributes[MARK]).split(',').includes(id)),
    );

  test('is in the store for every fault that has victims, and stripped from what the source gives', () => {
    const aimed = [...episodes].filter(
      ([name]) => CATALOGUE[name]!.carriedBy === 'service' && CATALOGUE[name]!.scope !== 'resource',
    );
    const withVictims = aimed.filter(([, { leases }]) => leases.length > 0);
    expect(withVictims.length).toBeGreaterThan(3);
    for (const [name, episode] of withVictims) {
      const victims = victimsOf(episode);
      if (!episode.leases.every(({ fault }) => fault === 'retry-storm'))
        expect(victims.length, `victims of ${name}`).toBeGreaterThan(0);
      const given = new Map(episode.told.spans.map((span) => [span.spanId, span]));
      for (const { spanId } of victims) {
        const { attributes } = given.get(spanId) ?? { attributes: {} };
        expect(Object.keys(attributes).filter((key) => /obsctl/.test(key))).toEqual([]);
      }
      expect(victims.filter(({ spanId }) => given.has(spanId)).length, name).toBe(victims.length);
    }
  });

  test('is the only thing in the store, raw as it is, that tells', () => {
    expect(spans.length).toBeGreaterThan(100);
    const rest = spans.map(({ name, attributes: { [MARK]: _mark, ...attributes }, rest }) => ({
      name,
      attributes,
      rest,
    }));
    expect(brief(telltalesIn(rest))).toEqual([]);
    expect(brief(telltalesIn([raw.logs, raw.series, raw.exemplars]))).toEqual([]);
  });
});

describe('an injected error', () => {
  const stacks = ({ told }: Pick<Episode, 'told'>, handler: string): string[] =>
    told.spans
      .filter(({ name }) => name === `handler - ${handler}`)
      .flatMap(({ events }) => events.map(({ attributes }) => String(attributes['exception.stacktrace'])));
  /** Functions and files of the frames, without the handler's own name, line and column. */
  const shape = (stack: string): string[] =>
    stack
      .split('\n')
      .slice(1)
      .map((frame) =>
        frame.replace(/:\d+:\d+\)$/, ')').replace(/Object\.\w+ \(.*\/service\/routes\/\w+\.ts/, 'handler ('),
      );

  test('has the stack of a real one that a handler throws', async () => {
    const from = nowSeconds();
    await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${endpoints.baseUrl}/simulate/error?probability=1`)),
    );
    await pause(ARRIVAL_MS);
    const real = stacks({ told: await everythingIn(source, { from, to: nowSeconds() }) }, 'simulateError');
    const injected = stacks(episodes.get('error')!, 'listProducts');
    expect(real).toHaveLength(20);
    expect(injected.length).toBeGreaterThan(0);
    const shapes = (list: string[]) => new Set(list.map((stack) => JSON.stringify(shape(stack))));
    for (const one of shapes(injected)) expect(shapes(real)).toContain(one);
  });
});

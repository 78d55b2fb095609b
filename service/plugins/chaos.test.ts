import { FastifyOtelInstrumentation } from '@fastify/otel';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../app.ts';
import { appOptions, recordingLog } from '../test-support/fakes.ts';
import { recordSpans } from '../test-support/recorded-spans.ts';
import { things } from '../test-support/things.ts';
import { chaos } from './chaos.ts';

const options = { service: 'api', instance: 'api-1', token: 'a-token-of-some-length', adminPort: null };
/** What is shown, without the folder of the checkout, which every stack trace names. */
const told = (shown: unknown): string => JSON.stringify(shown).replaceAll(process.cwd(), '');

const TELLTALE = /chaos|fault|inject|lease|obsctl|latency/i;

describe('the chaos plugin in an app', () => {
  const recorded = recordSpans();
  const { log, lines } = recordingLog();
  let app: FastifyInstance;

  beforeEach(async () => {
    lines.length = 0;
    recorded.reset();
    app = await createApp(appOptions({ log, routes: [things], chaos: options }));
    await app.ready();
  });
  afterEach(() => app.close());
  afterAll(() => recorded.stop());

  const inject = (more: object) => app.faultAdmin.registry.inject({ id: 'x-1', leaseSeconds: 30, ...more });
  const get = (traceparent?: string) =>
    app.inject({ url: '/things/7', headers: traceparent ? { traceparent } : {} });
  const victimSpans = () => recorded.spans().filter(({ attributes }) => 'obsctl.fault.id' in attributes);

  it('leaves requests alone while nothing is on', async () => {
    expect((await get()).json()).toEqual({ id: '7' });
    expect(victimSpans()).toEqual([]);
  });

  it('makes a victim fail like its handler, and betrays itself by the ground truth alone', async () => {
    await inject({ fault: 'error' });
    expect((await get()).statusCode).toBe(500);
    const [victim] = victimSpans();
    expect(victimSpans()).toHaveLength(1);
    expect(victim).toMatchObject({ name: 'handler - getThing', status: { code: 2 } });
    const { 'obsctl.fault.id': id, ...others } = victim!.attributes;
    expect(id).toBe('x-1');
    const shown = recorded.spans().map(({ name, events, status }) => ({ name, events, status }));
    expect(told([shown, others, lines])).not.toMatch(TELLTALE);
    const stack = String(victim?.events[0]?.attributes?.['exception.stacktrace']).split('\n');
    expect(stack[0]).toMatch(/^TypeError: Cannot read/);
  });

  it('gives an injected error the frame of the handler that it struck, where its route is registered', async () => {
    await inject({ fault: 'error' });
    const frames: string[] = [];
    const turn = /\n +at process\.processTicksAndRejections.*/;
    for (const url of ['/things/7', '/things', '/callback', '/fails']) {
      recorded.reset();
      await app.inject(url);
      const [event] = victimSpans()[0]!.events;
      const stack = String(event!.attributes!['exception.stacktrace']).replace(turn, '');
      frames.push(stack.split('\n').slice(1).join('\n'));
    }
    const here = /^ {4}at Object\.([\w<>]+) \(.*things\.ts:(\d+):\d+\)$/;
    expect(frames.map((frame) => here.exec(frame)?.[1])).toEqual([
      'getThing',
      'listThings',
      '<anonymous>',
      'fails',
    ]);
    const lines = frames.map((frame) => Number(here.exec(frame)?.[2]));
    expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
  });

  it('leaves a real failure of a victim the stack that it has without any fault', async () => {
    const stackOf = async () => {
      recorded.reset();
      await app.inject('/fails');
      return recorded
        .spans()
        .flatMap(({ events }) => events.map(({ attributes }) => String(attributes?.['exception.stacktrace'])))
        .map((stack) => stack.replace(/\n +at process\.processTicksAndRejections.*/, ''));
    };
    const healthy = await stackOf();
    expect(healthy[0]).toMatch(/^Error: no stock\n +at Object\.fails /);
    expect(healthy.join()).not.toContain('route-handler');
    await inject({ fault: 'latency', parameters: { ms: 1 } });
    expect(await stackOf()).toEqual(healthy);
    expect(victimSpans()).toHaveLength(1);
  });

  it('leaves a handler that answers by callback alone while nothing is on', async () => {
    expect((await app.inject('/callback')).json()).toEqual({ by: 'callback' });
  });

  it('makes a delay self time of the handler span', async () => {
    await inject({ fault: 'latency', parameters: { ms: 40 } });
    await get();
    const [seconds, nanoseconds] = victimSpans()[0]!.duration;
    expect(seconds + nanoseconds / 1e9).toBeGreaterThan(0.038);
    expect(recorded.spans()).toHaveLength(2);
  });

  it('lets one request suffer from two faults', async () => {
    await inject({ fault: 'latency', parameters: { ms: 1 } });
    await inject({ id: 'x-2', fault: 'error', parameters: { status: 503 } });
    expect((await get()).statusCode).toBe(503);
    expect(victimSpans()[0]?.attributes['obsctl.fault.id']).toBe('x-1,x-2');
    expect(told(recorded.spans().map(({ events }) => events))).not.toMatch(TELLTALE);
  });

  it('chooses the same victims in every replica', async () => {
    const parents = Array.from(
      { length: 60 },
      (_, n) => `00-${(n + 1).toString(16).padStart(32, '0')}-00000000000000aa-01`,
    );
    const other = await createApp(appOptions({ routes: [things], chaos: { ...options, instance: 'api-2' } }));
    await other.ready();
    const injection = { id: 'x-1', leaseSeconds: 30, fault: 'error', target: { rate: 0.4, seed: 9 } };
    await inject(injection);
    await other.faultAdmin.registry.inject(injection);
    const statuses = (replica: FastifyInstance) =>
      Promise.all(
        parents.map(
          async (traceparent) =>
            (await replica.inject({ url: '/things/7', headers: { traceparent } })).statusCode,
        ),
      );
    const here = await statuses(app);
    expect(here).toEqual(await statuses(other));
    expect(new Set(here)).toEqual(new Set([200, 500]));
    await other.close();
  });

  it('never touches health, readiness and metrics', async () => {
    await inject({ fault: 'error' });
    for (const url of ['/healthz', '/readyz', '/metrics'])
      expect((await app.inject(url)).statusCode).toBe(200);
    expect(app.faultAdmin.registry.list()[0]?.eligible).toBe(0);
  });
});

describe('the chaos plugin', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('refuses to register in production, unless it is told to', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await expect(Fastify().register(chaos, options)).rejects.toThrow(/NODE_ENV=production/);
    const app = Fastify();
    await app.register(chaos, { ...options, allowProduction: true });
    await app.close();
  });

  it('refuses to register after tracing, whose spans would then betray it', async () => {
    const app = Fastify();
    await app.register(new FastifyOtelInstrumentation().plugin());
    await expect(app.register(chaos, options)).rejects.toThrow(/before @fastify\/otel/);
  });

  it('closes the admin API also when a fault does not end', async () => {
    const app = Fastify();
    await app.register(chaos, { ...options, adminPort: 0 });
    await app.ready();
    vi.spyOn(app.faultAdmin.registry, 'clearAll').mockRejectedValue(new Error('no answer'));
    await app.close().catch(() => undefined);
    expect(app.faultAdmin.app.server.listening).toBe(false);
  });

  it('works in a foreign app under its own service name', async () => {
    const app = Fastify();
    await app.register(chaos, { ...options, service: 'checkout', role: 'api' });
    await app.register(things);
    await app.ready();
    await app.faultAdmin.registry.inject({ id: 'a', fault: 'error', leaseSeconds: 9 });
    expect((await app.inject('/things/1')).statusCode).toBe(500);
    await app.faultAdmin.registry.clearAll();
    expect((await app.inject('/things/1')).statusCode).toBe(200);
    await app.close();
  });
});

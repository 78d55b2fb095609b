import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { endProcess, type ProcessIdentity } from '../../cli/shared/process-identity.ts';
import { pollUntil } from '../../cli/shared/retry.ts';
import { ComposeStack } from '../../cli/stack/compose/compose-stack.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import { type ChaosScene, chaosDriverContract } from '../contract/chaos-driver.ts';
import { newTrace } from '../integration/service-support/platform.ts';
import { eventually } from '../support/cli.ts';
import { DrivenStack, grafanaAt } from '../support/driven-stack.ts';
import { everythingIn } from '../support/stack-view.ts';
import { telltalesIn } from '../support/telltales.ts';
import { ComposeUser } from './support/compose-user.ts';
import { docker } from './support/docker.ts';

/** Longest that telemetry may take to where it is asked for, seconds; what is not there then was lost. */
const ARRIVAL = 8;

let driven: DrivenStack;
let baseUrl: string;
let source: TelemetrySource;

beforeAll(async () => {
  const make = () => new ComposeStack({ grafanaOver: async (backends) => grafanaAt(backends) });
  driven = await DrivenStack.of(await ComposeUser.come(), make, ['--replicas', '2']);
  baseUrl = (await driven.stack.endpoints()).baseUrl;
  source = await driven.stack.telemetry();
});
afterAll(() => driven?.leave());
afterEach(async () => {
  await driven.driver.clearAll();
  await eventually('all is whole', () => driven.isWhole());
});

const nameOf = (component: string) =>
  `obsctl-${component === 'otelcol' ? 'collector' : component}${/-\d+$/.test(component) ? '' : '-1'}`;
/** As the engine sees it. */
const stateOf = (component: string) => docker('inspect', '--format', '{{.State.Status}}', nameOf(component));
const isIn = (state: string, component: string) => async () => (await stateOf(component)) === state;

const crash = async (component: string): Promise<void> => {
  const pid = await docker('inspect', '--format', '{{.State.Pid}}', nameOf(component));
  execFileSync('kill', ['-9', pid]);
};

const ask = async (
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; seconds: number; traceId: string }> => {
  const began = performance.now();
  const { traceId, traceparent } = newTrace();
  const headers = { 'content-type': 'application/json', traceparent };
  const status = await fetch(`${baseUrl}${path}`, {
    ...{ ...init, headers, signal: AbortSignal.timeout(8_000) },
  }).then(
    (response) => response.status,
    () => 0,
  );
  return { status, seconds: (performance.now() - began) / 1000, traceId };
};
const order = () => ask('/orders', { method: 'POST', body: JSON.stringify({ productId: 1, quantity: 1 }) });

/** That many requests, one after the other; their trace ids. */
const requests = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const { status, traceId } = await ask(`/products/${1 + (i % 20)}`);
    expect(status).toBe(200);
    ids.push(traceId);
  }
  return ids;
};

const window = () => ({ from: nowSeconds() - 120, to: nowSeconds() + 1 });
const arrived = {
  async traces(ids: string[]): Promise<number> {
    return ids.length - (await source.missing(ids, undefined, window())).value.length;
  },
  async logs(ids: string[]): Promise<number> {
    const { value } = await source.logs(window(), { traceIds: ids, limit: 1_000 });
    return new Set(value.flatMap(({ traceId }) => traceId ?? [])).size;
  },
};

/** Of new requests nothing of the signal arrives, while all of the other one does. */
const isLost = (signal: 'traces' | 'logs') => async (): Promise<boolean> => {
  const ids = await requests(5);
  const other = signal === 'logs' ? 'traces' : 'logs';
  await eventually(`all ${other} arrive`, async () => (await arrived[other](ids)) === ids.length);
  const all = async () => (await arrived[signal](ids)) === ids.length || undefined;
  return (await pollUntil(all, { timeout: ARRIVAL, every: 0.3 })) !== true;
};

/** An order makes several round trips to the database: with 600 ms for each it takes seconds. */
const isSlow = async () => (await order()).seconds > 1.8;
const fails = async () => (await order()).status !== 201;

const scene = (
  fault: string,
  carrier: string,
  seen: ChaosScene['seen'],
  parameters: Record<string, unknown> = {},
): ChaosScene => ({
  driver: () => driven.driver,
  injection: { fault, parameters, target: { rate: 1, seed: 1 } },
  carriers: [carrier],
  ...{ seen, exclusive: true, counted: true },
});

chaosDriverContract(scene('replica-kill', 'api-2', isIn('exited', 'api-2')));
chaosDriverContract(scene('replica-pause', 'api-2', isIn('paused', 'api-2')));
chaosDriverContract(scene('cache-down', 'redis', isIn('exited', 'redis')));
chaosDriverContract(scene('network-latency', 'postgresql', isSlow, { ms: 600 }));
chaosDriverContract(scene('network-partition', 'inventory', fails, { dependency: 'inventory' }));
chaosDriverContract(scene('log-loss', 'logs', isLost('logs')));
chaosDriverContract(scene('trace-loss', 'traces', isLost('traces')));
chaosDriverContract({
  driver: () => driven.driver,
  injection: { fault: 'latency', parameters: { ms: 1200, jitter: 0 }, target: { rate: 1, seed: 1 } },
  carriers: ['api-1', 'api-2'],
  seen: async () => (await ask('/products/1')).seconds > 1 && (await ask('/products/1')).seconds > 1,
  ...{ exclusive: false, counted: false },
});

const inject = (
  fault: string,
  leaseSeconds = 60,
  more: { parameters?: Record<string, unknown>; rate?: number } = {},
): Promise<Lease[]> =>
  driven.driver.inject({
    ...{ fault, parameters: more.parameters ?? {}, target: { rate: more.rate ?? 1, seed: 1 }, leaseSeconds },
  });

describe('a replica', () => {
  test('that is gone is noted as an orchestrator would, is scraped in vain, and comes back as itself', async () => {
    const before = (await driven.status()).incidents.length;
    const from = nowSeconds();
    const leases = await inject('replica-kill');
    const upOf = async (instance: string) =>
      (await source.runtime({ from, to: nowSeconds() + 1 })).value
        .filter((series) => series.name === 'up' && series.instance === instance)
        .flatMap(({ points }) => points.map(([, value]) => value));
    await eventually('it is scraped in vain', async () => (await upOf('api-2')).includes(0));
    expect(await upOf('api-1')).not.toContain(0);
    expect((await driven.status()).incidents.slice(before)).toContainEqual(
      expect.objectContaining({ service: 'api', instance: 'api-2', kind: 'exit' }),
    );
    await driven.driver.clear(leases);
    await eventually('it is whole', () => driven.isWhole());
    await eventually('it is scraped', async () => (await upOf('api-2')).at(-1) === 1);
  });

  test('that hangs is left out by the balancer, and is the same as before', async () => {
    const leases = await inject('replica-pause');
    const isFast = async () =>
      (await Promise.all([1, 2, 3, 4].map((id) => ask(`/products/${id}`)))).every(
        ({ status, seconds }) => status === 200 && seconds < 2,
      );
    await eventually('nobody waits for it any more', isFast);
    const { incidents } = await driven.status();
    await driven.driver.clear(leases);
    await eventually('it is whole', () => driven.isWhole());
    expect((await driven.status()).incidents).toEqual(incidents);
  });
});

test('a proxy that is started again has no toxic: the lease is over', async () => {
  const leases = await inject('network-latency', 60, { parameters: { ms: 600 } });
  await docker('restart', '--time', '1', nameOf('toxiproxy'));
  await eventually('the lease has ended', async () => (await driven.driver.list()).length === 0);
  await expect(driven.driver.renew(leases, 60)).rejects.toThrow('has ended and cannot be renewed');
  await eventually('orders are fast', async () => !(await isSlow()) && !(await fails()));
});

test('a collector that crashes comes back with the loss, and the lease ends it', async () => {
  const leases = await inject('log-loss');
  const first = (await driven.component('otelcol')).pid;
  await crash('otelcol');
  const isBack = async () => {
    const { state, pid } = await driven.component('otelcol');
    return state === 'ready' && pid !== first;
  };
  await eventually('another one is ready', isBack);
  expect(await driven.driver.verify(leases, 'on')).toBe(true);
  expect(await isLost('logs')()).toBe(true);
  await driven.driver.clear(leases);
  expect(await isLost('logs')()).toBe(false);
});

test('the telemetry does not say what it is', async () => {
  const from = nowSeconds();
  for (const [fault, rate] of [
    ['replica-pause', 1],
    ['cache-down', 1],
    ['trace-loss', 0.5],
  ] as const) {
    const leases = await inject(fault, 60, { rate });
    await Promise.all(Array.from({ length: 20 }, (_, id) => ask(`/products/${id + 1}`)));
    await driven.driver.clear(leases);
    await eventually('it is whole', () => driven.isWhole());
  }
  const told = await everythingIn(source, { from, to: nowSeconds() });
  expect(told.spans.length).toBeGreaterThan(0);
  expect([...new Map(telltalesIn(told).map((one) => [one.why, one])).values()]).toEqual([]);
});

describe('whatever dies, a lease ends', () => {
  const begin = async (seconds: number) => {
    const cli = driven.user.start(['chaos', 'replica-pause', '--duration', `${seconds}s`]);
    await eventually('it is on', isIn('paused', 'api-2'));
    return cli;
  };
  const host = (): ProcessIdentity => driven.user.state().supervisor;
  const kill = (...processes: ProcessIdentity[]) =>
    Promise.all(processes.map((one) => endProcess(one, 'SIGKILL')));

  test('kill -9 of the command and the guard', async () => {
    const cli = await begin(20);
    const before = driven.guard();
    cli.kill('SIGKILL');
    await kill(before);
    await eventually('there is another guard', () => driven.hasAnotherGuard(before));
    expect(await stateOf('api-2')).toBe('paused');
    await eventually('it goes on', isIn('running', 'api-2'));
    expect(await driven.driver.list()).toEqual([]);
  });

  // Last: nobody brings the host process back.
  test('kill -9 of the command, the guard and the host process', async () => {
    const cli = await begin(20);
    const before = driven.guard();
    cli.kill('SIGKILL');
    // A standby is there by then.
    await pause(1_500);
    await kill(host(), before);
    await eventually('another takes over', () => driven.hasAnotherGuard(before));
    expect(await stateOf('api-2')).toBe('paused');
    await eventually('it goes on', isIn('running', 'api-2'));
    expect((await driven.user.run(['down'])).code).toBe(0);
    expect(
      await docker('ps', '--all', '--quiet', '--filter', 'label=com.docker.compose.project=obsctl'),
    ).toBe('');
    await driven.user.json(['up']);
  });
});

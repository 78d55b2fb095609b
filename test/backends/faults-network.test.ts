import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { nowSeconds } from '../../cli/shared/clock.ts';
import type { Window } from '../../reports/record/common.ts';
import type { RuntimeName } from '../../reports/record/evidence.ts';
import { chaosDriverContract } from '../contract/chaos-driver.ts';
import { alive, eventually } from '../support/cli.ts';
import { DrivenStack } from '../support/driven-stack.ts';
import { readRoutes, startLoad } from '../support/load.ts';
import { everythingIn, platformLogs } from '../support/stack-view.ts';
import { telltalesIn } from '../support/telltales.ts';

let driven: DrivenStack;
let baseUrl: string;

beforeAll(async () => {
  driven = await DrivenStack.up();
  baseUrl = (await driven.stack.endpoints()).baseUrl;
});
afterAll(() => driven?.leave());
afterEach(async () => {
  await driven.driver.clearAll();
  await eventually('all is whole', () => driven.isWhole());
});

const order = async (): Promise<{ status: number; seconds: number }> => {
  const began = performance.now();
  const body = JSON.stringify({ productId: 1, quantity: 1 });
  const headers = { 'content-type': 'application/json' };
  const status = await fetch(`${baseUrl}/orders`, {
    ...{ method: 'POST', headers, body, signal: AbortSignal.timeout(8_000) },
  }).then(
    (response) => response.status,
    () => 0,
  );
  return { status, seconds: (performance.now() - began) / 1000 };
};

/** An order makes several round trips to the database: with 600 ms for each it takes seconds. */
const isSlow = async () => (await order()).seconds > 1.8;
const fails = async () => {
  const tries = [await order(), await order(), await order()];
  return tries.every(({ status }) => status !== 201);
};

const scene = (fault: string, parameters: Record<string, unknown>, seen: () => Promise<boolean>) => ({
  driver: () => driven.driver,
  injection: { fault, parameters, target: { rate: 1, seed: 1 } },
  carriers: [String(parameters.dependency ?? 'postgresql')],
  ...{ seen, exclusive: true, counted: true },
});

chaosDriverContract(scene('network-latency', { ms: 600 }, isSlow));
chaosDriverContract(scene('network-partition', { dependency: 'inventory' }, fails));

const inject = (fault: string, parameters: Record<string, unknown>, leaseSeconds = 60): Promise<Lease[]> =>
  driven.driver.inject({ fault, parameters, target: { rate: 1, seed: 1 }, leaseSeconds });

/** Everything that the telemetry has of a stretch of light load under the fault. */
const playOut = async (fault: string, parameters: Record<string, unknown>, seconds: number) => {
  const load = startLoad(baseUrl, await readRoutes((await driven.stack.endpoints()).docsUrl));
  const leases = await inject(fault, parameters);
  const from = nowSeconds();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const to = nowSeconds();
  await driven.driver.clear(leases);
  await load.stop();
  await new Promise((done) => setTimeout(done, 1_500));
  return {
    window: { from, to },
    told: await everythingIn(await driven.stack.telemetry(), { from, to: to + 2 }),
  };
};

type Told = Awaited<ReturnType<typeof playOut>>['told'];

const meanOf = ({ runtime }: Told, name: RuntimeName, service: string, { from, to }: Window): number => {
  const values = runtime
    .filter((series) => series.name === name && series.service === service)
    .flatMap(({ points }) => points.filter(([t]) => t >= from && t <= to).map(([, value]) => value));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

const brief = (found: ReturnType<typeof telltalesIn>) => [
  ...new Map(found.map((one) => [one.why, one])).values(),
];

describe('in the telemetry', () => {
  test('a slow way shows at its caller alone, and in statements that do nothing; nobody says why', async () => {
    const { told, window } = await playOut('network-latency', { ms: 250 }, 6);
    const statements = (service: string) =>
      meanOf(told, 'db.client.operation.duration.mean', service, window);
    expect(statements('api')).toBeGreaterThan(0.2);
    expect(statements('inventory')).toBeLessThan(statements('api') / 2);
    const begins = told.spans.filter(
      ({ service, name, start, duration }) =>
        service === 'api' && /BEGIN/.test(name) && start >= window.from && start + duration <= window.to,
    );
    expect(begins.length).toBeGreaterThan(3);
    expect(Math.min(...begins.map(({ duration }) => duration))).toBeGreaterThan(0.2);
    // A connection's worth of waiting for each that is used, and hardly one at which the database was at work.
    const used = meanOf(told, 'db.client.connection.used', 'api', window);
    expect(meanOf(told, 'postgresql.sessions.active', 'worker', window)).toBeLessThan(used);
    expect(brief(telltalesIn(told))).toEqual([]);
  });

  test('a cut way shows as resets, and the database goes on for others', async () => {
    const { told, window } = await playOut('network-partition', {}, 5);
    const said = told.logs.filter(({ service }) => service === 'api').map((log) => JSON.stringify(log));
    expect(said.filter((text) => /ECONNRESET|terminated unexpectedly/.test(text)).length).toBeGreaterThan(3);
    expect(said.filter((text) => /ECONNREFUSED/.test(text))).toEqual([]);
    const failed = told.spans.filter(
      ({ service, status, name }) => service === 'api' && status === 'error' && /^pg/.test(name),
    );
    expect(failed.length).toBeGreaterThan(3);
    expect(meanOf(told, 'db.client.operation.rate', 'worker', window)).toBeGreaterThan(0);
    expect(brief(telltalesIn(told))).toEqual([]);
  });

  test('a way that loses everything in silence hangs its users, ends no process, and is whole again after', async () => {
    const before = (await driven.status()).incidents.length;
    const { told } = await playOut('network-partition', { mode: 'drop' }, 6);
    expect(JSON.stringify(told.logs)).toMatch(/connection timeout|timeout exceeded/);
    expect((await driven.status()).incidents.slice(before)).toEqual([]);
    await eventually('orders are taken again', async () => (await order()).status === 201);
  });

  test('nothing of it is in what the platform writes', () => {
    expect(brief(telltalesIn(platformLogs(driven.user)))).toEqual([]);
  });
});

describe('two ways', () => {
  test('carry a fault each, and one way carries one', async () => {
    const latency = await inject('network-latency', { dependency: 'inventory' });
    const cut = await inject('network-partition', { dependency: 'redis' });
    expect((await driven.driver.list()).map(({ fault, instance }) => `${fault} ${instance}`).sort()).toEqual([
      'network-latency inventory',
      'network-partition redis',
    ]);
    await expect(inject('network-partition', { dependency: 'inventory' })).rejects.toMatchObject({
      code: 'FAULT_REFUSED',
    });
    await expect(inject('cache-down', {})).rejects.toMatchObject({ code: 'FAULT_REFUSED' });
    await driven.driver.clear([...latency, ...cut]);
  });
});

describe('whatever dies, a lease ends', () => {
  const ended = async () => {
    await eventually('the lease has ended', async () => (await driven.driver.list()).length === 0, 30);
    await eventually('orders are fast again', async () => !(await isSlow()));
  };

  test.each([
    ['the command', false],
    ['the command and the guard', true],
  ])('kill -9 of %s', async (_who, alsoGuard) => {
    const cli = driven.user.start(['chaos', 'network-latency', '--ms', '600', '--duration', '7s']);
    await eventually('it is on', async () => (await driven.driver.list()).length === 1);
    expect(await isSlow()).toBe(true);
    cli.kill('SIGKILL');
    if (alsoGuard) process.kill(driven.guard().pid, 'SIGKILL');
    await cli.outcome;
    await ended();
  });

  test('kill -9 of the guard: the next one goes on, and ends it when it is told to', async () => {
    const leases = await inject('network-latency', { ms: 600 });
    const before = driven.guard();
    process.kill(before.pid, 'SIGKILL');
    await eventually('there is another guard', () => driven.hasAnotherGuard(before));
    expect((await driven.driver.list()).map(({ id }) => id)).toEqual(leases.map(({ id }) => id));
    expect(await driven.driver.verify(leases, 'on')).toBe(true);
    await driven.driver.clear(leases);
    await ended();
  });

  test('kill -9 of the proxy: the lease is over, and the way is there again, free', async () => {
    const leases = await inject('network-latency', { ms: 600 });
    process.kill((await driven.component('toxiproxy')).pid!, 'SIGKILL');
    await ended();
    await expect(driven.driver.renew(leases, 60)).rejects.toThrow('has ended and cannot be renewed');
    expect((await driven.status()).incidents.at(-1)).toMatchObject({ instance: 'toxiproxy', kind: 'exit' });
    await eventually('orders are taken', async () => (await order()).status === 201);
  });
});

test('kill -9 of the supervisor takes everything with it', async () => {
  const other = await DrivenStack.up();
  try {
    const { processes, supervisor } = other.user.state();
    await other.driver.inject({
      ...{ fault: 'network-partition', parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds: 60 },
    });
    const all = [...processes, { name: 'guard', ...other.guard() }];
    process.kill(supervisor.pid, 'SIGKILL');
    await eventually('all are gone', () => alive(all).length === 0);
  } finally {
    await other.leave();
  }
});

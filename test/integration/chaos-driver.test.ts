import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ChaosDriver, Lease } from '../../cli/chaos/chaos-driver.ts';
import { createChaos } from '../../cli/chaos/create-chaos.ts';
import { isAlive, isStopped, type ProcessIdentity } from '../../cli/shared/process-identity.ts';
import { LocalStack } from '../../cli/stack/local/local-stack.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { createEmbeddedTelemetrySource } from '../../cli/telemetry/embedded/embedded-telemetry-source.ts';
import { type ChaosScene, chaosDriverContract } from '../contract/chaos-driver.ts';
import { alive, eventually, User } from '../support/cli.ts';

let user: User;
let stack: LocalStack;
let driver: ChaosDriver;
const stateHome = process.env.XDG_STATE_HOME;

const bringUp = async (): Promise<void> => {
  user = new User();
  await user.json(['up', '--replicas', '2']);
  process.env.XDG_STATE_HOME = join(user.home, 'state');
  stack = new LocalStack({
    toxiproxy: async () => null,
    telemetryOver: async (client) => createEmbeddedTelemetrySource(client),
    grafanaOver: () => Promise.reject(new Error('this stack is embedded')),
    binaries: async () => ({ found: null, missing: ['prometheus'] }),
  });
  driver = createChaos(stack, (options) => stack.guardSocket(options));
};

const takeDown = async (): Promise<void> => {
  await user.leave();
  if (stateHome === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = stateHome;
};

const inStackFolder = (file: string) => join(user.home, 'state/obsctl/stack', file);
const guard = (): ProcessIdentity => JSON.parse(readFileSync(inStackFolder('guard.json'), 'utf8'));
const component = async (name: string) =>
  ((await stack.status()) as StackStatus).components.find((each) => each.name === name)!;
const urlOf = async (name: string) =>
  new URL(((await component(name)).address ?? '').replace(/^(?!http)/, 'tcp://'));

const connects = ({ hostname, port }: URL): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port), timeout: 2000 });
    const answer = (yes: boolean) => {
      resolve(yes);
      socket.destroy();
    };
    socket.once('connect', () => answer(true));
    for (const event of ['error', 'timeout'] as const) socket.once(event, () => answer(false));
  });

const answers = async (url: URL, path: string, within: number): Promise<boolean> => {
  try {
    return (await fetch(new URL(path, url), { signal: AbortSignal.timeout(within) })).ok;
  } catch {
    return false;
  }
};

const answersAt = async (name: string) => answers(await urlOf(name), '/healthz', 1500);
const isRefused = async (name: string) => !(await connects(await urlOf(name)));
/** Its port takes connections, and nobody answers. */
const hangs = async (name: string) => {
  const url = await urlOf(name);
  return (await connects(url)) && !(await answers(url, '/healthz', 1500));
};
const isSlow = async (name: string): Promise<boolean> => {
  const began = performance.now();
  await fetch(new URL('/products/1', await urlOf(name)));
  return performance.now() - began > 1000;
};

const ofStack = (fault: string, carrier: string, seen: ChaosScene['seen']): ChaosScene => ({
  driver: () => driver,
  injection: { fault, parameters: {}, target: { rate: 1, seed: 1 } },
  carriers: [carrier],
  seen,
  exclusive: true,
  counted: true,
});

describe('every driver', () => {
  beforeAll(bringUp);
  afterAll(takeDown);
  afterEach(async () => {
    await driver.clearAll();
    await eventually('all is ready', async () =>
      (await stack.status())!.components.every(({ state }) => state === 'ready'),
    );
  });

  chaosDriverContract({
    driver: () => driver,
    injection: { fault: 'latency', parameters: { ms: 1200, jitter: 0 }, target: { rate: 1, seed: 1 } },
    carriers: ['api-1', 'api-2'],
    seen: async () => (await isSlow('api-1')) && (await isSlow('api-2')),
    exclusive: false,
    counted: false,
  });
  chaosDriverContract(ofStack('replica-kill', 'api-2', () => isRefused('api-2')));
  chaosDriverContract(ofStack('replica-pause', 'api-2', () => hangs('api-2')));
  chaosDriverContract(ofStack('cache-down', 'redis', () => isRefused('redis')));

  test('two at once: what is gone is neither asked nor counted among the carriers, and the other stays', async () => {
    const paused = await driver.inject({
      fault: 'replica-pause',
      parameters: {},
      target: { rate: 1, seed: 1 },
      leaseSeconds: 60,
    });
    const slow = { fault: 'latency', parameters: { ms: 1 }, target: { rate: 1, seed: 1 }, leaseSeconds: 60 };
    expect(await driver.check(slow)).toEqual(['api-1']);
    const leases = await driver.inject(slow);
    expect((await driver.list()).map(({ fault, instance }) => `${fault} ${instance}`).sort()).toEqual([
      'latency api-1',
      'replica-pause api-2',
    ]);
    await expect(
      driver.check({ ...slow, fault: 'replica-kill', parameters: {}, instances: ['api-1'] }),
    ).rejects.toMatchObject({
      code: 'FAULT_REFUSED',
      details: [expect.stringContaining('latency is on')],
    });
    await driver.renew([...paused, ...leases], 90);
    expect(await driver.clearAll()).toBe(2);
    expect(await driver.verify([...paused, ...leases], 'gone')).toBe(true);
  });

  test('a replica that hangs or is gone shows up = 0, and the others are scraped as before', async () => {
    for (const fault of ['replica-pause', 'replica-kill']) {
      const leases = await driver.inject({
        fault,
        parameters: {},
        target: { rate: 1, seed: 1 },
        leaseSeconds: 30,
      });
      const telemetry = await stack.telemetry();
      const began = Date.now() / 1000;
      const upOf = async (instance: string) =>
        (await telemetry.runtime({ from: began, to: Date.now() / 1000 + 1 })).value
          .filter((series) => series.name === 'up' && series.instance === instance)
          .flatMap(({ points }) => points);
      await eventually(`${fault}: three scrapes failed`, async () => {
        const points = await upOf('api-2');
        return points.filter(([, value]) => value === 0).length >= 3;
      });
      const [gone, other] = [await upOf('api-2'), await upOf('api-1')];
      expect(other.every(([, value]) => value === 1)).toBe(true);
      expect(other.length).toBeGreaterThanOrEqual(gone.length);
      await driver.clear(leases);
      expect(await driver.verify(leases, 'gone')).toBe(true);
    }
  });
});

/** One replica that is gone and one that stands still. */
const breakBoth = async (leaseSeconds: number): Promise<Lease[]> => {
  const common = { parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds };
  const leases = [
    ...(await driver.inject({ ...common, fault: 'replica-kill', instances: ['worker-1'] })),
    ...(await driver.inject({ ...common, fault: 'replica-pause', instances: ['api-2'] })),
  ];
  expect(leases.map(({ fault, state }) => `${fault} ${state.hits}`)).toEqual([
    'replica-kill 1',
    'replica-pause 1',
  ]);
  return leases;
};

const bothAreWhole = async () =>
  (await component('worker-1')).state === 'ready' && (await component('api-2')).state === 'ready';

describe('whatever dies, a lease ends', () => {
  beforeAll(bringUp);
  afterAll(takeDown);

  const endedAndWhole = async () => {
    await eventually('the leases have ended', async () => (await driver.list()).length === 0, 30);
    await eventually('both are whole again', bothAreWhole);
    await eventually('the paused one answers', () => answersAt('api-2'));
  };

  test.each([
    ['the command', false],
    ['the command and the guard', true],
  ])('kill -9 of %s', async (_who, alsoGuard) => {
    const cli = user.start(['chaos', 'replica-pause', '--duration', '6s']);
    await eventually('it is on', async () => (await driver.list()).length === 1);
    cli.kill('SIGKILL');
    if (alsoGuard) process.kill(guard().pid, 'SIGKILL');
    await cli.outcome;
    await endedAndWhole();
  });

  test('kill -9 of the guard: the next one goes on where it was, and ends what is due', async () => {
    const on = await breakBoth(8);
    const before = guard();
    process.kill(before.pid, 'SIGKILL');
    const another = () =>
      existsSync(inStackFolder('guard.json')) && guard().pid !== before.pid && isAlive(guard());
    await eventually('there is another guard', another);
    const left = await driver.list();
    expect(on.map(({ id }) => id)).toEqual(expect.arrayContaining(left.map(({ id }) => id)));
    for (const { state } of left) expect(state.expiresIn).toBeLessThan(8);
    await endedAndWhole();
  });

  test('a guard with nothing to hold leaves, and takes its files with it', () =>
    eventually(
      'it has left',
      () => readdirSync(inStackFolder('')).filter((file) => file.startsWith('guard')).length === 0,
    ));
});

describe('when the stack goes, nothing stays', () => {
  afterEach(takeDown);

  const nothingStays = (processes: (ProcessIdentity & { name: string })[], temporary: string) => {
    expect(alive(processes)).toEqual([]);
    expect(processes.filter(isStopped)).toEqual([]);
    expect(existsSync(temporary)).toBe(false);
    expect(readdirSync(inStackFolder(''))).toEqual(['logs']);
  };

  const broken = async () => {
    await bringUp();
    const { processes, supervisor, temporary } = user.state();
    await breakBoth(60);
    return {
      temporary,
      supervisor,
      reaper: processes.find(({ name }) => name === 'reaper')!,
      all: [...processes, { name: 'supervisor', ...supervisor }, { name: 'guard', ...guard() }],
    };
  };

  test('down while leases are open', async () => {
    const { all, temporary } = await broken();
    const { code, stderr } = await user.run(['down']);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('cleaned up')]);
    nothingStays(all, temporary);
  });

  test('kill -9 of the supervisor: its children and the guard go by themselves', async () => {
    const { all, temporary, supervisor } = await broken();
    process.kill(supervisor.pid, 'SIGKILL');
    await eventually('all are gone', () => alive(all).length === 0);
    await user.run(['down']);
    nothingStays(all, temporary);
  });

  test('kill -9 of supervisor, reaper and guard: down cleans up, also what stands still', async () => {
    const { all, temporary, supervisor, reaper } = await broken();
    for (const { pid } of [supervisor, reaper, guard()]) process.kill(pid, 'SIGKILL');
    const { stderr } = await user.run(['down']);
    // The kernel may be faster than the command with what stood still and has lost its parent.
    expect(stderr).toContain('cleaned up: folder');
    nothingStays(all, temporary);
  });
});

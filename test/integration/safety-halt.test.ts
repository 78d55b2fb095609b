import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { User } from '../support/cli.ts';
import { Scene } from './safety-support.ts';

const user = new User();
const scene = new Scene(user);

beforeAll(() => user.json(['up']));
afterAll(() => user.leave());
afterEach(async () => {
  await user.json(['chaos', 'halt', '--lift']);
  await scene.expectSafe();
});

const halt = () => user.json<{ halted: boolean; ended: number }>(['chaos', 'halt']);

test('a halt ends a run with what it broke, whoever carries it, and refuses new faults until it is lifted', async () => {
  const cli = scene.run(
    'latency,replica-kill',
    '--set',
    'replica-kill.replica=api-2',
    '--set',
    'latency.replica=api-1',
    '--duration',
    '60s',
  );
  await scene.untilFaultIsOn();
  const second = await user.run(['run', '--fault', 'error']);
  expect([second.code, second.stderr]).toEqual([
    9,
    expect.stringContaining(`Another run is going on here: ${scene.newest.runId}, process ${cli.pid}, since`),
  ]);
  expect((await halt()).halted).toBe(true);
  expect(await scene.faultsOn()).toEqual([]);
  expect((await cli.outcome).code).toBe(7);
  const { verdict, execution } = scene.newest.readRecord();
  expect([verdict.name, execution.restored]).toEqual(['aborted', true]);
  expect(verdict.reasons.join()).toContain('halted since');

  for (const refused of [
    ['chaos', 'latency'],
    ['chaos', 'cache-down'],
    ['run', '--fault', 'latency'],
  ]) {
    const { code, stderr } = await user.run(refused);
    expect([code, stderr]).toEqual([2, expect.stringContaining('HALTED')]);
  }
  expect(await user.json(['chaos', 'halt', '--lift'])).toEqual({ halted: false, lifted: true });
  expect((await user.run(['chaos', 'latency', '--duration', '1s'])).code).toBe(0);
});

test('a halt ends what single commands had begun, and is said by status', async () => {
  await user.json<Lease[]>(['chaos', 'latency', '--duration', '60s']);
  await user.json<Lease[]>(['chaos', 'cache-down', '--duration', '60s']);
  expect((await halt()).ended).toBeGreaterThan(0);
  expect(await scene.faultsOn()).toEqual([]);
  expect((await user.run(['chaos', 'status'])).stderr).toContain('halted since');
});

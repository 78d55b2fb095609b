import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { listRunIds } from '../../cli/experiment/run-folder.ts';
import { User } from '../support/cli.ts';
import { Scene } from './safety-support.ts';

const user = new User();
const scene = new Scene(user);

beforeAll(() => user.json(['up']));
afterAll(() => user.leave());
afterEach(() => scene.expectSafe());

/** An experiment of every request failing for a minute, with what else is asked for. */
const run = (...more: string[]) => {
  const file = join(user.home, 'experiment.yaml');
  const lines = [
    'title: every request fails',
    'load: { scenario: steady, rate: 20 }',
    'phases: { warmUp: 3s, steady: 10s, fault: 60s, recovery: 10s }',
    'faults: [{ fault: error, target: { rate: 1 } }]',
    ...more,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return user.run(['run', file]);
};

test('a stop condition that holds while the fault is on ends the run: undone, and aborted', async () => {
  const { code } = await run('stopConditions: [{ measure: error-ratio, above: 0.2, for: 3s }]');
  expect(code).toBe(7);
  const { execution, verdict, phases, faults } = scene.newest.readRecord();
  expect(execution).toMatchObject({ status: 'aborted', restored: true });
  expect(execution.stop!.condition).toMatchObject({ measure: 'error-ratio', above: 0.2, for: 3 });
  const fault = phases.at(-1)!;
  expect(fault.name).toBe('fault');
  expect(execution.stop!.at).toBeGreaterThan(fault.from);
  expect(fault.to - fault.from).toBeLessThan(60);
  expect(faults[0]).toMatchObject({ endedBy: 'clear' });
  expect(verdict.reasons.join()).toContain('error ratio above 0.2 for 3 s');
});

test('a stop condition that holds before the fault ends the run, and nothing is broken', async () => {
  const { code } = await run('stopConditions: [{ measure: p95, above: 1ms, for: 2s }]');
  expect(code).toBe(7);
  const { execution, faults, phases } = scene.newest.readRecord();
  expect([execution.status, faults, phases.at(-1)!.name]).toEqual(['aborted', [], 'steady']);
});

test('a stop condition that is true from the start is refused before anything is touched', async () => {
  const before = listRunIds(user.runs);
  const { code, stderr } = await run(
    'stopConditions: [{ measure: requests-per-second, below: 50, for: 5s }]',
  );
  expect([code, stderr]).toEqual([2, expect.stringMatching(/true from the start.*20 requests\/s/)]);
  expect(listRunIds(user.runs)).toEqual(before);
});

test('a hypothesis that does not hold before, by what the client saw or a service measured of itself, keeps anything from being broken', async () => {
  const { code } = await run(
    'hypothesis:',
    '  - { measure: requests-per-second, viewpoint: client, atMost: 3 }',
    '  - { measure: requests-per-second, viewpoint: server, service: api, atMost: 3 }',
  );
  expect(code).toBe(5);
  const { execution, verdict, faults } = scene.newest.readRecord();
  expect([verdict.name, faults, execution.restored]).toEqual(['baseline-unmet', [], true]);
  expect(execution.baselineUnmet).toEqual([
    expect.stringMatching(/client's requests-per-second.*before anything was broken/),
    expect.stringMatching(/server's requests-per-second of api.*before anything was broken/),
  ]);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ObsctlError } from '../../shared/errors.ts';
import { probeEngine } from './engine-probe.ts';
import { FakeEngine } from './fake-engine.fixture.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const refusal = (address = engine.address) =>
  probeEngine(address).then(
    (version) => `fits: ${version}`,
    ({ code, message }: ObsctlError) => `${code}: ${message}`,
  );

test('an engine of the oldest version fits', async () => {
  expect(await refusal()).toBe('fits: 20.10.24');
});

test('an engine that is older is named with what is needed', async () => {
  engine.version = { Version: '19.03.15', ApiVersion: '1.40', Os: 'linux' };
  expect(await refusal()).toMatch(/^ENGINE_UNAVAILABLE: .*19\.03\.15.*20\.10 or newer/);
  engine.version = { Version: '0.9.0', ApiVersion: '0.50', Os: 'linux' };
  expect(await refusal()).toMatch(/^ENGINE_UNAVAILABLE/);
  engine.version = { Version: '30.0.0', ApiVersion: '2.0', Os: 'linux' };
  expect(await refusal()).toMatch(/^fits/);
});

test('an engine for other containers, on another machine, or nowhere is refused', async () => {
  engine.version = { Version: '28.0.0', ApiVersion: '1.48', Os: 'windows' };
  expect(await refusal()).toContain('windows containers');
  expect(await refusal('ssh://build.example')).toContain('on another machine');
  expect(await refusal('tcp://10.0.0.1:2375')).toContain('on another machine');
  expect(await refusal('ssh://127.0.0.1')).toContain('behind SSH');
  expect(await refusal('unix:///nowhere/docker.sock')).toMatch(
    /^ENGINE_UNAVAILABLE: No Docker engine answers at unix:\/\/\/nowhere/,
  );
});

test.each([
  'no address',
  'foo',
  '/var/run/docker.sock',
  'tcp://',
  'fd://',
  'unix://',
  'http://x:y',
  '127.0.0.1:2375',
])('%j is no address of an engine', async (address) => {
  const said = `ENGINE_UNAVAILABLE: ${JSON.stringify(address)} is no address of a Docker engine.`;
  expect(await refusal(address)).toBe(said);
});

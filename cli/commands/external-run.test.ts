import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type TargetSection, targetSchema } from '../experiment/file/target.ts';
import type { ObsctlError } from '../shared/errors.ts';
import type { Context } from './context.ts';
import { externalRun, refuseIfBroken } from './external-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'obsctl-external-'));
const before = process.cwd();
beforeAll(() => {
  process.chdir(folder);
  writeFileSync(join(folder, 'admin-token'), 'file-secret\n');
  writeFileSync(join(folder, 'loki-token'), 'own-secret\n');
  writeFileSync(
    join(folder, 'obsctl.yaml'),
    'backends: { loki: { url: http://ours, tokenFile: loki-token }, tempo: { url: http://ours-too } }\n',
  );
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const replica = { replica: 'todo-1', adminUrl: 'http://127.0.0.1:3001', tokenFile: 'admin-token' };
const section = (more = {}): TargetSection =>
  targetSchema.parse({
    ...{ baseUrl: 'http://127.0.0.1:3000', service: 'gateway', replicas: [{ ...replica, service: 'todo' }] },
    telemetry: { prometheus: { url: 'http://p' }, loki: { url: 'http://theirs' } },
    ...more,
  });
const run = (more = {}, allowed: string[] = []) =>
  externalRun(join(folder, 'x.yaml'), section(more), allowed);
const problems = (more = {}, allowed: string[] = []): string[] => {
  try {
    run(more, allowed);
  } catch (error) {
    expect((error as ObsctlError).code).toBe('USAGE');
    return (error as ObsctlError).details;
  }
  return [];
};

test('secrets come from files beside the experiment, addresses from it before obsctl.yaml', () => {
  const { target, access, foreign } = run();
  expect(target.replicas[0]).toMatchObject({ instance: 'todo-1', service: 'todo', token: 'file-secret' });
  expect([access.prometheus.url, access.loki.url, access.tempo.url]).toEqual([
    'http://p',
    'http://theirs',
    'http://ours-too',
  ]);
  expect(foreign.services).toEqual({ api: 'todo' });
});

test('a secret that obsctl.yaml has for its own back end goes to no other address', () =>
  expect(run().access.loki.bearer).toBeUndefined());

test('the environment comes first, as for every report', () => {
  vi.stubEnv('OBSCTL_LOKI_URL', 'http://of-ci');
  vi.stubEnv('OBSCTL_LOKI_TOKEN', 'ci-secret');
  expect(run().access.loki).toMatchObject({ url: 'http://of-ci', bearer: 'ci-secret' });
});

test('a host that is not this machine is said again by whoever runs it, every one of them', () => {
  const remote = {
    baseUrl: 'https://shop.example.com',
    replicas: [{ ...replica, adminUrl: 'https://admin.example.com' }],
  };
  expect(problems(remote)).toEqual([
    expect.stringContaining('say --remote shop.example.com'),
    expect.stringContaining('say --remote admin.example.com'),
  ]);
  expect(problems(remote, ['shop.example.com'])).toHaveLength(1);
  expect(problems(remote, ['shop.example.com', 'admin.example.com'])).toEqual([]);
});

test('all that is missing is said at once, and where it belongs', () =>
  expect(
    problems({
      telemetry: { tempo: { url: 'http://t' } },
      replicas: [{ ...replica, tokenFile: undefined, tokenVariable: 'NOT_SET_4711' }],
    }),
  ).toEqual([
    expect.stringMatching(
      /^target\.telemetry\.prometheus\.url of .*x\.yaml is missing \(or OBSCTL_PROMETHEUS_URL/,
    ),
    'the token of todo-1: the environment variable NOT_SET_4711 is not set',
  ]));

test('a fault that somebody else has on there is left alone, and nothing is run', async () => {
  const lease = { fault: 'latency', instance: 'todo-1', id: 'latency-1', state: { expiresIn: 11.2 } };
  const context = (on: unknown[]) =>
    ({ chaos: async () => ({ list: async () => on }) }) as unknown as Context;
  await expect(refuseIfBroken(context([lease]))).rejects.toMatchObject({
    code: 'FAULT_REFUSED',
    details: ['todo-1: latency (latency-1), until its lease runs out in 12 s'],
  });
  await expect(refuseIfBroken(context([]))).resolves.toBeUndefined();
});

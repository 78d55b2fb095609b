import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { User } from '../support/cli.ts';

const user = new User();
afterAll(() => user.leave());

const said = async (...args: string[]) => {
  const { code, stderr } = await user.run(args);
  expect(stderr).not.toMatch(/\n\s+at /);
  return { code, stderr };
};

describe('wrong usage ends with 2, names the value and what is near', () => {
  test.each([
    [['demmo'], /demmo.*\[USAGE\]\s+nearest: demo/s],
    [['chaos', 'latancy'], /"latancy".*\[UNKNOWN_FAULT\]\s+nearest: latency/s],
    [['load', 'stedy'], /"stedy".*\[UNKNOWN_SCENARIO\]\s+nearest: steady/s],
    [['run', '--fault', 'latency', '--scenario', 'spick'], /"spick"/],
    [['demo', '--fault', 'nothing'], /"nothing".*UNKNOWN_FAULT/s],
    [['up', '--replicas', 'many'], /--replicas "many"/],
    [['up', '--replica', '2'], /unknown option '--replica'/i],
    [['status', 'extra'], /too many arguments/i],
    [['tools', 'install', 'k7'], /"k7".*UNKNOWN_TOOL/s],
    [['report', 'no-such-run'], /RUN_NOT_FOUND/],
    [['report', '--format', 'docx'], /--format "docx"/],
    [['chaos', 'latency', '--duration', 'soon'], /--duration "soon"/],
    [['run', '--fault', 'latency', '--set', 'ms'], /--set "ms"/],
  ] as [string[], RegExp][])('obsctl %j', async (args, pattern) => {
    const { code, stderr } = await said(...args);
    expect(stderr).toMatch(pattern);
    expect(code).toBe(2);
  });

  test('every violation at once', async () => {
    const { code, stderr } = await said(
      'chaos',
      'latency',
      '--rate',
      '1.5',
      '--ms',
      '-3',
      '--duration',
      '9h',
    );
    expect(code).toBe(2);
    for (const flag of ['--rate 1.5', '--ms -3', '--duration 32400']) expect(stderr).toContain(flag);
  });

  test('every violation of an experiment at once, before a stack is started', async () => {
    const { code, stderr } = await said(
      'demo',
      '--steady',
      '-5s',
      '--recovery',
      'soon',
      '--rate',
      '1e9',
      '--set',
      'ms=-1',
    );
    expect(code).toBe(2);
    for (const flag of ['--steady "-5s"', '--recovery "soon"', '--rate 1000000000', '--ms -1'])
      expect(stderr).toContain(flag);
    expect((await said('status')).code).toBe(9);
  });

  test.each([['/proc/nowhere'], ['/dev/null/runs']])(
    'an --out that cannot be a folder (%s) is refused before a stack is started',
    async (out) => {
      const { code, stderr } = await said('demo', '--out', out);
      expect([code, stderr]).toEqual([9, expect.stringContaining('FILE_UNUSABLE')]);
    },
  );

  test('a REDIS_URL at which nothing listens is refused', async () => {
    const { code, stderr } = await user.run(['up'], { REDIS_URL: 'redis://127.0.0.1:1' });
    expect([code, stderr]).toEqual([
      9,
      expect.stringContaining('Nothing listens at REDIS_URL (127.0.0.1:1)'),
    ]);
  });

  test('a group of commands without one shows its help and ends with 2', async () => {
    const { code, stderr } = await said('tools');
    expect([code, stderr]).toEqual([2, expect.stringContaining('install')]);
  });

  test('with --json the error is JSON', async () => {
    const { stderr } = await said('chaos', 'latancy', '--json');
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'UNKNOWN_FAULT', exitCode: 2 });
  });
});

describe('faults that cannot be are refused before a stack is started', () => {
  test.each([
    [
      ['run', '--fault', 'retry-storm', '--fault', 'retry-storm'],
      /one retry-storm at a time/,
      'FAULT_CONFLICT',
    ],
    [['demo', '--fault', 'latency,replica-kill'], /latency and replica-kill cannot be on/, 'FAULT_CONFLICT'],
    [['run', '--fault', 'cache-down,cache-stampede'], /cache-down and cache-stampede/, 'FAULT_CONFLICT'],
    [['run', '--fault', 'memory-leak', '--route', '/orders'], /cannot be aimed at a route/, 'USAGE'],
    [['chaos', 'memory-leak', '--method', 'GET'], /cannot be aimed at a method/, 'USAGE'],
    [['chaos', 'heavy-task', '--header', 'a=b'], /strikes jobs, which have no headers/, 'USAGE'],
    [['run', '--fault', 'latency,error', '--set', 'ms=1'], /latency\.ms or error\.ms/, 'USAGE'],
    [['run', '--fault', 'latency,error', '--set', 'eror.rate=1'], /"eror" is no fault of this run/, 'USAGE'],
    [['run', '--fault', 'latency', '--set', 'ms=10001'], /--ms 10001: .*10000/, 'USAGE'],
    [['run', '--fault', 'latency', '--set', 'at=20'], /does not lie within the fault phase of 20 s/, 'USAGE'],
    [['run', '--fault', ','], /--fault names no fault/, 'USAGE'],
  ] as [string[], RegExp, string][])('obsctl %j', async (args, pattern, named) => {
    const { code, stderr } = await said(...args);
    expect(stderr).toMatch(pattern);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`[${named}]`)]);
    expect((await said('status')).code).toBe(9);
    expect(existsSync(user.runs)).toBe(false);
  });
});

test('a value that came from a variable is blamed on the variable', async () => {
  const set = { OBSCTL_STEADY: '1', OBSCTL_LOAD_RATE: 'lots', OBSCTL_RETRY_BUDGET: '2' };
  const run = await user.run(['run', '--fault', 'latency', '--recovery', '-1'], set);
  expect(run.code).toBe(2);
  for (const words of ['OBSCTL_STEADY 1:', 'OBSCTL_LOAD_RATE lots:', '--recovery "-1"'])
    expect(run.stderr).toContain(words);
  expect(run.stderr).not.toContain('--steady');
  const up = await user.run(['up'], set);
  expect([up.code, up.stderr]).toEqual([2, expect.stringContaining('OBSCTL_RETRY_BUDGET "2" is not valid')]);
});

describe('without a stack', () => {
  test.each([['status'], ['chaos', 'status'], ['chaos', 'latency'], ['load', 'smoke']].map((args) => [args]))(
    'obsctl %j says so and offers up',
    async (args) => {
      const { code, stderr } = await said(...args);
      expect([code, stderr]).toEqual([9, expect.stringContaining('obsctl up')]);
    },
  );
});

test('k6 missing and not obtainable: every way tried is named, exit code 9, and no stack is started', async () => {
  const node = process.execPath.replace(/\/[^/]+$/, '');
  const { code, stderr } = await user.run(['demo'], {
    PATH: `${user.home}/empty`,
    XDG_CACHE_HOME: `${user.home}/cache`,
    OBSCTL_RELEASES_URL: 'http://127.0.0.1:9/',
    NODE: node,
  });
  expect(code).toBe(9);
  for (const way of ['PATH', 'cache', 'release', 'go build'])
    expect(stderr).toMatch(new RegExp(`^ +${way}: .+`, 'm'));
  expect((await user.run(['status'])).code).toBe(9);
});

test('a long answer arrives whole where its reader is slow', async () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `20260101-000000-${String(i).padStart(4, '0')}`);
  for (const id of ids) {
    mkdirSync(join(user.runs, id), { recursive: true });
    writeFileSync(join(user.runs, id, 'events.ndjson'), '');
  }
  const child = user.start(['runs', '--json']);
  child.stdout!.pause();
  // More than a pipe holds, so the command has to wait for us; it may not leave before.
  await pause(3000);
  child.stdout!.resume();
  expect(JSON.parse((await child.outcome).stdout)).toHaveLength(ids.length);
});

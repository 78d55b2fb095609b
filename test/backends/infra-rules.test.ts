import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installTool } from '../../cli/tools/tools.ts';

const INFRA = resolve('infra/prometheus');
const rules = readdirSync(join(INFRA, 'rules')).map((file) => join(INFRA, 'rules', file));
const tests = readdirSync(join(INFRA, 'tests'));

let promtool: string;
let folder: string;
beforeAll(async () => {
  promtool = (await installTool('promtool')).path;
  folder = mkdtempSync(join(tmpdir(), 'obsctl-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything promtool has to say; it exits with 0 or the test shows why not. */
const check = async (...args: string[]): Promise<void> => {
  const { exitCode, all } = await execa(promtool, args, { reject: false, all: true });
  expect(exitCode, all).toBe(0);
};

describe('Prometheus configuration', () => {
  test('is valid, with targets beside it', async () => {
    cpSync(INFRA, folder, { recursive: true });
    mkdirSync(join(folder, 'targets'));
    for (const name of ['service', 'telemetry']) writeFileSync(join(folder, 'targets', `${name}.json`), '[]');
    await check('check', 'config', join(folder, 'prometheus.yaml'));
  });

  test('rules are valid, and none is there twice', () => check('check', 'rules', '--lint-fatal', ...rules));
});

describe('promtool unit tests', () => {
  test('there is one file for each file of rules', () =>
    expect(tests.sort()).toEqual(readdirSync(join(INFRA, 'rules')).sort()));

  test.each(tests)('%s', (file) => check('test', 'rules', join(INFRA, 'tests', file)));
});

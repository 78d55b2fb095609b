import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify } from '../shared/process-identity.ts';
import { claimSystem } from './claim.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('one run at a time has a system, and the next one has it afterwards', () => {
  const claim = claimSystem(undefined, folder);
  expect(() => claimSystem(undefined, folder)).toThrow(
    expect.objectContaining({
      code: 'RUN_GOING_ON',
      message: expect.stringContaining(`process ${process.pid}, since 20`),
    }),
  );
  claim.name('20261123-060000-abcd');
  expect(() => claimSystem(undefined, folder)).toThrow(`20261123-060000-abcd, process ${process.pid}, since`);
  claim.release();
  claimSystem(undefined, folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('runs on different systems do not get in each other’s way', () => {
  const claims = [undefined, 'http://a.example', 'http://b.example'].map((one) => claimSystem(one, folder));
  expect(() => claimSystem('http://a.example', folder)).toThrow();
  for (const claim of claims) claim.release();
});

test.each([
  [
    'of a process that is gone',
    () => JSON.stringify({ pid: Number(execFileSync('sh', ['-c', 'echo $$'])), startedAt: '1', since: 1 }),
  ],
  [
    'of a pid that is somebody else’s by now',
    () => JSON.stringify({ ...identify(process.pid), startedAt: '1', since: 1 }),
  ],
  ['cut off by a crash', () => '{"pid":'],
])('a claim %s is taken over', (_, text) => {
  writeFileSync(join(folder, 'run-on-stack.json'), text());
  claimSystem(undefined, folder).release();
});

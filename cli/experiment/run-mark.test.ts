import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { isAbandoned, markRunning, releaseReserve, unmarkRunning, wentOn } from './run-mark.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

test('a run whose process lives is not abandoned, nor one that has ended', () => {
  markRunning(folder);
  expect(isAbandoned(folder)).toBe(false);
  unmarkRunning(folder);
  expect([isAbandoned(folder), readdirSync(folder)]).toEqual([false, []]);
});

test.each([
  ['is gone', '{"pid":4194303,"startedAt":"1"}'],
  ['has a pid that is now another one', JSON.stringify({ pid: process.pid, startedAt: 'earlier' })],
  ['cannot be read', '{"pi'],
])('a run whose process %s is abandoned', (_what, mark) => {
  writeFileSync(join(folder, 'running.json'), mark);
  expect(isAbandoned(folder)).toBe(true);
});

test('a run is told from those on other systems, and from those on a stack of ours', () => {
  markRunning(folder, 'http://127.0.0.1:3000');
  expect(wentOn(folder, 'http://127.0.0.1:3000')).toBe(true);
  expect([wentOn(folder, 'http://127.0.0.1:4000'), wentOn(folder, undefined)]).toEqual([false, false]);
  markRunning(folder);
  expect([wentOn(folder, undefined), wentOn(folder, 'http://127.0.0.1:3000')]).toEqual([true, false]);
});

test('the room for its end can be given back, more than once', () => {
  markRunning(folder);
  releaseReserve(folder);
  releaseReserve(folder);
  expect(readdirSync(folder)).toEqual(['running.json']);
});

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileLogs, logFileNames } from './log-files.ts';
import type { LogLine } from './stack.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-logs-'));
  writeFileSync(join(folder, 'b.log'), 'b1\nb2\nb3\n');
  writeFileSync(join(folder, 'a.log'), 'a1\na2');
  writeFileSync(join(folder, 'other.txt'), 'not a log\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;
const texts = async (options: { component?: string; lines: number }) => {
  const lines: string[] = [];
  for await (const { component, line } of fileLogs(folder, { ...options, follow: false, signal: never }))
    lines.push(`${component} ${line}`);
  return lines;
};

test('names the logs; a folder that is not there has none', () => {
  expect(logFileNames(folder)).toEqual(['a', 'b']);
  expect(logFileNames(join(folder, 'nowhere'))).toEqual([]);
});

test('the last lines of each, or of one, also one that has no end yet', async () => {
  expect(await texts({ lines: 2 })).toEqual(['a a1', 'a a2', 'b b2', 'b b3']);
  expect(await texts({ lines: 1, component: 'b' })).toEqual(['b b3']);
  expect(await texts({ lines: 0 })).toEqual([]);
});

test('followed, lines come as they get whole, until it is aborted', async () => {
  const stop = new AbortController();
  const seen: LogLine[] = [];
  for await (const line of fileLogs(folder, {
    component: 'a',
    lines: 5,
    follow: true,
    signal: stop.signal,
  })) {
    seen.push(line);
    if (line.line === 'a1') appendFileSync(join(folder, 'a.log'), '+\na3\n');
    if (line.line === 'a3') stop.abort();
  }
  expect(seen.map(({ line }) => line)).toEqual(['a1', 'a2+', 'a3']);
});

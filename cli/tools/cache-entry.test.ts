import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEntry, writeEntry } from './cache-entry.ts';
import { prometheus } from './prometheus.ts';

let cache: string;
let entry: string;
beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'obsctl-entry-'));
  writeFileSync(join(cache, 'made'), 'binary');
  const what = { version: '1.2.3', origin: 'release' };
  entry = await writeEntry(join(cache, '1.2.3'), prometheus, join(cache, 'made'), what);
});
afterEach(() => rmSync(cache, { recursive: true }));

test('a copy that lost the fraction of its time is still the one that was verified', async () => {
  const binary = join(entry, prometheus.name);
  utimesSync(binary, 1_700_000_000, 1_700_000_000);
  expect(await readEntry(entry, prometheus)).toMatchObject({ path: binary, origin: 'release' });
});

test('another content of the same size is not', async () => {
  writeFileSync(join(entry, prometheus.name), 'yranib');
  utimesSync(join(entry, prometheus.name), 1_700_000_000, 1_700_000_000);
  await expect(readEntry(entry, prometheus)).rejects.toThrow('is not the one that was put there');
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTargets } from './targets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-targets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (): { targets: string[]; labels: Record<string, string> }[] =>
  JSON.parse(readFileSync(join(folder, 'service.json'), 'utf8'));

test('each replica is a target of its own; the other roles stay', () => {
  writeTargets(folder, 3, 'minimal');
  expect(
    read().map(({ targets, labels }) => `${targets} ${labels.job} ${labels.service_instance_id}`),
  ).toEqual([
    'obsctl-api-1:3000 api api-1',
    'obsctl-api-2:3000 api api-2',
    'obsctl-api-3:3000 api api-3',
    'obsctl-inventory-1:3000 inventory inventory-1',
    'obsctl-worker-1:3000 worker worker-1',
  ]);
  writeTargets(folder, 1, 'minimal');
  expect(read().filter(({ labels }) => labels.job === 'api')).toHaveLength(1);
});

test('what only the full profile has is a target only there', () => {
  writeTargets(folder, 2, 'full');
  expect(readdirSync(folder).filter((file) => file.includes('full'))).not.toEqual([]);
  writeTargets(folder, 2, 'minimal');
  expect(readdirSync(folder).filter((file) => file.includes('full'))).toEqual([]);
});

test('another user may read them, whatever our umask', () => {
  const before = process.umask(0o077);
  writeTargets(folder, 2, 'minimal');
  process.umask(before);
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o644);
});

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../shared/journal.ts';
import { heldDown } from './planned-ends.ts';

test('held down is what the guard was told to kill and has not ended, also with a torn last line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'obsctl-planned-'));
  const path = join(folder, 'guard.ndjson');
  expect(heldDown(path)).toEqual([]);
  const journal = new Journal(path);
  const open = (id: string, instance: string, action: string) =>
    journal.append('opening', { order: { id, instance, action } });
  open('one', 'api-1', 'kill');
  open('two', 'api-2', 'pause');
  open('three', 'redis', 'kill');
  expect(heldDown(path)).toEqual(['api-1', 'redis']);
  journal.append('ended', { id: 'one' });
  journal.close();
  appendFileSync(path, '{"seq":');
  expect(heldDown(path)).toEqual(['redis']);
  rmSync(folder, { recursive: true });
});

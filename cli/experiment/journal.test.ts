import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal, readJournal } from './journal.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-journal-'));
  path = join(folder, 'events.ndjson');
  const journal = new Journal(path);
  journal.append('run-started', { seed: 1 });
  journal.append('phase', { name: 'steady' });
  journal.append('run-ended');
  journal.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const rewrite = (change: (text: string) => string) => writeFileSync(path, change(readFileSync(path, 'utf8')));

describe('journal', () => {
  test('is read back in order', () => {
    expect(readJournal(path).map(({ seq, type }) => [seq, type])).toEqual([
      [0, 'run-started'],
      [1, 'phase'],
      [2, 'run-ended'],
    ]);
  });

  test('a torn last line is left out: a crash may cut it', () => {
    appendFileSync(path, '{"seq":3,"ti');
    expect(readJournal(path)).toHaveLength(3);
  });

  test('a changed line is named', () => {
    rewrite((text) => text.replace('steady', 'fault!'));
    expect(() => readJournal(path)).toThrow(
      expect.objectContaining({ code: 'RECORD_INVALID', details: ['line 2: its checksum does not fit'] }),
    );
  });

  test('a line that was taken out breaks the chain at the next one', () => {
    rewrite((text) =>
      text
        .split('\n')
        .filter((_, i) => i !== 1)
        .join('\n'),
    );
    expect(() => readJournal(path)).toThrow(
      expect.objectContaining({ details: ['line 2: its checksum does not fit'] }),
    );
  });

  test('a line that is no JSON is named', () => {
    rewrite((text) => text.replace('"type":"phase"', '"type":phase'));
    expect(() => readJournal(path)).toThrow(
      expect.objectContaining({ details: ['line 2: it is no complete JSON'] }),
    );
  });
});

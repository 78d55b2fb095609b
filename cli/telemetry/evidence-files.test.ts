import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Evidence, evidenceSchema } from '../../reports/record/evidence.ts';
import { ObsctlError } from '../shared/errors.ts';
import { readEvidence, writeEvidence } from './evidence-files.ts';
import { sampleEvidence } from './sample-evidence.fixture.ts';

let folder: string;
let evidence: Evidence;
const file = (name: string) => join(folder, 'evidence', name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-evidence-'));
  evidence = sampleEvidence();
  writeEvidence(folder, evidence);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a refused reading says. */
const refusal = (): string => {
  try {
    readEvidence(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(ObsctlError);
    expect((error as ObsctlError).code).toBe('RECORD_INVALID');
    return (error as ObsctlError).message;
  }
  throw new Error('it was read');
};

const edit = (name: string, from: string, to: string) => {
  const text = readFileSync(file(name), 'utf8');
  expect(text).toContain(from);
  writeFileSync(file(name), text.replace(from, to));
};

test('what was written is read back, unchanged and valid', () => {
  const read = readEvidence(folder);
  expect(read).toEqual(evidence);
  expect(evidenceSchema.parse(read)).toEqual(evidence);
});

describe('refused', () => {
  test('a file that was cut short, by the line that breaks off', () => {
    truncateSync(file('traces.ndjson'), readFileSync(file('traces.ndjson')).length - 40);
    expect(refusal()).toMatch(/evidence\/traces\.ndjson cannot be read: line 2: /);
  });

  test('a file cut between two lines, by its checksum', () => {
    const [first] = readFileSync(file('traces.ndjson'), 'utf8').split('\n');
    writeFileSync(file('traces.ndjson'), `${first}\n`);
    expect(refusal()).toMatch(/evidence\/traces\.ndjson .*SHA-256/);
  });

  test('an edit that breaks the schema, by its path', () => {
    edit('traces.ndjson', '"duration":0.25', '"duration":-1');
    expect(refusal()).toMatch(/evidence\/traces\.ndjson cannot be read: line 2\.spans\.0\.duration: /);
    edit('series.json', '"errors":1', '"errors":"many"');
    expect(refusal()).toMatch(/evidence\/series\.json cannot be read: red\.0\.points\.0\.errors: /);
  });

  test('an edit that keeps the schema, by its checksum', () => {
    edit('logs.ndjson', 'no stock', 'all well');
    expect(refusal()).toMatch(/evidence\/logs\.ndjson .*SHA-256/);
  });

  test('another version', () => {
    edit('manifest.json', '"schemaVersion": 1', '"schemaVersion": 2');
    expect(refusal()).toMatch(/evidence\/manifest\.json cannot be read: schemaVersion: /);
  });

  test('a file that is not there, or not in the manifest', () => {
    rmSync(file('queries.json'));
    expect(refusal()).toContain('evidence/queries.json cannot be read');
    edit('manifest.json', '"exemplars.json"', '"other.json"');
    expect(refusal()).toContain('evidence/manifest.json cannot be read: files.exemplars.json: is missing');
  });

  test('a folder without evidence, and lines added behind', () => {
    appendFileSync(file('queries.json'), 'x');
    expect(refusal()).toContain('evidence/queries.json cannot be read');
    rmSync(join(folder, 'evidence'), { recursive: true });
    expect(refusal()).toContain('evidence/manifest.json cannot be read');
  });
});

import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunFolder } from '../../cli/experiment/run-folder.ts';
import { sealRecord } from '../../cli/experiment/seal.ts';
import { writeEvidence } from '../../cli/telemetry/evidence-files.ts';
import { type RunRecord, runRecordSchema } from '../../reports/record/record.ts';
import { truthSchema } from '../../reports/record/truth.ts';
import { downstreamTimeoutEvidence } from '../fixtures/evidence/index.ts';
import { recordOf } from '../fixtures/evidence/record.ts';
import { User } from '../support/cli.ts';

/** Fields whose values are not free: another one would make the file invalid, and nothing would be shown. */
const FIXED = new Set(['schemaVersion', 'endedBy', 'verifiedOn', 'verifiedGone']);

/** The value with every text and number in it another one; keys of open maps (parameters, targets) too. */
const shuffled = (value: unknown, key = ''): fc.Arbitrary<unknown> => {
  if (FIXED.has(key) || value === null || typeof value === 'boolean') return fc.constant(value);
  if (typeof value === 'string') return fc.string({ minLength: 1, maxLength: 20 });
  if (typeof value === 'number')
    return Number.isInteger(value) ? fc.nat(1_000_000) : fc.double({ min: 0, max: 2e9, noNaN: true });
  if (Array.isArray(value)) return fc.tuple(...value.map((item) => shuffled(item)));
  if (key === 'parameters' || key === 'target')
    return fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.nat()));
  return fc.record(
    Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, shuffled(inner, name)])),
  );
};

describe('findings and truth', () => {
  const user = new User();
  let folder: RunFolder;
  let truth: unknown;
  let record: RunRecord;

  beforeAll(() => {
    const evidence = downstreamTimeoutEvidence();
    record = recordOf(evidence);
    folder = new RunFolder(user.runs, record.runId);
    truth = { schemaVersion: 1, faults: record.faults };
    folder.create();
    writeEvidence(folder.path, evidence);
    writeFileSync(folder.journal, '');
  });
  afterAll(() => user.leave());

  const save = (faults: RunRecord['faults']) => {
    const { seal: _seal, ...rest } = record;
    folder.writeJson('record.json', sealRecord({ ...rest, faults, findings: null }));
    folder.writeJson('truth.json', { schemaVersion: 1, faults });
  };

  /** The findings as the built program writes them into the record, byte for byte. */
  const reanalyse = async (): Promise<string> => {
    await user.json(['report', 'latest', '--reanalyse']);
    return JSON.stringify(JSON.parse(readFileSync(folder.record, 'utf8')).findings);
  };

  test('whatever stands in truth.json and among the faults of the record, the findings are the same bytes', async () => {
    save(record.faults);
    const findings = await reanalyse();
    expect(JSON.parse(findings).spikes.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(shuffled(truth), async (other) => {
        const { faults } = truthSchema.parse(other);
        expect(faults).not.toEqual(record.faults);
        save(faults);
        expect(await reanalyse()).toBe(findings);
      }),
      { numRuns: 6 },
    );
  });

  test('without any truth they are the same, too', async () => {
    save(record.faults);
    const findings = await reanalyse();
    save([]);
    rmSync(folder.truth);
    expect(await reanalyse()).toBe(findings);
  });

  test('another evidence gives other findings, so the comparison can fail', async () => {
    save(record.faults);
    const findings = await reanalyse();
    writeEvidence(folder.path, downstreamTimeoutEvidence({ seed: 8 }));
    expect(await reanalyse()).not.toBe(findings);
    expect(runRecordSchema.safeParse(folder.readRecord()).success).toBe(true);
  });
});

describe('the rule on imports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  const offender = join(folder, 'reports/analysis/offender.ts');

  beforeAll(() => {
    for (const part of ['reports/analysis', 'reports/record', 'tsconfig.json', '.dependency-cruiser.cjs'])
      cpSync(part, join(folder, part), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Names of the rules that are broken; empty when none is. */
  const broken = async (): Promise<string[]> => {
    const depcruise = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'reports'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout).summary.violations.map(({ rule }: { rule: { name: string } }) => rule.name);
  };

  test('holds for the analysis as it is', async () => {
    expect(await broken()).toEqual([]);
  });

  test.each([
    ['a value', "import { truthSchema } from '../record/truth.ts';\nexport const x = truthSchema;"],
    ['a type alone', "import type { Truth } from '../record/truth.ts';\nexport type X = Truth;"],
    ['the record, which has the truth in it', "export { runRecordSchema } from '../record/record.ts';"],
    ['a module loaded later', "export const x = () => import('../record/truth.ts');"],
  ])('refuses an analysis that imports %s', async (_what, source) => {
    writeFileSync(offender, source);
    expect(await broken()).toContain('analysis-never-sees-truth');
    rmSync(offender);
  });

  test('refuses one that reaches it by a detour', async () => {
    const detour = join(folder, 'reports/record/detour.ts');
    writeFileSync(detour, "export { truthSchema } from './truth.ts';");
    writeFileSync(offender, "export { truthSchema } from '../record/detour.ts';");
    expect(await broken()).toContain('analysis-cannot-reach-truth');
    rmSync(detour);
    rmSync(offender);
  });

  test('refuses one that reads files', async () => {
    writeFileSync(offender, "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;");
    expect(await broken()).toContain('analysis-has-no-io');
    rmSync(offender);
  });
});

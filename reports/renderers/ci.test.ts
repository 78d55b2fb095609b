import { expect, it } from 'vitest';
import { convert } from 'xmlbuilder2';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import type { SloResult } from '../record/objectives.ts';
import type { RunRecord } from '../record/record.ts';
import { annotations, stepSummary } from './github.ts';
import { junitXml } from './junit.ts';

const HOSTILE =
  '"]]><script>alert(1)</script>\u001b[31m\n::error title=x::pwned ##[error]old | cell\r\n::set-output name=a::b 100%';

const objective = (changes: Partial<SloResult>): SloResult => ({
  ...{ slo: 'shop', objective: '99 %', file: 'shop.yaml', query: 'requests', indicator: null },
  ...{ phase: 'recovery', target: 0.99, unit: 'requests', good: 90, total: 100, missing: 0 },
  ...{ actual: 0.9, budgetConsumed: 10, outcome: 'breached', certain: true, text: '90 % good.' },
  ...changes,
});
const base = recordOf(downstreamTimeoutEvidence());
const record: RunRecord = {
  ...base,
  verdict: { name: 'slo-breach', exitCode: 3, reasons: [HOSTILE] },
  objectives: [
    objective({ outcome: 'met', phase: 'steady' }),
    objective({ outcome: 'allowed', phase: 'fault' }),
    objective({ text: HOSTILE, slo: 'a: b, c' }),
    objective({ outcome: 'no-data', noData: 'warn' }),
  ],
  load: { ...base.load!, thresholds: [{ metric: 'http_req_failed', expression: 'rate<0.01', ok: false }] },
};

interface Suites {
  testsuites: {
    '@tests': string;
    '@failures': string;
    '@errors': string;
    '@skipped': string;
    testsuite: unknown[];
  };
}

it('writes JUnit that can be read back, whatever telemetry says', () => {
  const xml = junitXml({ ...record, runId: HOSTILE });
  const { testsuites } = convert(xml, { format: 'object' }) as unknown as Suites;
  expect(testsuites).toMatchObject({ '@tests': '6', '@failures': '2', '@errors': '0', '@skipped': '3' });
  expect(xml).not.toContain('<script>');
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
});

it('an error is what nobody could tell', () => {
  const vague = {
    ...record,
    verdict: { name: 'inconclusive' as const, exitCode: 6, reasons: ['No traces.'] },
  };
  const { testsuites } = convert(junitXml({ ...vague, objectives: [objective({ certain: false })] }), {
    format: 'object',
  }) as unknown as Suites;
  expect(testsuites).toMatchObject({ '@errors': '2', '@failures': '0' });
});

it('passes where the run did', () => {
  const { testsuites } = convert(junitXml({ ...base, load: null }), {
    format: 'object',
  }) as unknown as Suites;
  expect(testsuites).toMatchObject({ '@tests': '1', '@failures': '0', '@errors': '0' });
});

it('writes workflow commands of its own only', () => {
  const lines = annotations(record).trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) title=[^:,\n]+::[^\r\n]+$/);
  expect(lines.filter((line) => line.startsWith('::error')).length).toBe(2);
  expect(lines.join('\n')).not.toContain('##[');
  expect(lines.join('\n')).toContain('100%25');
  expect(lines.some((line) => line.includes('title=a%3A b%2C c breached (recovery)'))).toBe(true);
});

it('keeps to the ten of a level that GitHub shows, the verdict first', () => {
  const many = { ...record, objectives: Array.from({ length: 30 }, () => objective({})) };
  const errors = annotations(many)
    .split('\n')
    .filter((line) => line.startsWith('::error'));
  expect(errors.length).toBe(10);
  expect(errors[0]).toContain('slo-breach');
});

it('writes a summary whose table and text stay what they are', () => {
  const summary = stepSummary(record);
  expect(summary).not.toContain('<script>');
  expect(summary).not.toMatch(/^::/m);
  expect(summary).toContain('| 90 % | 99 % | 10× |');
  const rows = summary.split('\n').filter((line) => line.startsWith('|'));
  for (const row of rows) expect(row.replace(/\\\|/g, '').match(/\|/g)!.length).toBe(7);
});

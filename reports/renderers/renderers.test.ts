import { describe, expect, it } from 'vitest';
import {
  downstreamTimeoutEvidence,
  emptyEvidence,
  quietEvidence,
} from '../../test/fixtures/evidence/index.ts';
import { clientEvidence } from '../../test/fixtures/evidence/points.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { PHASES } from '../record/common.ts';
import { SEVERITIES } from '../record/evidence.ts';
import { SLIS } from '../record/findings.ts';
import { type RunRecord, runRecordSchema } from '../record/record.ts';
import { rendererNames, renderers } from './index.ts';

const GOLDEN = '../../test/golden';
const record = recordOf(downstreamTimeoutEvidence());
const reportOf = async (of: RunRecord) => (await renderers.markdown(of)).files[0]!.content;

/** Values that the schema allows nothing else for: telemetry cannot choose them. */
const ENUMS = new Set<string>([
  ...PHASES,
  ...SLIS,
  ...SEVERITIES,
  'client',
  'server',
  'latency',
  'duration',
  'metric',
  'internal',
  'producer',
  'consumer',
]);

/** Every string of a value, changed. */
const mapStrings = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
};

it('renders records that are valid', () => {
  expect(runRecordSchema.safeParse(record).error).toBeUndefined();
});

/** `npx vitest run --project unit reports/renderers -u` writes these anew; read the difference before you commit it. */
describe('golden report', () => {
  it('reads as it did', async () => {
    await expect(await reportOf(record)).toMatchFileSnapshot(`${GOLDEN}/downstream-timeout.md`);
  });

  it('of a quiet run reads as it did', async () => {
    await expect(await reportOf(recordOf(quietEvidence(), null))).toMatchFileSnapshot(`${GOLDEN}/quiet.md`);
  });

  it('of a run without anything reads as it did', async () => {
    await expect(await reportOf(recordOf(emptyEvidence(), null))).toMatchFileSnapshot(`${GOLDEN}/empty.md`);
  });
});

describe('markdown', () => {
  it('leads from each spike to its traces and their log lines', async () => {
    const report = await reportOf(record);
    for (const { id, examples } of record.findings!.spikes) {
      expect(report).toContain(`### ${id}: `);
      for (const { traceId } of examples) expect(report).toContain(traceId);
    }
    expect(report).toContain('order failed: inventory did not answer in time');
  });

  it('links charts that it brings along, and draws the same bytes again', async () => {
    const once = await renderers.markdown(record);
    const linked = [...once.files[0]!.content.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path]) => path);
    expect(linked).toEqual(once.files.slice(1).map(({ path }) => path));
    expect(linked).toHaveLength(4);
    expect(await renderers.markdown(record)).toEqual(once);
    for (const { content } of once.files.slice(1)) expect(content).toMatch(/^<svg [^>]*>[\s\S]*<\/svg>\n$/);
  });

  it('says what was injected only after the findings', async () => {
    const report = await reportOf(record);
    expect(report.indexOf('## What was injected')).toBeGreaterThan(report.indexOf('## Spikes'));
    expect(report.slice(report.indexOf('## What happened'), report.indexOf('## Charts'))).not.toContain(
      'downstream-timeout',
    );
  });

  it('says that a run did not recover', async () => {
    const stuck = recordOf(
      clientEvidence(60, (i) => ({ failures: i >= 25 ? 15 : 0, attempts: i >= 25 ? 60 : 20 })),
    );
    const report = await reportOf(stuck);
    expect(report).toContain('**It did not recover**: 20 s after the fault phase ended');
    expect(report).toContain('**not within the run**');
  });

  it('writes a report of a run that never got anywhere', async () => {
    const failed = {
      ...record,
      findings: null,
      completeness: null,
      load: null,
      source: null,
      faults: [],
      timeline: [],
      phases: [],
      verdict: { name: 'error' as const, exitCode: 9, reasons: ['k6 is gone'] },
    };
    const report = await reportOf(failed);
    expect(report).toContain('Verdict: error');
    expect(report).toContain('k6 is gone');
    expect(report).not.toContain('undefined');
  });

  it('lets nothing that telemetry says act as Markdown, HTML or a terminal sequence', async () => {
    const poison =
      '\u001b[31m```\n# h1 | <script>alert(1)</script> ![x](http://evil) "><b onload=x> password=hunter2 \u202e';
    const poisoned = mapStrings(record.findings, (text) =>
      /^[0-9a-f]{16,32}$/.test(text) || ENUMS.has(text) ? text : text + poison,
    ) as RunRecord['findings'];
    const { files } = await renderers.markdown({ ...record, findings: poisoned });
    const [report, ...charts] = files.map(({ content }) => content);
    expect(report).not.toContain('hunter2');
    expect(report).not.toMatch(/[\u001b\u202e]/);
    expect(report).not.toMatch(/^# h1/m);
    const outsideCode = report!
      .replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
      .replace(/\\[^\s\w]/g, '')
      .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(outsideCode).toContain('&lt;script&gt;');
    expect(outsideCode).not.toMatch(/<script|<b |\]\(http/);
    for (const svg of charts) expect(svg).not.toMatch(/<script|<b |hunter2/);
  });
});

describe('json', () => {
  it('is the record', async () => {
    const { files } = await renderers.json(record);
    expect(JSON.parse(files[0]!.content)).toEqual(record);
  });
});

it('lists its renderers', () => {
  expect(rendererNames).toEqual(['markdown', 'json']);
});

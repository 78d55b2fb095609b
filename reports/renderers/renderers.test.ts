import { describe, expect, it } from 'vitest';
import {
  downstreamTimeoutEvidence,
  emptyEvidence,
  quietEvidence,
} from '../../test/fixtures/evidence/index.ts';
import { clientEvidence } from '../../test/fixtures/evidence/points.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { CAUSE_KINDS, SIGNALS } from '../record/attribution.ts';
import { PHASES } from '../record/common.ts';
import { SEVERITIES } from '../record/evidence.ts';
import { SLIS, type Spike } from '../record/findings.ts';
import { type RunRecord, runRecordSchema } from '../record/record.ts';
import { rendererNames, renderers } from './index.ts';
import { shapeOf } from './markdown/example.ts';
import { whereText } from './markdown/spikes.ts';

const GOLDEN = '../../test/golden';
const record = recordOf(downstreamTimeoutEvidence());
const reportOf = async (of: RunRecord) => (await renderers.markdown(of)).files[0]!.content;

/** Values that the schema allows nothing else for: telemetry cannot choose them. */
const ENUMS = new Set<string>([
  ...PHASES,
  ...SLIS,
  ...SEVERITIES,
  ...CAUSE_KINDS,
  ...SIGNALS,
  'named',
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
    const report = await reportOf({ ...stuck, verdict: record.verdict });
    expect(report).toContain('**It did not recover**: after 20 s of load in the recovery phase');
    expect(report).toContain('although the fault had been read back as gone');
    expect(report).toMatch(/Verdict: passed.*did not come back under load.*after the load had ended/);
    expect(report).toContain('**Restored:** yes, but only after the load had ended');
    const unverified = stuck.faults.map((fault) => ({ ...fault, verifiedClearedAt: null }));
    expect(await reportOf({ ...stuck, faults: unverified })).not.toContain('read back as gone.');
    expect(report).toContain('**not within the run**');
  });

  it('shows each shape of trace once, and names those that look alike', async () => {
    const report = await reportOf(record);
    const shapes = new Set(record.findings!.spikes.flatMap(({ examples }) => examples).map(shapeOf));
    expect(report.match(/^start ms|^ *start ms/gm)).toHaveLength(shapes.size);
    expect(report).toMatch(/Same answer, origin and longest wait as trace `…[0-9a-f]{8}` under spike-1: `/);
  });

  it('speaks of retries only where there were any', async () => {
    const [, , fault] = record.findings!.amplification;
    const mixed = { ...fault!, clientAttempts: fault!.clientRequests, client: 1, serviceRetries: false };
    const report = await reportOf({ ...record, findings: { ...record.findings!, amplification: [mixed] } });
    expect(report).not.toContain('Retries made it worse');
    expect(report).not.toContain('## Retry amplification');
  });

  it('names the earliest alarm, and who saw it at the same time', async () => {
    const [first, ...rest] = record.findings!.spikes;
    const client = rest.find(({ viewpoint }) => viewpoint === 'client')!;
    const told = async (spikes: Spike[]) =>
      reportOf({ ...record, findings: { ...record.findings!, spikes } });
    const late = { ...first!, detectedAt: first!.onset + 9 };
    const early = { ...client, onset: first!.onset, detectedAt: first!.onset + 4 };
    expect(await told([late, early])).toContain('the first alarm fired within 4 s, and both the client');
    const later = { ...client, onset: first!.endedAt! + 1, endedAt: null };
    expect(await told([first!, later])).toContain('the client and the servers saw it at different times');
  });

  it('names operations only as far as they differ', () => {
    const [first] = record.findings!.spikes;
    const where = (abnormal: string[], of: number) =>
      whereText({ ...first!, operation: null, operations: { abnormal, of } });
    expect(where(['GET /a', 'GET /b'], 2)).toBe('all 2 operations alike');
    expect(where(['GET /a', 'GET /b'], 3)).toBe('in `GET /a` and `GET /b`');
    expect(where(['GET /a'], 1)).toBe('in `GET /a`');
    expect(where([], 3)).toBe('');
  });

  it('says where errors start, and when only the handlers differ', async () => {
    const [first] = record.findings!.spikes;
    const report = async (names: string[]) => {
      const examples = names.map((name, i) => ({
        ...first!.examples[i]!,
        deepestError: { ...first!.examples[i]!.deepestError!, service: 'api', kind: 'internal', name },
      }));
      return reportOf({ ...record, findings: { ...record.findings!, spikes: [{ ...first!, examples }] } });
    };
    expect(await report(['a', 'b', 'c'])).toContain('in all 3 failed example traces; the handlers differ.');
    const same = await report(['a', 'a', 'a']);
    expect(same).toContain('The errors start at `a` in `api`');
    // No latency spike: where the time went is no news.
    expect(same).not.toContain('The time went into');
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
  expect(rendererNames).toEqual(expect.arrayContaining(['markdown', 'html', 'json']));
});

import { describe, expect, it } from 'vitest';
import {
  poolAttribution,
  reason,
  suspect,
  unknownAttribution,
} from '../../test/fixtures/evidence/attribution.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { fixtureFault, recordOf } from '../../test/fixtures/evidence/record.ts';
import {
  type Attribution,
  attributionSchema,
  CAUSE_KINDS,
  NO_ATTRIBUTION,
  SIGNALS,
} from '../record/attribution.ts';
import type { RunRecord } from '../record/record.ts';
import { scoreOf } from '../score/score.ts';
import { renderers } from './index.ts';
import { causeSentence, confidenceText, headline } from './markdown/cause.ts';
import { header } from './markdown/header.ts';
import { injected } from './markdown/injected.ts';
import { whatBroke } from './markdown/what-broke.ts';

const GOLDEN = '../../test/golden';
const evidence = downstreamTimeoutEvidence();
const pool = { service: 'api', dependency: 'postgresql', operation: 'acquire', kind: 'pool' };
const base = recordOf(evidence);
const recordWith = (attribution: Attribution, label = pool): RunRecord => {
  const faults = [{ ...fixtureFault(evidence)!, name: 'pool-exhaustion', label }];
  const findings = { ...base.findings!, attribution };
  return { ...base, faults, findings, scores: scoreOf(faults, findings) };
};
const told = (attribution: Attribution): string => whatBroke(recordWith(attribution)) ?? '';

it('renders attributions that are valid', () => {
  for (const attribution of [poolAttribution(), unknownAttribution()])
    expect(attributionSchema.parse(attribution)).toEqual(attribution);
});

/** `npx vitest run --project unit reports/renderers -u` writes these anew. */
describe('golden section', () => {
  it('of a culprit reads as it did', async () => {
    const record = recordWith(poolAttribution({ lacks: ['Half of the traces never arrived.'] }));
    await expect(`${whatBroke(record)}\n`).toMatchFileSnapshot(`${GOLDEN}/what-broke.md`);
  });

  it('of an unknown culprit reads as it did', async () => {
    await expect(`${told(unknownAttribution())}\n`).toMatchFileSnapshot(`${GOLDEN}/what-broke-unknown.md`);
  });

  it('of every kind of cause reads as it did', async () => {
    const calls = (dependency: string | null, kind: (typeof CAUSE_KINDS)[number]) =>
      `${kind}: ${causeSentence(suspect({ dependency, kind, operation: 'GET /orders' }))}`;
    const sentences = CAUSE_KINDS.flatMap((kind) => [calls('postgresql', kind), calls(null, kind)]);
    await expect(`${sentences.join('\n')}\n`).toMatchFileSnapshot(`${GOLDEN}/causes.md`);
  });
});

describe('the sentence', () => {
  it('says how sure the analysis is, and hedges where it is not', () => {
    expect([0.93, 0.8, 0.79, 0.5, 0.49].map(confidenceText)).toEqual([
      'confidence high, 0.93',
      'confidence high, 0.80',
      'confidence moderate, 0.79',
      'confidence moderate, 0.50',
      'confidence low, 0.49',
    ]);
    expect(headline(suspect())).toBe('**`api` ran out of database connections**');
    expect(causeSentence(suspect({ confidence: 0.6 }))).toMatch(/^Most likely: \*\*/);
    expect(causeSentence(suspect({ confidence: 0.3 }))).toMatch(/^Little is certain; the best guess: \*\*/);
  });

  it('names instances where not all show it, and operations that say more than the kind', () => {
    const crash = suspect({ kind: 'crash', dependency: null, operation: null, instances: ['api-1'] });
    expect(headline(crash)).toBe('**`api-1` of `api` went down**');
    expect(headline({ ...crash, instances: [] })).toBe('**A replica of `api` went down**');
    expect(headline(suspect({ instances: ['api-1', 'api-2'] }))).toContain(
      '`api` (only `api-1` and `api-2`)',
    );
    expect(headline(suspect({ operation: 'GET /orders' }))).toContain('** (`GET /orders`)');
  });
});

describe('what broke', () => {
  it('stands right after what happened, before anything that was injected', async () => {
    const { files } = await renderers.markdown(recordWith(poolAttribution()));
    const titles = [...files[0]!.content.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles.slice(0, 2)).toEqual(['What happened', 'What broke']);
    expect(titles.indexOf('What was injected')).toBeGreaterThan(titles.indexOf('Spikes'));
  });

  it('gives every reason with its signal and its traces: for it, strongest first, then against it', () => {
    const reasons = SIGNALS.map((signal, i) =>
      reason({ signal, weight: i - 2.5, text: `fact ${i}`, traceIds: [i.toString(16).repeat(32)] }),
    );
    const report = told(poolAttribution({ suspects: [suspect({ reasons })] }));
    const facts = [...report.matchAll(/: Fact (\d)/g)].map(([, fact]) => Number(fact));
    expect(facts).toEqual([7, 6, 5, 4, 3, 0, 1, 2]);
    expect(report.indexOf('What speaks against it')).toBeGreaterThan(report.indexOf('Fact 3'));
    for (const { traceIds } of reasons) expect(report).toContain(`Trace: \`${traceIds[0]}\`.`);
  });

  it('tells the times by the telemetry, and from the injection where that is known', () => {
    const record = recordWith(poolAttribution());
    expect(record.scores[0]).toMatchObject({ rank: 1, detected: true });
    const report = whatBroke(record)!;
    expect(report).toContain(
      'The first alarm fired at 09:30:27 UTC (+27 s); the telemetry that was written by',
    );
    expect(report).toContain('09:30:29 UTC (+29 s), 2 s after it, named this culprit.');
    expect(report).toContain(
      'detected 2.6 s after the injection; the culprit could have been named 4.6 s after it.',
    );
    expect(whatBroke({ ...record, scores: [] })).not.toContain('injection');
    expect(told(poolAttribution({ attributedAt: record.findings!.spikes[0]!.detectedAt }))).toContain(
      '(+27 s) named this culprit already.',
    );
  });

  it('does not say when the culprit could have been named if another one was named', () => {
    const report = told(poolAttribution({ suspects: [suspect({ kind: 'lock' })] }));
    expect(report).toContain('detected 2.6 s after the injection.');
  });

  it('admits that it does not know, with what was looked at', () => {
    const report = told(unknownAttribution());
    expect(report).toContain('the telemetry does not say what');
    expect(report).toContain('missing instances');
    expect(report).toContain('There are no logs');
    expect(told(unknownAttribution({ suspects: [] }))).toContain('There was not one suspect.');
  });

  it('is silent where nothing broke', () => {
    expect(whatBroke(recordWith(NO_ATTRIBUTION))).toBeNull();
    expect(whatBroke({ ...recordWith(NO_ATTRIBUTION), findings: null })).toBeNull();
  });

  it('is named in the header, and only where something is', () => {
    expect(header(recordWith(poolAttribution()))).toContain(
      '> **What broke**, by the telemetry alone: **`api` ran out of database connections** (confidence high, 0.93).',
    );
    const guess = poolAttribution({ suspects: [suspect({ confidence: 0.3 })] });
    expect(header(recordWith(guess))).toContain('> **The best guess at what broke**, by');
    expect(header(recordWith(unknownAttribution()))).not.toContain('What broke');
  });
});

describe('what was injected', () => {
  it.each([
    ['was right', pool, poolAttribution(), 'The analysis was right: it named the service and the kind'],
    [
      'was right late',
      { ...pool, kind: 'lock' },
      poolAttribution(),
      'this fault is its answer number 2; it named `api / postgresql / acquire / pool` first.',
    ],
    ['missed it', { ...pool, kind: 'cpu' }, poolAttribution(), '**It was missed**: no suspect'],
    ['did not know', pool, unknownAttribution(), 'its answer number 2; its answer was "unknown".'],
  ])('says that the analysis %s', (_what, label, attribution, sentence) => {
    expect(injected(recordWith(attribution, label))).toContain(sentence);
  });

  it('says what was not detected, and what the client did not see', () => {
    const record = recordWith(poolAttribution());
    const [score] = record.scores;
    const silent = { ...score!, clientSaw: false, detected: false, rank: null, timeToDetect: null };
    expect(injected({ ...record, scores: [silent] })).toContain('the client was no worse off');
    expect(injected({ ...record, scores: [{ ...silent, clientSaw: true }] })).toContain(
      '**It was not detected**',
    );
    expect(injected({ ...record, scores: [{ ...score!, clientSaw: false }] })).toContain(
      'at the servers only; the client saw nothing of it',
    );
  });
});

describe('hostile telemetry', () => {
  const poison =
    '\u001b[31m```\n# h1 | <script>alert(1)</script> ![x](http://evil) `` "><b onload=x> password=hunter2 \u202e';
  const poisoned = suspect({
    service: `api${poison}`,
    dependency: `db${poison}`,
    operation: `op${poison}`,
    instances: [`api-1${poison}`],
    reasons: [reason({ text: `for${poison}` }), reason({ text: `against${poison}`, weight: -1 })],
    lower: `lower${poison}`,
  });
  const suspects = CAUSE_KINDS.map((kind) => ({ ...poisoned, kind }));

  it.each(['named', 'unknown'] as const)('does not act in the report when it is %s', (status) => {
    for (const first of suspects) {
      const record = recordWith(
        poolAttribution({ status, suspects: [first, ...suspects], lacks: [`lacks${poison}`] }),
      );
      const report = [header, whatBroke, injected].map((part) => part(record)).join('\n\n');
      expect(report).not.toContain('hunter2');
      expect(report).not.toMatch(/[\u001b\u202e]/);
      expect(report).not.toMatch(/^# h1/m);
      const outsideCode = report
        .replace(/\\[^\s\w]/g, '')
        .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
      expect(outsideCode).toContain('&lt;script&gt;');
      expect(outsideCode).not.toMatch(/<script|<b |\]\(http/);
    }
  });

  it('keeps its tables whole', () => {
    for (const status of ['named', 'unknown'] as const) {
      const section = told(poolAttribution({ status, suspects }));
      for (const row of section.split('\n').filter((line) => line.startsWith('| ')))
        expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
    }
  });
});

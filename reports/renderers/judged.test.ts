import { describe, expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { judgedRecord } from '../../test/fixtures/evidence/judged.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { runRecordSchema } from '../record/record.ts';
import { renderers } from './index.ts';
import { differenceValue, indicatorText, measureValue, stopText, toleranceText } from './indicator-text.ts';

const record = judgedRecord(recordOf(downstreamTimeoutEvidence()));
const sections = (report: string): string =>
  report.slice(report.indexOf('## Objectives'), report.indexOf('## What broke'));

describe('what a run was held against', () => {
  it('is a valid record', () => expect(runRecordSchema.safeParse(record).error).toBeUndefined());

  it('reads as it did in Markdown', async () => {
    const [report] = (await renderers.markdown(record)).files;
    await expect(sections(report!.content)).toMatchFileSnapshot('../../test/golden/judged.md');
  });

  it('is left out where there was nothing', async () => {
    const { files } = await renderers.markdown(recordOf(downstreamTimeoutEvidence()));
    expect(files[0]!.content).not.toMatch(/## (Objectives|Steady-state hypothesis|Against the baseline)/);
  });
});

describe('words for indicators', () => {
  it('say who, what and where', () => {
    const of = { measure: 'p95', viewpoint: 'server', service: 'api', operation: 'GET /a' } as const;
    expect(indicatorText(of)).toBe('api p95 latency, GET /a');
    expect(indicatorText({ ...of, service: null, operation: null })).toBe('entry service p95 latency');
    expect(indicatorText({ ...of, viewpoint: 'client', operation: null })).toBe('client p95 latency');
  });

  it('have values in the unit of the measure', () => {
    expect(measureValue('error-ratio', 0.125)).toBe('12.5 %');
    expect(measureValue('p99', 0.25)).toBe('250 ms');
    expect(measureValue('requests-per-second', 20)).toBe('20/s');
    expect(measureValue('p50', null)).toBe('–');
    expect(differenceValue('p50', -0.1)).toBe('−100 ms');
    expect(differenceValue('p50', 0.1)).toBe('+100 ms');
  });

  it('say both ends of a tolerance and of a stop condition', () => {
    expect(toleranceText('p95', { atMost: 0.5, atLeast: null })).toBe('at most 500 ms');
    expect(toleranceText('requests-per-second', { atMost: 30, atLeast: 20 })).toBe('from 20/s to 30/s');
    expect(toleranceText('requests-per-second', { atMost: null, atLeast: 20 })).toBe('at least 20/s');
    expect(stopText({ measure: 'error-ratio', above: 0.5, below: null, for: 5 })).toBe(
      'client error ratio above 50 % for 5 s',
    );
  });
});

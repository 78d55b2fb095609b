import { expect, it } from 'vitest';
import { judge } from '../../reports/judge/index.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { readSlos } from '../objectives/find-slo.ts';
import { Output } from '../shared/output.ts';
import { verdictLines } from './verdict-lines.ts';

const output = new Output({ json: false, quiet: true, color: false });
const record = recordOf(downstreamTimeoutEvidence());

it('says the verdict and what it rests on, a line each', () => {
  const judged = { ...record, ...judge(record, { objectives: readSlos(['shop']), baseline: [] }) };
  const lines = verdictLines(judged, output);
  expect(lines[0]).toBe('verdict passed (exit code 0)');
  expect(lines.filter((line) => line.startsWith('  met       shop-availability: ')).length).toBe(2);
  expect(lines.filter((line) => line.startsWith('  allowed   shop-availability: ')).length).toBe(1);
});

it('lets no control character of telemetry through', () => {
  const verdict = { ...record.verdict, reasons: ['\u001b[2Jgone\nnext\u0007'] };
  expect(verdictLines({ ...record, verdict }, output).slice(1)).toEqual(['  gone next']);
});

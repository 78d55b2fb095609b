import { expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../../test/fixtures/evidence/record.ts';
import { chartPlans, drawCharts } from './index.ts';
import { marksOf } from './marks.ts';

it('leaves out what was read after the load ended: it lies past the axis, and would stretch the other one', () => {
  const record = recordOf(downstreamTimeoutEvidence());
  const marks = marksOf(record);
  const late = { t: marks.start + marks.end + 5, attemptsPerSecond: 9000, errorRatio: 0, p95: 1 };
  for (const { points } of record.findings!.series) points.push({ ...late, requestsPerSecond: 9000 });
  const drawn = chartPlans(record, marks).flatMap(({ lines }) => lines.flatMap(({ points }) => points));
  expect(drawn.length).toBeGreaterThan(100);
  expect(drawn.filter(([x, y]) => x > marks.end + 1 || y === 9000)).toEqual([]);
});

it('says of several faults that they were on', async () => {
  const record = recordOf(downstreamTimeoutEvidence());
  const [fault] = record.faults;
  const [one] = await drawCharts(record);
  const [two] = await drawCharts({ ...record, faults: [fault!, { ...fault!, name: 'latency' }] });
  expect(one!.svg).toContain('shaded: downstream-timeout was on');
  expect(two!.svg).toContain('shaded: downstream-timeout, latency were on');
});

import { expect, it } from 'vitest';
import type { Attribution } from '../../reports/record/attribution.ts';
import type { Alert } from '../../reports/record/evidence.ts';
import type { TelemetryLoss } from '../../reports/record/findings.ts';
import { poolAttribution, suspect, unknownAttribution } from '../../test/fixtures/evidence/attribution.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import { buildTimeline } from './timeline.ts';

const { phases, faults, incidents, findings } = recordOf(downstreamTimeoutEvidence());
const entries = (attribution: Attribution) =>
  buildTimeline({ phases, faults, incidents, loadEndedAt: null, findings: { ...findings!, attribution } });

it('is in order, and an onset comes after what is known to have happened within its second', () => {
  const whats = entries(poolAttribution()).map(({ what }) => what);
  expect(whats.findIndex((what) => what.includes('injected'))).toBeLessThan(
    whats.findIndex((what) => what.includes('leaves its steady state')),
  );
});

it('says from when on the telemetry names the culprit, and nothing where it names none', () => {
  const attribution = poolAttribution({ suspects: [suspect({ operation: 'a`b' })] });
  expect(entries(attribution)).toContainEqual({
    time: attribution.attributedAt,
    what: "the telemetry names the culprit: `api / postgresql / a'b / pool`",
  });
  const unnamed = entries(unknownAttribution()).filter(({ what }) => what.includes('culprit'));
  expect(unnamed).toEqual([]);
});

it('has the lost telemetry, and each alert rule that told somebody within the run', () => {
  const from = phases[0]!.from;
  const loss: TelemetryLoss = {
    ...{ signal: 'logs', from: from + 30, to: from + 41, detectedAt: from + 32, share: 1 },
    ...{ where: 'there', text: '', evidence: [] },
  };
  const alert = (name: string, firedAt: number | null): Alert => ({
    ...{ name, state: 'firing', labels: {}, activeAt: from, firedAt, endedAt: null },
  });
  const alerts = [
    alert('Burn', from + 35),
    alert('Burn', from + 33),
    alert('Before', from - 5),
    alert('Held', null),
  ];
  const input = { phases, faults, incidents, loadEndedAt: null };
  const all = buildTimeline({ ...input, findings: { ...findings!, telemetryLoss: [loss], alerts } });
  const told = all.filter(({ what }) => /^telemetry|^alert/.test(what));
  expect(told.map(({ time, what }) => [time - from, what])).toEqual([
    [30, 'telemetry: logs begin to get lost'],
    [32, 'telemetry: the loss of logs can be told'],
    [33, 'alert rule `Burn` fires'],
    [41, 'telemetry: the last loss of logs'],
  ]);
});

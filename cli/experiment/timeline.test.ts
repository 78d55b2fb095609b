import { expect, it } from 'vitest';
import type { Attribution } from '../../reports/record/attribution.ts';
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

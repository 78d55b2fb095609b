import type { Evidence } from '../record/evidence.ts';
import type { Spike } from '../record/findings.ts';
import { inside } from './detection/anomaly.ts';
import { type DetectedSpike, detectSpikes } from './detection/slis.ts';
import { examplesOf } from './examples.ts';
import { movedMost } from './operation.ts';
import { phaseAt, phaseNamed } from './phases.ts';
import { sumRed, userRoutes } from './series.ts';
import { bucketQuantile } from './statistics/quantile.ts';
import { traceTrees } from './traces/trees.ts';

/** The entry service's p95 over the whole steady phase: a request slower than that is worth showing, seconds. */
const steadyServerP95 = ({ red, entryService, phases }: Evidence): number | null => {
  const steady = phaseNamed(phases, 'steady');
  const { bounds, points } = sumRed(userRoutes(red, entryService));
  if (!steady || bounds.length === 0) return null;
  const sums = inside(points, steady).reduce<number[]>(
    (sum, { buckets }) => sum.map((count, i) => count + buckets[i]!),
    new Array<number>(bounds.length + 1).fill(0),
  );
  return bucketQuantile(0.95, bounds, sums);
};

const toSpike = (
  detected: DetectedSpike,
  index: number,
  evidence: Evidence,
  examples: Pick<Spike, 'exemplarsInWindow' | 'examples' | 'gap'>,
): Spike => {
  const { sli, onset, detectedAt, peakAt, endedAt, baseline, peak, evidence: rule } = detected;
  return {
    id: `spike-${index + 1}`,
    sli: sli.name,
    kind: sli.kind,
    viewpoint: sli.viewpoint,
    service: sli.service,
    operation: movedMost(detected, evidence),
    phase: phaseAt(evidence.phases, onset)?.name ?? 'recovery',
    onset,
    detectedAt,
    peakAt,
    endedAt,
    baseline,
    peak,
    evidence: rule,
    ...examples,
  };
};

/** Every spike with the operation that moved most and the traces that show it. */
export const spikesOf = (evidence: Evidence): Spike[] => {
  const treeOf = traceTrees(evidence);
  const serverP95 = steadyServerP95(evidence);
  return detectSpikes(evidence).map((detected, index) => {
    const slowAbove =
      detected.sli.name === 'job-latency' ? detected.baseline : (serverP95 ?? detected.baseline);
    return toSpike(detected, index, evidence, examplesOf(detected, evidence, treeOf, slowAbove));
  });
};

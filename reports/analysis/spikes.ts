import type { Evidence } from '../record/evidence.ts';
import type { Spike } from '../record/findings.ts';
import { inside } from './detection/anomaly.ts';
import type { DetectedSpike } from './detection/slis.ts';
import { examplesOf, type Shown } from './examples.ts';
import { operationsOf } from './operations.ts';
import { phaseAt, phaseNamed } from './phases.ts';
import { addBuckets, sumRed, userRoutes } from './series.ts';
import { bucketQuantile } from './statistics/quantile.ts';
import { traceTrees } from './traces/trees.ts';

/** The entry service's p95 over the whole steady phase: a request slower than that is worth showing, seconds. */
const steadyServerP95 = ({ red, entryService, phases }: Evidence): number | null => {
  const steady = phaseNamed(phases, 'steady');
  const { bounds, points } = sumRed(userRoutes(red, entryService));
  if (!steady || bounds.length === 0) return null;
  return bucketQuantile(0.95, bounds, addBuckets(inside(points, steady), bounds));
};

/** A second that the end of steady cuts belongs to what follows: nothing before is ever tested. */
const phaseOf = ({ phases }: Evidence, onset: number): Spike['phase'] =>
  phaseAt(phases, Math.max(onset, phaseNamed(phases, 'steady')?.to ?? 0))?.name ?? 'recovery';

const toSpike = (detected: DetectedSpike, index: number, evidence: Evidence, examples: Shown): Spike => {
  const { sli, onset, detectedAt, peakAt, endedAt, baseline, peak, evidence: rule } = detected;
  return {
    id: `spike-${index + 1}`,
    sli: sli.name,
    kind: sli.kind,
    viewpoint: sli.viewpoint,
    service: sli.service,
    ...operationsOf(detected, evidence),
    phase: phaseOf(evidence, onset),
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
export const spikesOf = (evidence: Evidence, detected: DetectedSpike[]): Spike[] => {
  const treeOf = traceTrees(evidence);
  const serverP95 = steadyServerP95(evidence);
  return detected.map((spike, index) => {
    const slowAbove = spike.sli.name === 'job-latency' ? spike.baseline : (serverP95 ?? spike.baseline);
    return toSpike(spike, index, evidence, examplesOf(spike, evidence, treeOf, slowAbove));
  });
};

import type { Evidence } from '../../record/evidence.ts';
import type { Gap, TelemetryLoss } from '../../record/findings.ts';
import { arrivalGaps } from './arrival.ts';
import { clockGaps } from './clocks.ts';
import { countGaps } from './counts.ts';
import { habitGaps } from './habits.ts';
import { metricsGaps } from './metrics.ts';

/**
 * Where the signals contradict each other, so that silence, a frozen answer or a wrong clock never reads as health. Told by the
 * evidence alone; those that are decisive keep the run from being conclusive.
 */
export const gapsOf = (evidence: Evidence, losses: TelemetryLoss[] = []): Gap[] => [
  ...metricsGaps(evidence),
  ...countGaps(evidence, losses),
  ...clockGaps(evidence),
  ...arrivalGaps(evidence),
  ...habitGaps(evidence),
];

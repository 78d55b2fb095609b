import type { Evidence } from '../../record/evidence.ts';
import type { Gap } from '../../record/findings.ts';
import { habitsOf } from '../telemetry-loss/usual.ts';

/** What the pipeline drops all along is what a sampler or a filter does on purpose: stated, and no loss. */
export const habitGaps = (evidence: Evidence): Gap[] =>
  habitsOf(evidence).map(({ instance, signal, share }) => ({
    signal,
    window: null,
    text: `${instance}, the collector, drops ${(share * 100).toFixed(0)} % of the ${signal} that it takes in all along, as a sampler or a filter does: what is read from ${signal} is a sample.`,
    decisive: false,
  }));

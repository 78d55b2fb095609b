import type { PhaseName } from '../record/common.ts';
import type { RunRecord } from '../record/record.ts';

const OF_AN_OBSERVATION: Partial<Record<PhaseName, string>> = { steady: 'reference', fault: 'window' };

/** How a phase is called: an observation has a reference and the window looked at, for nobody laid out phases. */
export const phaseLabel = ({ kind }: Pick<RunRecord, 'kind'>, phase: PhaseName): string =>
  (kind === 'observation' && OF_AN_OBSERVATION[phase]) || phase;

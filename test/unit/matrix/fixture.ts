import type { FaultScore, RunRecord } from '../../../reports/record/record.ts';
import type { Outcome } from '../../../scripts/campaign/entry.ts';
import type { Entry } from '../../../scripts/matrix/plan.ts';

import { poolAttribution } from '../../fixtures/evidence/attribution.ts';
import { downstreamTimeoutEvidence } from '../../fixtures/evidence/index.ts';
import { recordOf } from '../../fixtures/evidence/record.ts';

const base = recordOf(downstreamTimeoutEvidence());

export const entry = (changes: Partial<Entry> = {}): Entry => ({
  id: 'pool-exhaustion-unseen-1',
  half: 'unseen',
  seed: 21,
  faults: ['pool-exhaustion'],
  flags: [],
  ...changes,
});

export const score = (changes: Partial<FaultScore> = {}): FaultScore => ({
  fault: 'pool-exhaustion',
  clientSaw: true,
  detected: true,
  rank: 1,
  timeToDetect: 3,
  timeToAttribute: 5,
  alerts: [],
  ...changes,
});

/** A record in which the pool ran empty and was named. */
export const record = (changes: Partial<RunRecord> = {}): RunRecord => ({
  ...base,
  faults: [
    {
      ...base.faults[0]!,
      name: 'pool-exhaustion',
      label: { service: 'api', dependency: 'postgresql', operation: 'acquire', kind: 'pool' },
      parameters: { connections: 10 },
      target: { rate: 1, seed: 21 },
    },
  ],
  findings: { ...base.findings!, attribution: poolAttribution() },
  scores: [score()],
  ...changes,
});

export const result = (of: Partial<Entry> = {}, changes: Partial<RunRecord> = {}) => ({
  outcome: { entry: entry(of), exitCode: 0, error: null } as Outcome<Entry>,
  record: record(changes) as RunRecord | null,
});

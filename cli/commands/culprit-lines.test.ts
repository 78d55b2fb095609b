import { expect, it } from 'vitest';
import type { RunRecord } from '../../reports/record/record.ts';
import { poolAttribution, unknownAttribution } from '../../test/fixtures/evidence/attribution.ts';
import { quietEvidence } from '../../test/fixtures/evidence/index.ts';
import { fixtureFault, recordOf } from '../../test/fixtures/evidence/record.ts';
import { culpritLines } from './culprit-lines.ts';

const evidence = quietEvidence();
const quiet = recordOf(evidence, null);
const fault = fixtureFault(evidence)!;
const label = { service: 'telemetry', dependency: 'logs', operation: null, kind: 'loss' };
const score = { fault: 'log-loss', clientSaw: false, detected: true, timeToDetect: 3, timeToAttribute: 3 };

const lossRun = (rank: number | null, changes: Partial<NonNullable<RunRecord['findings']>>): RunRecord => ({
  ...quiet,
  faults: [{ ...fault, name: 'log-loss', label }],
  scores: [{ ...score, rank, alerts: [] }],
  findings: { ...quiet.findings!, ...changes },
});

const loss = {
  ...{ signal: 'logs' as const, from: 1, to: 9, detectedAt: 3, share: 0.504, of: 'log lines' },
  ...{ where: 'in otelcol, the collector', text: '', evidence: [] },
};

it('names a loss of telemetry beside the fault that made it', () => {
  expect(culpritLines(lossRun(1, { telemetryLoss: [loss] }))).toEqual([
    'lost 50 % of the log lines in otelcol, the collector',
    '  injected log-loss, telemetry/logs/-/loss: named',
  ]);
});

it('says that it was missed where nothing was found', () => {
  expect(culpritLines(lossRun(null, {}))).toEqual(['  injected log-loss, telemetry/logs/-/loss: missed']);
});

it('names the culprit, or that it is unknown, beside what was injected', () => {
  expect(culpritLines(lossRun(2, { attribution: poolAttribution() }))[0]).toMatch(
    /^culprit api\/postgresql\/acquire\/pool \(confidence 0\.\d\d\)$/,
  );
  const lines = culpritLines(lossRun(2, { attribution: unknownAttribution() }));
  expect(lines).toEqual(['culprit unknown', '  injected log-loss, telemetry/logs/-/loss: suspect 2']);
});

it('is silent where nothing was named', () => {
  expect(culpritLines(quiet)).toEqual([]);
  expect(culpritLines({ ...quiet, faults: [fault], scores: [] })).toEqual([]);
});

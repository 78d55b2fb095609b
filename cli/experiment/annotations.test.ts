import { expect, test } from 'vitest';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { fixtureFault, recordOf } from '../../test/fixtures/evidence/record.ts';
import { annotationsOf } from './annotations.ts';

const evidence = downstreamTimeoutEvidence();
const record = recordOf(evidence);
const [fault] = record.faults;

test('marks the run, each phase and each fault, in its own time', () => {
  const made = annotationsOf(record);
  expect(made.map(({ tags }) => tags.slice(0, 2).join(' '))).toEqual([
    'obsctl run',
    ...record.phases.map(() => 'obsctl phase'),
    'obsctl fault',
  ]);
  for (const { tags } of made) expect(tags.at(-1)).toBe(record.runId);
  expect(made[0]).toMatchObject({ from: record.phases[0]!.from, to: record.phases.at(-1)!.to });
  expect(made.at(-1)).toMatchObject({
    ...{ from: fault!.injectedAt, to: fault!.clearedAt },
    text: 'Fault downstream-timeout on inventory-1',
  });
});

test('a fault that was never injected is not there; one that was never cleared goes on to the end', () => {
  const planned = { ...fixtureFault(evidence)!, injectedAt: null, clearedAt: null };
  const left = { ...fixtureFault(evidence)!, clearedAt: null };
  const made = annotationsOf({ ...record, faults: [planned, left] }).filter(
    ({ tags }) => tags[1] === 'fault',
  );
  expect(made).toHaveLength(1);
  expect(made[0]).toMatchObject({ to: record.phases.at(-1)!.to });
  expect(made[0]!.text).toContain('not read back as cleared');
});

test('a run that ended before its load is not marked', () => {
  expect(annotationsOf({ ...record, phases: [], faults: [] })).toEqual([]);
});

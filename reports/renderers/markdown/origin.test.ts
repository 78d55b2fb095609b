import { expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../../test/fixtures/evidence/record.ts';
import { summary } from './summary.ts';

it('names where the time went only where a span held it', () => {
  const record = recordOf(downstreamTimeoutEvidence());
  expect(summary(record)).toContain('The time went into');
  for (const { longestExclusive } of record.findings!.spikes.flatMap(({ examples }) => examples))
    if (longestExclusive) longestExclusive.exclusive = 0.0003;
  expect(summary(record)).not.toContain('The time went into');
});

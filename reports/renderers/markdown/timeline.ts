import type { RunRecord } from '../../record/record.ts';
import { clock, offset } from '../format.ts';
import { paragraphs, prose, table } from '../text.ts';

/** Everything that has a time, relative to the start of the load and by the clock. */
export const timeline = ({ timeline: entries, phases, createdAt }: RunRecord): string | null => {
  if (entries.length === 0) return null;
  const start = phases[0]?.from ?? createdAt;
  const rows = entries.map(({ time, what }) => [
    offset(time - start),
    clock(time),
    prose(what, { table: true }),
  ]);
  return paragraphs(
    '## Timeline',
    'Clock times without a fraction belong to series of whole seconds: what happened lies in the second that begins then, and an alarm fires at the end of the one that gave it away.',
    table(['From start:', 'UTC', 'What'], rows),
  );
};

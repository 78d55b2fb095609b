import type { RunRecord } from '../../record/record.ts';
import { clock } from '../format.ts';
import { code, paragraphs, plain, prose } from '../text.ts';

/** What is worth a sentence and is no spike: restarts, disagreement, silence. Left out where there is nothing. */
export const notes = ({ findings, incidents }: RunRecord): string | null => {
  const lines = [
    ...incidents.map(
      ({ time, instance, kind, detail }) =>
        `- ${clock(time)} ${code(instance)}: ${kind}${detail ? `, ${plain(detail)}` : ''}`,
    ),
    ...(findings?.notes ?? []).map((note) => `- ${prose(note)}`),
  ];
  return lines.length > 0 ? paragraphs('## Incidents and notes', lines.join('\n')) : null;
};

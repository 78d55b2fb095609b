import type { Incident } from '../../record/evidence.ts';
import type { RunRecord } from '../../record/record.ts';
import { clock } from '../format.ts';
import { endingsOf, whenceOf } from '../incidents.ts';
import { code, paragraphs, plain, prose } from '../text.ts';

const line = ({ time, instance, kind, detail }: Incident, whence: string | null): string =>
  `- ${clock(time)} ${code(instance)}: ${plain(detail || kind)}${whence ? ` (${whence})` : ''}`;

/** What is worth a sentence and is no spike: restarts, disagreement, silence. Left out where there is nothing. */
export const notes = (record: RunRecord): string | null => {
  const { findings, incidents } = record;
  const endings = endingsOf(record);
  const whence = ({ time, instance }: Incident): string | null => {
    const ending = endings.find((one) => one.time === time && one.instance === instance);
    return ending ? whenceOf(ending, code) : null;
  };
  const lines = [
    ...incidents.map((incident) => line(incident, incident.kind === 'restart' ? null : whence(incident))),
    ...(findings?.notes ?? []).map((note) => `- ${prose(note)}`),
  ];
  return lines.length > 0 ? paragraphs('## Incidents and notes', lines.join('\n')) : null;
};

import type { Spike, TracedExample } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { clock, duration, offset, percent, plural } from '../format.ts';
import { code, paragraphs, plain, table } from '../text.ts';
import { exampleBody, exampleTitle } from './example.ts';
import { SLI_TEXT } from './summary.ts';

const figure = ({ kind }: Spike, value: number): string =>
  kind === 'error' ? percent(value) : duration(value);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const figures = (spike: Spike, start: number): string => {
  const at = (time: number) => `${clock(time)} (${offset(time - start)})`;
  const { onset, detectedAt, peakAt, endedAt } = spike;
  return table(
    ['Onset', 'Alarm', 'Peak', 'Back to normal', 'Steady:', 'Worst second:'],
    [
      [
        at(onset),
        `${at(detectedAt)}, ${duration(detectedAt - onset)} after the onset`,
        at(peakAt),
        endedAt === null ? '**not within the run**' : `${at(endedAt)}, ${duration(endedAt - onset)} in all`,
        figure(spike, spike.baseline),
        figure(spike, spike.peak),
      ],
    ],
  );
};

/** A trace is shown in full where it comes up first; the others of a spike fold away. */
const examples = (list: TracedExample[], seen: Map<string, string>, id: string): string[] =>
  list.map((example, i) => {
    const title = `**${exampleTitle(example)}**`;
    const before = seen.get(example.traceId);
    if (before) return `${title}\n\nShown in full under ${plain(before)}.`;
    seen.set(example.traceId, id);
    const body = exampleBody(example);
    return i === 0
      ? paragraphs(title, body)
      : paragraphs(title, '<details><summary>Waterfall and log lines</summary>', body, '</details>');
  });

const section = (spike: Spike, start: number, seen: Map<string, string>): string => {
  const where = spike.operation ? ` (${code(spike.operation)} moved most)` : '';
  return paragraphs(
    `### ${plain(spike.id)}: ${capital(SLI_TEXT[spike.sli])}${where}`,
    figures(spike, start),
    `Why it counts: ${plain(spike.evidence)}.`,
    `${plural(spike.exemplarsInWindow, 'exemplar')} in its window${spike.examples.length > 0 ? `; ${plural(spike.examples.length, 'trace')} of them:` : '.'}`,
    spike.gap ? `No trace to show: ${plain(spike.gap)}` : null,
    ...examples(spike.examples, seen, spike.id),
  );
};

/** Each spike from its onset to its end, with the traces its exemplars lead to and their log lines. */
export const spikes = ({ findings, phases, createdAt }: RunRecord): string | null => {
  if (!findings || findings.spikes.length === 0) return null;
  const start = phases[0]?.from ?? createdAt;
  const seen = new Map<string, string>();
  return paragraphs('## Spikes', ...findings.spikes.map((spike) => section(spike, start, seen)));
};

import type { Spike, TracedExample } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { approximately, count, duration, list, percent, plural, second, wholeSeconds } from '../format.ts';
import { code, paragraphs, plain, table } from '../text.ts';
import { exampleBody, exampleTitle, shapeOf, whence } from './example.ts';
import { type GrafanaText, grafanaText } from './grafana.ts';

/** What each SLI means to a reader, as the subject of a sentence. */
export const SLI_TEXT: Record<Spike['sli'], string> = {
  'client-errors': "the client's error ratio",
  'client-latency': "the client's p95 latency",
  'server-errors': "the entry service's error ratio",
  'server-latency': "the entry service's p95 latency",
  'job-latency': 'the duration of background jobs',
};

/** A spike's value as its SLI is worth it: quantiles from buckets are approximate. */
export const spikeValue = ({ kind, sli, baseline, peak }: Spike, of: 'baseline' | 'peak'): string => {
  const value = of === 'baseline' ? baseline : peak;
  if (kind === 'error') return percent(value);
  return sli === 'server-latency' ? approximately(value) : duration(value);
};

/** Which operations it was, as far as one can tell them apart; empty where nothing is known. */
export const whereText = ({ operation, operations: { abnormal, of } }: Spike): string => {
  if (operation !== null) return `${code(operation)} most of all`;
  if (abnormal.length === 0) return '';
  const names = list(abnormal.map((name) => code(name)));
  return abnormal.length === of && of > 1 ? `all ${of} operations alike` : `in ${names}`;
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const figures = (spike: Spike, start: number): string => {
  const { onset, detectedAt, peakAt, endedAt } = spike;
  return table(
    [
      'Onset, in the second from',
      'Alarm at',
      'Peak, in the second from',
      'Normal again from',
      'Steady:',
      'Peak:',
    ],
    [
      [
        second(onset, start),
        `${second(detectedAt, start)}, within ${wholeSeconds(detectedAt - onset)}`,
        second(peakAt, start),
        endedAt === null
          ? '**not within the run**'
          : `${second(endedAt, start)}, after ${wholeSeconds(endedAt - onset)}`,
        spikeValue(spike, 'baseline'),
        spikeValue(spike, 'peak'),
      ],
    ],
  );
};

/** A shape that was shown in full before: by which trace, under which spike. */
type Shown = Map<string, { traceId: string; spike: string }>;

const inFull = (example: TracedExample, first: boolean, grafana: GrafanaText): string =>
  first
    ? paragraphs(`**${exampleTitle(example, grafana)}**`, exampleBody(example, grafana))
    : paragraphs(
        `**${exampleTitle(example, grafana)}**`,
        '<details><summary>Waterfall and log lines</summary>',
        exampleBody(example, grafana),
        '</details>',
      );

const named = (example: TracedExample, grafana: GrafanaText): string => {
  const took = example.requestDuration === null ? '' : `${duration(example.requestDuration)}, `;
  return `${grafana.traceId(example.traceId)} (${took}${whence(example)})`;
};

/** Traces that look like one shown before: named, with where to look. */
const alike = (
  like: { traceId: string; spike: string },
  traces: TracedExample[],
  grafana: GrafanaText,
): string => {
  const others = traces.filter(({ traceId }) => traceId !== like.traceId);
  const itself =
    others.length < traces.length
      ? [`${grafana.traceId(like.traceId)}: shown under ${plain(like.spike)}.`]
      : [];
  const similar =
    others.length > 0
      ? [
          `Same answer, origin and longest wait as trace ${code(`…${like.traceId.slice(-8)}`)} under ${plain(like.spike)}: ${list(others.map((other) => named(other, grafana)))}.`,
        ]
      : [];
  return [...itself, ...similar].join(' ');
};

/** One waterfall for each shape of trace in the whole report; what looks like one of them is only named. */
const examples = (spike: Spike, shown: Shown, grafana: GrafanaText): string[] => {
  const full: string[] = [];
  const seen = new Map<string, TracedExample[]>();
  for (const example of spike.examples) {
    const shape = shapeOf(example);
    if (shown.has(shape)) {
      seen.set(shape, [...(seen.get(shape) ?? []), example]);
    } else {
      shown.set(shape, { traceId: example.traceId, spike: spike.id });
      full.push(inFull(example, full.length === 0, grafana));
    }
  }
  return [...full, ...[...seen].map(([shape, traces]) => alike(shown.get(shape)!, traces, grafana))];
};

/** How many traces its exemplars name, and how they were found. */
export const found = ({ exemplarsInWindow: all, fromMetrics, examples: shown }: Spike): string => {
  const search = all - fromMetrics;
  const whence =
    search > 0
      ? `${count(fromMetrics)} named by metric exemplars, ${count(search)} found by trace search`
      : 'named by metric exemplars';
  const here = shown.length > 0 ? `; ${shown.length} of them:` : '.';
  return all === 0 ? '' : `${plural(all, 'trace')} of its window (${whence})${here}`;
};

const section = (spike: Spike, start: number, shown: Shown, grafana: GrafanaText): string => {
  const where = whereText(spike);
  return paragraphs(
    `### ${plain(spike.id)}: ${capital(SLI_TEXT[spike.sli])}${where ? ` (${where})` : ''}`,
    figures(spike, start),
    `Why it counts: ${plain(spike.evidence)}.`,
    grafana.spike(spike),
    found(spike),
    spike.gap ? `No trace to show: ${plain(spike.gap)}` : null,
    ...examples(spike, shown, grafana),
  );
};

/** Each spike from its onset to its end, with the traces its exemplars lead to and their log lines. */
export const spikes = (record: RunRecord): string | null => {
  const { findings, phases, createdAt } = record;
  if (!findings || findings.spikes.length === 0) return null;
  const start = phases[0]?.from ?? createdAt;
  const shown: Shown = new Map();
  const grafana = grafanaText(record);
  return paragraphs('## Spikes', ...findings.spikes.map((spike) => section(spike, start, shown, grafana)));
};

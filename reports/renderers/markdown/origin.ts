import type { SpanRef, Spike, TracedExample } from '../../record/findings.ts';
import { duration } from '../format.ts';
import { code, plain } from '../text.ts';
import { spanText } from './span.ts';

interface Common {
  spans: SpanRef[];
  /** How many of the examples name it, of how many there are. */
  share: string;
  named: number;
}

/** Examples of these spikes, each trace once. */
const examplesOf = (spikes: Spike[]): TracedExample[] => [
  ...new Map(
    spikes.flatMap(({ examples }) => examples).map((example) => [example.traceId, example]),
  ).values(),
];

/** `in all 5 example traces`, `in 6 of 9 failed example traces`. */
const shareText = (named: number, of: number, noun: string): string =>
  of === 1 ? `in the one ${noun}` : `in ${named === of ? 'all' : `${named} of`} ${of} ${noun}s`;

/** The spans that most examples have in common by `key`; null where no example has any. */
const common = (
  examples: TracedExample[],
  noun: string,
  pick: (example: TracedExample) => SpanRef | null,
  key: (span: SpanRef) => string,
): Common | null => {
  const groups = new Map<string, SpanRef[]>();
  for (const span of examples.map(pick)) {
    if (span) groups.set(key(span), [...(groups.get(key(span)) ?? []), span]);
  }
  const [spans] = [...groups.values()].sort((a, b) => b.length - a.length);
  return spans ? { spans, named: spans.length, share: shareText(spans.length, examples.length, noun) } : null;
};

const sameSpan = ({ service, name, statusMessage }: SpanRef): string =>
  [service, name, statusMessage].join('\n');
const sameMessage = ({ service, statusMessage }: SpanRef): string => [service, statusMessage].join('\n');

/** Where the errors start: a span, or where handlers differ the service and the message they share. */
const errorOrigin = (examples: TracedExample[]): string | null => {
  const failed = examples.filter(({ deepestError }) => deepestError);
  const of = (key: (span: SpanRef) => string) =>
    common(failed, 'failed example trace', ({ deepestError }) => deepestError, key);
  const [span, message] = [of(sameSpan), of(sameMessage)];
  if (!span || !message) return null;
  const [{ service, statusMessage } = span.spans[0]!] = message.spans;
  const quoted = statusMessage ? ` ("${plain(statusMessage)}")` : '';
  return message.named > span.named
    ? `The errors start in ${code(service)}${quoted}, ${message.share}; the handlers differ.`
    : `The errors start at ${spanText(span.spans[0]!)}${quoted}, ${span.share}.`;
};

/** Own time that can be where a wait went, seconds; with less, the spans that held it are not in the trace. */
const LEAST_OWN = 0.001;

/** Where the wait went; said only where latency left its steady state. */
const timeOrigin = (examples: TracedExample[]): string | null => {
  const slow = common(examples, 'slow example trace', (e) => e.longestExclusive, sameSpan);
  // What only a few of them share is no origin.
  if (!slow || slow.named <= examples.length / 2) return null;
  const most = slow.spans.reduce((a, b) => (b.exclusive > a.exclusive ? b : a));
  if (most.exclusive < LEAST_OWN) return null;
  return `The time went into ${spanText(most)}, ${slow.share}: up to ${duration(most.exclusive)} of its own.`;
};

/** Work worth a sentence in the summary: this long after its caller had left (seconds), in half of the examples. */
const LONG_OVERRUN = 0.25;

const wasted = (examples: TracedExample[]): string | null => {
  const long = (e: TracedExample) => (e.longestOverrun?.overrun ?? 0) >= LONG_OVERRUN;
  const left = examples.filter(long);
  if (left.length === 0 || left.length < examples.length / 2) return null;
  const most = left
    .map(({ longestOverrun }) => longestOverrun!)
    .reduce((a, b) => (b.overrun > a.overrun ? b : a));
  return `Work went on after its caller had left, ${shareText(left.length, examples.length, 'example trace')}: ${spanText(most)} for up to ${duration(most.overrun)}.`;
};

/** Where the errors start, where the time went, and what ran for nobody; by the example traces alone. */
export const origin = (spikes: Spike[]): string | null => {
  // Where somebody waited, what ran behind is not where the time went.
  const waited = spikes.filter(({ sli }) => sli !== 'job-latency');
  const telling = waited.length > 0 ? waited : spikes;
  const of = (kind: Spike['kind']) => examplesOf(telling.filter((spike) => spike.kind === kind));
  const parts = [errorOrigin(of('error')), timeOrigin(of('latency')), wasted(examplesOf(spikes))];
  return parts.filter(Boolean).join(' ') || null;
};

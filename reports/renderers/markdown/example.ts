import type { TracedExample } from '../../record/findings.ts';
import { clock, duration, list, plural } from '../format.ts';
import { clean, code, fence, paragraphs, plain } from '../text.ts';
import { spanText } from './span.ts';
import { waterfall } from './waterfall.ts';

const facts = ({ deepestError, longestExclusive, complete, services, spans }: TracedExample): string => {
  const message = deepestError?.statusMessage ? ` ("${plain(deepestError.statusMessage)}")` : '';
  const parts = [
    `${plural(spans, 'span')} across ${list(services.map((name) => code(name)))}${complete ? '' : ', **incomplete**: a parent span is missing'}.`,
    deepestError ? `Deepest error: ${spanText(deepestError)}${message}.` : 'No span ended in error.',
    longestExclusive
      ? `Longest own time: ${duration(longestExclusive.exclusive)} in ${spanText(longestExclusive)}.`
      : '',
  ];
  return parts.filter(Boolean).join(' ');
};

const logs = ({ logs: lines }: TracedExample): string => {
  if (lines.length === 0) return 'No log line carries this trace id.';
  const text = lines.map(
    ({ time, severity, instance, body }) =>
      `${clock(time, 3)} ${severity.toUpperCase().padEnd(5)} ${clean(instance, 24)}: ${clean(body, 240)}`,
  );
  return paragraphs('Log lines with this trace id:', fence(text));
};

/** One line that names a trace and the request it stands for. */
export const exampleTitle = ({ traceId, exemplar, duration: seconds }: TracedExample): string => {
  const status = exemplar.status === null ? '' : `, status ${exemplar.status}`;
  return `Trace ${code(traceId)}: ${code(`${exemplar.method} ${exemplar.route}`)} at ${code(exemplar.instance)}${status}, ${duration(seconds)}`;
};

/** What the trace shows, its waterfall and its log lines. */
export const exampleBody = (example: TracedExample): string =>
  paragraphs(facts(example), waterfall(example), logs(example));

import type { ShownTrace, TracedExample } from '../../record/findings.ts';
import { clock, count, duration, list, plural } from '../format.ts';
import { clean, code, fence, paragraphs, plain } from '../text.ts';
import type { GrafanaText } from './grafana.ts';
import { spanText } from './span.ts';
import { waterfall } from './waterfall.ts';

/** A trace that ends this much later than its request holds work that nobody waited for, seconds. */
const TAIL = 0.05;

/** The logical request's own time, and that of its trace where work went on behind it. */
const extent = ({ rootDuration, duration: all }: ShownTrace): string => {
  if (rootDuration === null) return `The trace spans ${duration(all)}.`;
  const tail = all - rootDuration > TAIL ? `; the last of its spans ended after ${duration(all)}` : '';
  return `The logical request took ${duration(rootDuration)} with all its attempts${tail}.`;
};

/** What the trace shows, in sentences. */
export const facts = (example: ShownTrace): string => {
  const { deepestError, longestExclusive, longestOverrun, complete, services, spans } = example;
  const message = deepestError?.statusMessage ? ` ("${plain(deepestError.statusMessage)}")` : '';
  const parts = [
    extent(example),
    `${plural(spans, 'span')} across ${list(services.map((name) => code(name)))}${complete ? '' : ', **incomplete**: a parent span is missing'}.`,
    deepestError ? `Deepest error: ${spanText(deepestError)}${message}.` : 'No span ended in error.',
    longestExclusive
      ? `Longest own share of the wait: ${duration(longestExclusive.exclusive)} in ${spanText(longestExclusive)}.`
      : '',
    longestOverrun
      ? `${spanText(longestOverrun)} went on for ${duration(longestOverrun.overrun)} after its caller had left.`
      : '',
  ];
  return parts.filter(Boolean).join(' ');
};

const logs = ({ logs: lines, logLines }: TracedExample): string => {
  if (lines.length === 0) return 'No log line carries this trace id.';
  const text = lines.map(
    ({ time, severity, instance, body }) =>
      `${clock(time, 3)} ${severity.toUpperCase().padEnd(5)} ${clean(instance, 24)}: ${clean(body, 240)}`,
  );
  const title =
    logLines > lines.length
      ? `${lines.length} of the ${count(logLines)} log lines with this trace id, chosen for variety, then severity:`
      : 'Log lines with this trace id:';
  return paragraphs(title, fence(text));
};

/** Which signal led to the trace. */
export const whence = ({ exemplar }: TracedExample): string =>
  exemplar.origin === 'metric' ? 'by metric exemplar' : 'by trace search';

/** One line that names a trace and the request it stands for, with the time that this request took. */
export const exampleTitle = (example: TracedExample, grafana: GrafanaText): string => {
  const { traceId, exemplar, requestDuration } = example;
  const status = exemplar.status === null ? '' : `, status ${exemplar.status}`;
  const took = requestDuration === null ? '' : `, ${duration(requestDuration)}`;
  return `Trace ${grafana.traceId(traceId)}: ${code(`${exemplar.method} ${exemplar.route}`)} at ${code(exemplar.instance)}${status}${took}; ${whence(example)}`;
};

/** What traces of one shape have in common: their answer, the origin of their error, and where the wait went. */
export const shapeOf = ({ exemplar, deepestError, longestExclusive }: TracedExample): string =>
  [
    `${exemplar.method} ${exemplar.route} ${exemplar.status}`,
    `${deepestError?.service} ${deepestError?.name} ${deepestError?.statusMessage}`,
    `${longestExclusive?.service} ${longestExclusive?.name}`,
  ].join('\n');

/** What the trace shows, its waterfall and its log lines. */
export const exampleBody = (example: TracedExample, grafana: GrafanaText): string =>
  paragraphs(facts(example), grafana.example(example.traceId), waterfall(example), logs(example));

import type { Evidence, Exemplar, Trace } from '../../reports/record/evidence.ts';
import type { Spike, TelemetryLoss, TracedExample } from '../../reports/record/findings.ts';
import type { FaultScore, RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import type { Expectation } from './plan.ts';

/** The stations from a fault to its culprit, and what stands for them where nobody is hurt or telemetry itself is lost. */
export type HopName =
  | 'injected'
  | 'spike'
  | 'exemplar'
  | 'search'
  | 'trace'
  | 'logs'
  | 'culprit'
  | 'silence'
  | 'loss'
  | 'verdict'
  | 'refused';

export interface Hop {
  name: HopName;
  ok: boolean;
  /** What was found, or what is missing; one sentence. */
  text: string;
}

/** What a run folder holds. */
export interface ProofRun {
  record: RunRecord;
  evidence: Evidence;
}

export const hop = (name: HopName, ok: boolean, text: string): Hop => ({ name, ok, text });

const SLACK_SECONDS = 2;

const faultOf = ({ record }: ProofRun): InjectedFault | null => record.faults[0] ?? null;
const scoreOf = ({ record }: ProofRun): FaultScore | null => record.scores[0] ?? null;

/** Spikes that began while the fault was on or drained. */
export const spikesOfFault = (run: ProofRun): Spike[] => {
  const { injectedAt = null, clearedAt = null, drainSeconds = 0 } = faultOf(run) ?? {};
  if (injectedAt === null) return [];
  const until = (clearedAt ?? Number.POSITIVE_INFINITY) + drainSeconds + SLACK_SECONDS;
  return (run.record.findings?.spikes ?? []).filter(
    ({ onset, detectedAt }) =>
      onset >= injectedAt - SLACK_SECONDS && detectedAt >= injectedAt && detectedAt <= until,
  );
};

export const injected = (run: ProofRun): Hop => {
  const fault = faultOf(run);
  const { name, reasons } = run.record.verdict;
  if (!fault || fault.injectedAt === null)
    return hop('injected', false, `Nothing was injected; the verdict is ${name}: ${reasons.join(' ')}`);
  if (fault.verifiedAt === null) return hop('injected', false, 'It was not read back as on.');
  const hits = fault.carriers.reduce((sum, carrier) => sum + carrier.hits, 0);
  return hop(
    'injected',
    hits > 0,
    `Read back as on at ${fault.carriers.map(({ instance }) => instance).join(', ')}; it hit ${hits} (${fault.counts}).`,
  );
};

/** The spike that the others hang on: the client's before the servers', one with traces before one without, the earliest. */
export const leading = (run: ProofRun, viewpoint?: Spike['viewpoint']): Spike | null => {
  const weight = (spike: Spike): number =>
    (spike.examples.length > 0 ? 0 : 2) + (spike.viewpoint === 'client' ? 0 : 1);
  const all = spikesOfFault(run).filter((spike) => !viewpoint || spike.viewpoint === viewpoint);
  return all.sort((a, b) => weight(a) - weight(b) || a.detectedAt - b.detectedAt)[0] ?? null;
};

const spike = (run: ProofRun, found: Spike | null, who: string): Hop => {
  const at = faultOf(run)?.injectedAt ?? 0;
  return found
    ? hop(
        'spike',
        true,
        `${found.sli} left its steady state within the second from ${(found.onset - at).toFixed(1)} s after the injection; the alarm came after ${(found.detectedAt - at).toFixed(1)} s.`,
      )
    : hop('spike', false, `No SLI of ${who} alarmed while it was on.`);
};

const same = (a: Exemplar, b: Exemplar): boolean =>
  a.traceId === b.traceId && a.kind === b.kind && a.time === b.time && a.service === b.service;

/** What named the spike's traces: metrics, or, where they can name none (as those of a queue), a search of traces. */
const named = ({ evidence }: ProofRun, { viewpoint, exemplarsInWindow: all, fromMetrics }: Spike): Hop => {
  const text = `${all} traces named: ${fromMetrics} by metrics, ${all - fromMetrics} by trace search.`;
  if (fromMetrics > 0) return hop('exemplar', true, text);
  return hop('search', evidence.source.kind !== 'grafana' || viewpoint !== 'client', text);
};

/** Each example must be one of the exemplars that the telemetry gave, and of the spike's window. */
const exemplar = (run: ProofRun, found: Spike): Hop => {
  const { examples, onset, endedAt } = found;
  const { evidence } = run;
  if (examples.length === 0) return hop('exemplar', false, 'No exemplar of the spike leads to a trace.');
  const known = examples.filter(({ exemplar: one }) => evidence.exemplars.some((other) => same(one, other)));
  if (known.length < examples.length)
    return hop(
      'exemplar',
      false,
      `${examples.length - known.length} examples are no exemplar of the evidence.`,
    );
  const until = (endedAt ?? Number.POSITIVE_INFINITY) + SLACK_SECONDS;
  const outside = examples.filter(({ exemplar: { time } }) => time < onset - SLACK_SECONDS || time > until);
  if (outside.length > 0)
    return hop('exemplar', false, `${outside.length} exemplars lie outside of the spike.`);
  return named(run, found);
};

const traceOf = ({ evidence }: ProofRun, { traceId }: TracedExample): Trace | undefined =>
  evidence.traces.find((one) => one.traceId === traceId);

/** Why the trace that was fetched by the exemplar's id does not show the exemplar's request; null where it does. */
const brokenTrace = (run: ProofRun, example: TracedExample): string | null => {
  const { traceId, exemplar: one } = example;
  const spans = traceOf(run, example)?.spans ?? [];
  if (spans.length === 0) return `Trace ${traceId} is not among those fetched by their id.`;
  if (spans.some((span) => span.traceId !== traceId)) return `Trace ${traceId} holds spans of another.`;
  if (one.spanId !== null && !spans.some(({ spanId }) => spanId === one.spanId))
    return `Trace ${traceId} lacks the span ${one.spanId} that the exemplar names.`;
  if (!spans.some(({ service }) => service === one.service))
    return `Trace ${traceId} has no span of ${one.service}.`;
  return null;
};

const trace = (run: ProofRun, { examples }: Spike): Hop => {
  const broken = examples.map((example) => brokenTrace(run, example)).filter((why) => why !== null);
  const spans = examples.reduce((sum, example) => sum + (traceOf(run, example)?.spans.length ?? 0), 0);
  return examples.length === 0
    ? hop('trace', false, 'There is no trace id to ask for.')
    : broken[0]
      ? hop('trace', false, broken[0])
      : hop('trace', true, `${examples.length} fetched by id, ${spans} spans.`);
};

/** Lines of each example by its trace id: of somebody who took part, and no further from it than a moment. */
const logs = (run: ProofRun, { examples }: Spike): Hop => {
  const silent = examples.filter(({ logs: lines }) => lines.length === 0);
  if (silent[0] || examples.length === 0)
    return hop(
      'logs',
      false,
      silent[0]
        ? `No log line carries the id of trace ${silent[0].traceId}.`
        : 'There is no trace id to ask for.',
    );
  for (const example of examples) {
    const spans = traceOf(run, example)?.spans ?? [];
    const services = new Set(spans.map(({ service }) => service));
    const from = Math.min(...spans.map(({ start }) => start)) - SLACK_SECONDS;
    const to = Math.max(...spans.map(({ start, duration }) => start + duration)) + SLACK_SECONDS;
    const odd = example.logs.find(
      (line) =>
        line.traceId !== example.traceId || line.time < from || line.time > to || !services.has(line.service),
    );
    if (odd)
      return hop('logs', false, `A line of ${odd.service} does not belong to trace ${example.traceId}.`);
  }
  return hop('logs', true, `${examples.reduce((sum, { logLines }) => sum + logLines, 0)} lines by trace id.`);
};

const place = (of: { service: string; dependency: string | null; kind: string }): string =>
  [of.service, of.dependency, of.kind].filter(Boolean).join(' / ');

const culprit = (run: ProofRun): Hop => {
  const { status = 'nothing', suspects: [first] = [] } = run.record.findings?.attribution ?? {};
  const truth = faultOf(run)?.label;
  const answer = status === 'named' && first ? place(first) : `"${status}"`;
  const rank = scoreOf(run)?.rank ?? null;
  return rank === 1
    ? hop('culprit', true, `${answer} named first.`)
    : hop(
        'culprit',
        false,
        `The answer was ${answer}, and the truth ${truth ? place(truth) : 'unknown'} ${rank === null ? 'is not among the suspects' : `came at rank ${rank}`}.`,
      );
};

const chain = (run: ProofRun, found: Spike | null, who: string): Hop[] =>
  found
    ? [spike(run, found, who), exemplar(run, found), trace(run, found), logs(run, found), culprit(run)]
    : [spike(run, found, who)];

const clientSilent = (run: ProofRun): Hop => {
  const seen = spikesOfFault(run).filter(({ viewpoint }) => viewpoint === 'client');
  const harmed = scoreOf(run)?.clientSaw ?? true;
  return seen.length === 0 && !harmed
    ? hop('silence', true, 'No SLI of the client alarmed, and its figures were no worse.')
    : hop(
        'silence',
        false,
        seen[0] ? `${seen[0].sli} alarmed.` : "The client's figures were clearly worse, and nothing alarmed.",
      );
};

/** What nobody noticed must not read as health. */
const inconclusive = ({ record: { verdict } }: ProofRun): Hop =>
  hop(
    'verdict',
    verdict.name === 'inconclusive',
    `The verdict is ${verdict.name}: ${verdict.reasons.join(' ')}`,
  );

/** Findings of the fault's signal that could be told only after its injection. */
const lossesOfFault = (run: ProofRun): TelemetryLoss[] => {
  const { label, injectedAt = null } = faultOf(run) ?? {};
  if (injectedAt === null) return [];
  return (run.record.findings?.telemetryLoss ?? []).filter(
    ({ signal, from, detectedAt }) =>
      signal === label?.dependency && from >= injectedAt - SLACK_SECONDS && detectedAt >= injectedAt,
  );
};

/** The finding of that signal, in the fault's own time, and nobody of the service blamed for it. */
const lossNamed = (run: ProofRun): Hop => {
  const [lost] = scoreOf(run)?.detected ? lossesOfFault(run) : [];
  const signal = faultOf(run)?.label.dependency ?? 'anything';
  if (!lost) return hop('loss', false, `Nothing says that ${signal} went missing while it was on.`);
  const { status, suspects: [first] = [] } = run.record.findings?.attribution ?? {};
  return status === 'named' && first
    ? hop('loss', false, `The loss was found, and ${place(first)} blamed for something.`)
    : hop('loss', true, lost.text);
};

/** The verdict must say what it is for: that telemetry went missing. */
const inconclusiveByLoss = (run: ProofRun): Hop => {
  const { reasons } = run.record.verdict;
  const plain = inconclusive(run);
  return plain.ok && !lossesOfFault(run).some(({ text }) => reasons.includes(text))
    ? hop('verdict', false, `The verdict does not name the loss: ${reasons.join(' ')}`)
    : plain;
};

/** The hops of a run, by what has to be seen of its fault, up to and including the first that is missing altogether. */
export const hopsOf = (run: ProofRun, expect: Expectation): Hop[] => {
  const first = injected(run);
  if (!first.ok) return [first];
  const any = leading(run);
  switch (expect) {
    case 'client':
      return [first, ...chain(run, leading(run, 'client'), 'the client')];
    case 'servers':
      return [first, clientSilent(run), ...chain(run, leading(run, 'server'), 'the servers')];
    case 'perhaps':
      return any ? [first, ...chain(run, any, 'anybody')] : [first, clientSilent(run), inconclusive(run)];
    case 'loss':
      return [first, clientSilent(run), lossNamed(run), inconclusiveByLoss(run)];
    case 'refused':
      return [hop('refused', false, 'It was not refused.')];
  }
};

/** The first hop that is broken; null where all hold. */
export const brokenHop = (hops: Hop[]): Hop | null => hops.find(({ ok }) => !ok) ?? null;

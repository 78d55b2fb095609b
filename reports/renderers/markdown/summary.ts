import type { Findings, Spike } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { clock, count, duration, list, offset, percent, plural, times } from '../format.ts';
import { code, plain } from '../text.ts';
import { type Common, commonSpan, examplesOf } from './origin.ts';
import { spanText } from './span.ts';

/** What each SLI means to a reader, as the subject of a sentence. */
export const SLI_TEXT: Record<Spike['sli'], string> = {
  'client-errors': "the client's error ratio",
  'client-latency': "the client's p95 latency",
  'server-errors': "the entry service's error ratio",
  'server-latency': "the entry service's p95 latency",
  'job-latency': 'the duration of background jobs',
};

const value = (spike: Spike, of: 'baseline' | 'peak'): string =>
  spike.kind === 'error' ? percent(spike[of]) : duration(spike[of]);

const began = ({ spikes }: Findings, start: number): string => {
  const first = spikes[0]!;
  const where = first.operation ? `, ${code(first.operation)} most of all` : '';
  const seen = new Set(spikes.map(({ viewpoint }) => viewpoint));
  const who = seen.size === 2 ? 'both the client and the servers saw it' : `only the ${[...seen][0]} saw it`;
  return `At ${clock(first.onset)} UTC (${offset(first.onset - start)}) ${SLI_TEXT[first.sli]} left its steady state${where}; the first alarm fired ${duration(first.detectedAt - first.onset)} later, and ${who}.`;
};

const size = ({ spikes }: Findings): string => {
  const told = ['client', 'server'].flatMap((viewpoint) =>
    spikes.filter((spike) => spike.viewpoint === viewpoint),
  );
  const unique = [...new Map(told.toReversed().map((spike) => [spike.sli, spike])).values()].toReversed();
  const own = unique.some(({ viewpoint }) => viewpoint === 'client')
    ? unique.filter(({ viewpoint }) => viewpoint === 'client')
    : unique;
  const moves = own.map((s) => `${SLI_TEXT[s.sli]} went from ${value(s, 'baseline')} to ${value(s, 'peak')}`);
  return `At the worst second ${list(moves)}.`;
};

const share = ({ named, of }: Common): string =>
  named === of ? (of === 1 ? 'the one' : `all ${of}`) : `${named} of the ${of}`;

const origin = ({ spikes }: Findings): string | null => {
  const examples = examplesOf(spikes);
  const error = commonSpan(
    examples.filter((e) => e.deepestError),
    ({ deepestError }) => deepestError,
  );
  const slow = commonSpan(examples, ({ longestExclusive }) => longestExclusive);
  if (!error && !slow) return null;
  const message = error?.span.statusMessage ? ` ("${plain(error.span.statusMessage)}")` : '';
  const errors = error
    ? `The errors start at ${spanText(error.span)}${message}, in ${share(error)} of the failed example traces`
    : '';
  const time = slow
    ? `${error ? 'the' : 'The'} time went into ${spanText(slow.span)}, which took up to ${duration(slow.span.exclusive)} of its own`
    : '';
  return `${[errors, time].filter(Boolean).join('; ')}.`;
};

const amplified = ({ amplification }: Findings): string | null => {
  const row = amplification.find(({ phase }) => phase === 'fault');
  const worst = [...(row?.downstream ?? [])].sort((a, b) => (b.overSteady ?? 0) - (a.overSteady ?? 0))[0];
  const parts = [
    ...(row?.client && row.client > 1.02
      ? [`each logical request became ${row.client.toFixed(2)} attempts at the client`]
      : []),
    ...(worst?.overSteady && worst.overSteady > 1.2
      ? [`${code(worst.service)} got ${times(worst.overSteady)} its usual share of requests`]
      : []),
  ];
  return parts.length > 0 ? `Retries made it worse: ${list(parts)}.` : null;
};

const after = ({ recovery }: Findings): string => {
  if (!recovery.observed) return 'Whether it recovered was not observed.';
  if (!recovery.recovered) {
    return `It did not recover within the ${duration(recovery.watchedSeconds)} watched after the fault phase: ${list(recovery.stillAbnormal.map((sli) => SLI_TEXT[sli]))} stayed abnormal.`;
  }
  const seconds = recovery.secondsToRecover ?? 0;
  return seconds > 0
    ? `Everything was back to normal ${duration(seconds)} after the fault phase ended, and stayed so for the rest of the run.`
    : 'Everything was back to normal by the end of the fault phase, and stayed so for the rest of the run.';
};

/** No spike means something only where there was something to compare: silence is not health. */
const nothing = ({ findings, load }: RunRecord): string => {
  if (!findings) return 'The run ended before there was any evidence to look at.';
  if (!findings.baseline.observed)
    return 'Nobody can say: there is too little data to tell a spike from its absence.';
  const requests = load ? ` (${plural(load.requests, 'request')}, ${count(load.failures)} failed)` : '';
  return `No SLI left its steady state${requests}.`;
};

/** Three to five sentences, from the findings alone: when, how bad, where from, how it ended. */
export const summary = (record: RunRecord): string => {
  const { findings, phases, createdAt } = record;
  const start = phases[0]?.from ?? createdAt;
  const told =
    findings && findings.spikes.length > 0
      ? [began(findings, start), size(findings), origin(findings), amplified(findings), after(findings)]
      : [nothing(record)];
  return `## What happened\n\n${told.filter(Boolean).join(' ')}`;
};

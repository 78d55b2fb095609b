import type { Attribution, Reason, Signal, Suspect } from '../../record/attribution.ts';
import type { Spike } from '../../record/findings.ts';
import type { FaultScore, RunRecord } from '../../record/record.ts';
import { duration, list, second } from '../format.ts';
import { paragraphs, prose, table } from '../text.ts';
import { causeSentence, suspectLabel } from './cause.ts';
import { type GrafanaText, grafanaText } from './grafana.ts';

/** What each signal tells about. */
const SIGNAL_TEXT: Record<Signal, string> = {
  'error-origin': 'where the errors start',
  'critical-path': 'where the time went',
  resource: 'resources',
  retries: 'retries',
  'missing-instance': 'missing instances',
  'log-template': 'log lines',
  client: "the client's view",
  absence: 'what stayed as it was',
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const signed = (weight: number): string => `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(1)}`;

/** As a sentence, whether or not its author ended it. */
const sentence = (text: string): string => prose(capital(/[.!?…]\s*$/.test(text) ? text : `${text}.`));

const reasonLine = (
  { signal, text, weight, traceIds, from }: Reason,
  start: number,
  grafana: GrafanaText,
): string => {
  const traces = traceIds.map((id) => grafana.traceId(id)).join(', ');
  return [
    `- ${capital(SIGNAL_TEXT[signal])} (${signed(weight)}): ${sentence(text)}`,
    from === null ? '' : `Readable from ${second(from, start, ' UTC')} on.`,
    traces && `${traceIds.length === 1 ? 'Trace' : 'Traces'}: ${traces}.`,
  ]
    .filter(Boolean)
    .join(' ');
};

const trail = (title: string, reasons: Reason[], start: number, grafana: GrafanaText): string | null =>
  reasons.length > 0
    ? paragraphs(
        title,
        [...reasons]
          .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
          .map((reason) => reasonLine(reason, start, grafana))
          .join('\n'),
      )
    : null;

const evidence = ({ reasons }: Suspect, start: number, grafana: GrafanaText): string =>
  paragraphs(
    '### The evidence for it',
    trail(
      'Strongest first; in brackets what each adds to the score:',
      reasons.filter(({ weight }) => weight >= 0),
      start,
      grafana,
    ),
    trail(
      'What speaks against it:',
      reasons.filter(({ weight }) => weight < 0),
      start,
      grafana,
    ),
  );

const strongest = ({ reasons }: Suspect): string =>
  [...reasons].sort((a, b) => b.weight - a.weight)[0]?.text ?? 'no evidence of its own';

const rows = (suspects: Suspect[], why: (suspect: Suspect) => string): string[][] =>
  suspects.map((suspect) => [
    suspectLabel(suspect, { table: true }),
    suspect.confidence.toFixed(2),
    prose(why(suspect), { table: true }),
  ]);

const others = ({ suspects, unknown }: Attribution): string =>
  paragraphs(
    '### What else was considered',
    table(
      ['Suspect', 'Confidence:', 'Why it ranks lower'],
      [
        ...rows(suspects.slice(1), (suspect) => suspect.lower ?? strongest(suspect)),
        ['none of the suspects', unknown.toFixed(2), 'something that the telemetry does not show'],
      ],
    ),
  );

const lacking = ({ lacks }: Attribution): string | null =>
  lacks.length > 0
    ? paragraphs(
        'Confidence is lower because of what the evidence lacks:',
        lacks.map((sentence) => `- ${prose(sentence)}`).join('\n'),
      )
    : null;

/** By the telemetry's own clock: from the first alarm to the first moment at which the culprit was the same. */
const byTelemetry = ({ attributedAt, window }: Attribution, spikes: Spike[], start: number): string => {
  const alarms = spikes.map(({ detectedAt }) => detectedAt).filter((at) => !window || at >= window.from);
  const first = alarms.length > 0 ? Math.min(...alarms) : null;
  const alarm = first === null ? '' : `The first alarm fired at ${second(first, start, ' UTC')}`;
  if (attributedAt === null) return alarm && `${alarm}.`;
  const later = first === null ? 0 : attributedAt - first;
  const when = `was written by ${second(attributedAt, start, ' UTC')}`;
  const named =
    later > 0
      ? `the telemetry that ${when}, ${duration(later)} after it, named this culprit`
      : `the telemetry that ${when} named this culprit already`;
  return alarm ? `${alarm}; ${named}.` : `${capital(named)}.`;
};

const LAST = Number.MAX_SAFE_INTEGER;

/** Of several faults the one that was named, or seen first; null where none was seen. */
export const tellingScore = ({ scores }: RunRecord): FaultScore | null => {
  const seen = scores.filter(({ timeToDetect }) => timeToDetect !== null);
  const [told] = seen.sort(
    (a, b) => (a.rank ?? LAST) - (b.rank ?? LAST) || a.timeToDetect! - b.timeToDetect!,
  );
  return told ?? null;
};

/** How fast anyone could have known, from the injection. */
const sinceInjection = (record: RunRecord): string | null => {
  const told = tellingScore(record);
  if (!told) return null;
  const named =
    told.timeToAttribute === null
      ? ''
      : `; the culprit could have been named ${duration(told.timeToAttribute)} after it`;
  return `Measured from the injection, which the analysis did not know: detected ${duration(told.timeToDetect)} after the injection${named}.`;
};

const times = (record: RunRecord, attribution: Attribution): string | null => {
  const { findings, phases, createdAt } = record;
  const start = phases[0]?.from ?? createdAt;
  const parts = [byTelemetry(attribution, findings?.spikes ?? [], start), sinceInjection(record)];
  return parts.filter(Boolean).join(' ') || null;
};

const unnamed = (record: RunRecord, attribution: Attribution): string =>
  paragraphs(
    `**Something broke, and the telemetry does not say what.** Nothing stands out far enough to be named; the belief that it is none of the suspects is ${attribution.unknown.toFixed(2)}. Looked at: ${list(Object.values(SIGNAL_TEXT))}.`,
    lacking(attribution),
    times(record, attribution),
    attribution.suspects.length > 0
      ? paragraphs(
          '### What was considered',
          table(['Suspect', 'Confidence:', 'What speaks for it most'], rows(attribution.suspects, strongest)),
        )
      : 'There was not one suspect.',
  );

/** What broke by the telemetry alone, why one should believe it, and what else it might have been; null if nothing did. */
export const whatBroke = (record: RunRecord): string | null => {
  const attribution = record.findings?.attribution;
  if (!attribution || attribution.status === 'nothing') return null;
  const [culprit] = attribution.suspects;
  if (attribution.status === 'unknown' || !culprit)
    return paragraphs('## What broke', unnamed(record, attribution));
  const start = record.phases[0]?.from ?? record.createdAt;
  return paragraphs(
    '## What broke',
    causeSentence(culprit),
    lacking(attribution),
    times(record, attribution),
    evidence(culprit, start, grafanaText(record)),
    others(attribution),
  );
};

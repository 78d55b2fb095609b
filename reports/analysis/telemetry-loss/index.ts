import type { Window } from '../../record/common.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { TelemetryLoss } from '../../record/findings.ts';
import { type Counted, countedLosses } from './collector.ts';
import { type Sampled, sampledLoss } from './sampled.ts';
import { SIGNALS } from './usual.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const ITEMS = { traces: 'spans', logs: 'log lines', metrics: 'data points' } as const;

const HOW: Record<Counted['how'], string> = {
  dropped: 'took in and did not hand on',
  failed: 'could not hand on to the store',
};

const countedText = (signal: TelemetryLoss['signal'], counted: Counted): string => {
  const { instance, how, items, share, habitual } = counted;
  const [more, whole] = habitual ? ['more ', 'otherwise hands on'] : ['', 'received'];
  return `${instance} ${HOW[how]} ${items} ${more}${ITEMS[signal]} (${percent(share)} of what it ${whole}), by its own count.`;
};

const sampledText = (signal: 'traces' | 'logs', { hurt, gone, requests }: Sampled): string =>
  signal === 'traces'
    ? `Of ${requests} requests that the client got an answer to, ${hurt} have no whole trace: of ${gone} nothing is there, of ${hurt - gone} parts are missing.`
    : `Of ${requests} requests that the client got an answer to, ${gone} have no log line.`;

const whereOf = (signal: TelemetryLoss['signal'], counted: Counted | null): string => {
  if (!counted) return `between the services and the store of ${signal}`;
  return counted.how === 'dropped'
    ? `in ${counted.instance}, the collector`
    : `between ${counted.instance}, the collector, and the store of ${signal}`;
};

/** Who else counted requests in the stretch: what was lost cannot vouch for the service. */
const witnesses = (
  { client, red, entryService }: Evidence,
  signal: string,
  { from, to }: Window,
): string[] => {
  const saw = (points: { t: number; requests: number }[]) =>
    points.some(({ t, requests }) => requests > 0 && t >= from && t <= to);
  const metrics = red.filter(({ service }) => service === entryService).flatMap(({ points }) => points);
  return [
    ...(client && saw(client.overall) ? ['the client'] : []),
    ...(signal !== 'metrics' && saw(metrics) ? ['its metrics'] : []),
  ];
};

/** What was lost was telemetry: who else saw the requests says so. */
const aside = (evidence: Evidence, signal: string, window: Window): string => {
  const others = witnesses(evidence, signal, window);
  return others.length > 0
    ? `This says nothing of the service: its requests were counted by ${others.join(' and by ')} all the same.`
    : 'This says nothing of the service, and nothing else that was there counted its requests meanwhile.';
};

const overlap = (a: Window, b: Window): boolean => a.from <= b.to && b.from <= a.to;

type Seen = { counted: Counted | null; sampled: Sampled | null };

/** What was counted and what the sample shows are one loss only where they lie in the same time. */
const lossesSeen = (counted: Counted[], sampled: Sampled | null): Seen[] => {
  const [worst = null] = counted;
  if (!sampled) return worst ? [{ counted: worst, sampled }] : [];
  const same = counted.find((one) => overlap(one, sampled)) ?? null;
  const apart = worst !== null && worst !== same ? [{ counted: worst, sampled: null }] : [];
  return [...apart, { counted: same, sampled }];
};

const lossOf = (
  evidence: Evidence,
  signal: TelemetryLoss['signal'],
  { counted, sampled }: Seen,
): TelemetryLoss => {
  const seen = [counted, sampled].filter((one) => one !== null);
  const share = counted ? counted.share : sampled!.hurt / sampled!.requests;
  const where = whereOf(signal, counted);
  const of = counted ? ITEMS[signal] : `requests' ${signal}`;
  const window = {
    from: Math.min(...seen.map((one) => one.from)),
    to: Math.max(...seen.map((one) => one.to)),
  };
  return {
    ...{ signal, ...window, share, of, where },
    detectedAt: Math.min(...seen.map(({ detectedAt }) => detectedAt)),
    text: `${percent(share)} of the ${of} got lost ${where}. ${aside(evidence, signal, window)}`,
    evidence: [
      ...(counted ? [countedText(signal, counted)] : []),
      ...(sampled && signal !== 'metrics' ? [sampledText(signal, sampled)] : []),
    ],
  };
};

const lossesOf = (evidence: Evidence, signal: TelemetryLoss['signal']): TelemetryLoss[] => {
  const sampled = signal === 'metrics' ? null : sampledLoss(evidence, signal);
  return lossesSeen(countedLosses(evidence, signal), sampled)
    .map((seen) => lossOf(evidence, signal, seen))
    .sort((a, b) => a.from - b.from);
};

/**
 * Signals of which a part was sent and never arrived, by the pipeline's own counters and by a sample of requests that is
 * followed from the client to the stores. Silence is never read as health.
 */
export const telemetryLossOf = (evidence: Evidence): TelemetryLoss[] =>
  SIGNALS.flatMap((signal) => lossesOf(evidence, signal));

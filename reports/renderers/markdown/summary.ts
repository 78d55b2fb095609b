import type { Findings, Spike } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, duration, list, plural, second, times, wholeSeconds } from '../format.ts';
import { code } from '../text.ts';
import { origin } from './origin.ts';
import { SLI_TEXT, spikeValue, whereText } from './spikes.ts';

const overlap = (a: Spike, b: Spike): boolean =>
  a.onset < (b.endedAt ?? Number.POSITIVE_INFINITY) && b.onset < (a.endedAt ?? Number.POSITIVE_INFINITY);

const whoSaw = (spikes: Spike[], kind: RunRecord['kind']): string => {
  if (kind === 'observation') return 'the servers show it; no client was measured';
  const of = (viewpoint: Spike['viewpoint']) => spikes.filter((spike) => spike.viewpoint === viewpoint);
  const [client, server] = [of('client'), of('server')];
  if (server.length === 0) return 'only the client saw it';
  if (client.length === 0) return 'only the servers saw it';
  return client.some((a) => server.some((b) => overlap(a, b)))
    ? 'both the client and the servers saw it'
    : 'the client and the servers saw it at different times';
};

const began = ({ spikes }: Findings, start: number, kind: RunRecord['kind']): string => {
  const first = spikes[0]!;
  const where = whereText(first);
  const alarm = Math.min(...spikes.map(({ detectedAt }) => detectedAt));
  return `In the second from ${second(first.onset, start, ' UTC')} ${SLI_TEXT[first.sli]} left its steady state${where ? `, ${where}` : ''}; the first alarm fired within ${wholeSeconds(alarm - first.onset)}, and ${whoSaw(spikes, kind)}.`;
};

/** Of each SLI its worst spike; the client's where it saw anything. */
const size = ({ spikes }: Findings): string => {
  const client = spikes.filter(({ viewpoint }) => viewpoint === 'client');
  const worst = new Map<string, Spike>();
  for (const spike of client.length > 0 ? client : spikes) {
    const before = worst.get(spike.sli);
    if (!before || spike.peak > before.peak) worst.set(spike.sli, spike);
  }
  const moves = [...worst.values()].map(
    (spike) =>
      `${SLI_TEXT[spike.sli]} went from ${spikeValue(spike, 'baseline')} to ${spikeValue(spike, 'peak')}`,
  );
  return `${moves.length > 1 ? 'Each in its own worst second, ' : 'In its worst second '}${list(moves)}.`;
};

/** What retries did, where there were any: a share that only the mix of operations moved proves nothing. */
const amplified = ({ amplification }: Findings): string | null => {
  const row = amplification.find(({ phase }) => phase === 'fault');
  const worst = [...(row?.downstream ?? [])].sort((a, b) => (b.overSteady ?? 0) - (a.overSteady ?? 0))[0];
  const parts = [
    ...(row?.client && row.client > 1.02
      ? [`each logical request became ${row.client.toFixed(2)} attempts at the client`]
      : []),
    ...(row?.serviceRetries && worst?.overSteady && worst.overSteady > 1.2
      ? [`${code(worst.service)} got ${times(worst.overSteady)} its usual share of requests`]
      : []),
  ];
  return parts.length > 0 ? `Retries made it worse: ${list(parts)}.` : null;
};

const after = ({ recovery }: Findings): string => {
  if (!recovery.observed) return 'Whether it recovered was not observed.';
  if (!recovery.recovered) {
    return `It did not recover in the ${duration(recovery.watchedSeconds)} of load after the fault phase: ${list(recovery.stillAbnormal.map((sli) => SLI_TEXT[sli]))} stayed abnormal.`;
  }
  const seconds = recovery.secondsToRecover ?? 0;
  return seconds > 0
    ? `Everything was back to normal within ${wholeSeconds(seconds)} of the fault phase's end, and stayed so for the rest of the run.`
    : 'Everything was back to normal by the end of the fault phase, and stayed so for the rest of the run.';
};

/** No spike means something only where there was something to compare: silence is not health. */
const nothing = ({ findings, load }: RunRecord): string => {
  if (!findings) return 'The run ended before there was any evidence to look at.';
  if (!findings.baseline.observed)
    return 'Nobody can say: there is too little data to tell a spike from its absence.';
  const requests = load ? ` (${plural(load.requests, 'request')}, ${count(load.failures)} failed)` : '';
  const blind =
    findings.telemetryLoss.length > 0 || findings.gaps.some(({ decisive }) => decisive)
      ? ' That is no sign of health: telemetry is missing or in doubt.'
      : '';
  return `No SLI left its steady state${requests}.${blind}`;
};

/** Three to five sentences, from the findings alone: when, how bad, where from, how it ended. */
export const summary = (record: RunRecord): string => {
  const { kind, findings, phases, createdAt } = record;
  const start = phases[0]?.from ?? createdAt;
  const told =
    findings && findings.spikes.length > 0
      ? [
          began(findings, start, kind),
          size(findings),
          origin(findings.spikes),
          amplified(findings),
          kind === 'observation' ? null : after(findings),
        ]
      : [nothing(record)];
  return `## What happened\n\n${told.filter(Boolean).join(' ')}`;
};

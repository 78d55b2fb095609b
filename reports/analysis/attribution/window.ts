import type { Window } from '../../record/common.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { DetectedSpike } from '../detection/slis.ts';

/** Alarms closer together than this belong to one incident, seconds. */
const TOGETHER_SECONDS = 10;
/** An incident is looked at for at least this long: causes show in scrapes after the first requests have failed, seconds. */
const MIN_SECONDS = 6;

const endOfRun = ({ phases, window }: Evidence): number =>
  Math.max(window.from, ...phases.map(({ to }) => to));

/**
 * The stretch to explain: from the first onset over all alarms that follow without a long pause. Null when nothing
 * alarmed. It knows alarms only, not when anything was injected.
 */
export const incidentWindow = (evidence: Evidence, spikes: DetectedSpike[]): Window | null => {
  const sorted = [...spikes].sort((a, b) => a.onset - b.onset);
  const [first] = sorted;
  if (!first) return null;
  const end = endOfRun(evidence);
  const until = (spike: DetectedSpike): number => spike.endedAt ?? end;
  let to = until(first);
  for (const spike of sorted) {
    if (spike.onset - to > TOGETHER_SECONDS) break;
    to = Math.max(to, until(spike));
  }
  return {
    from: first.onset,
    to: Math.min(Math.max(to, first.onset + MIN_SECONDS), Math.max(end, first.onset + 1)),
  };
};

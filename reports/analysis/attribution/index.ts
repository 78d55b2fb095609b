import { type Attribution, NO_ATTRIBUTION, type Suspect } from '../../record/attribution.ts';
import type { Evidence } from '../../record/evidence.ts';
import type { DetectedSpike } from '../detection/slis.ts';
import { phaseNamed } from '../phases.ts';
import { traceTrees } from '../traces/trees.ts';
import { factsOf } from './facts/index.ts';
import { lacksOf } from './lacks.ts';
import { rank } from './ranking.ts';
import { truncateAt } from './truncate.ts';
import { incidentWindow } from './window.ts';

const attribute = (evidence: Evidence, spikes: DetectedSpike[]): Attribution => {
  const steady = phaseNamed(evidence.phases, 'steady');
  const window = incidentWindow(evidence, spikes);
  if (!steady || !window) return NO_ATTRIBUTION;
  const facts = factsOf(evidence, traceTrees(evidence), steady, window);
  const lacks = lacksOf(evidence, facts);
  return { ...rank(facts, lacks), window, attributedAt: null, lacks };
};

const sameCulprit = (a: Suspect | undefined, b: Suspect | undefined): boolean =>
  a?.kind === b?.kind && a?.service === b?.service && a?.dependency === b?.dependency;

/** How long after the first alarm the moment of attribution is looked for, seconds, and in which steps. */
const PATIENCE_SECONDS = 30;
const STEP_SECONDS = 1;

const knownBy = (spikes: DetectedSpike[], time: number): DetectedSpike[] =>
  spikes
    .filter(({ detectedAt }) => detectedAt <= time)
    .map((spike) => ({
      ...spike,
      endedAt: spike.endedAt !== null && spike.endedAt <= time ? spike.endedAt : null,
    }));

/** So many traces are enough to look for that moment: every step reads all of them again. */
const MAX_TRACES = 400;

const thinned = (evidence: Evidence): Evidence => {
  const sorted = [...evidence.traces].sort((a, b) => (a.traceId < b.traceId ? -1 : 1));
  const step = Math.max(1, sorted.length / MAX_TRACES);
  const traces = Array.from(
    { length: Math.min(sorted.length, MAX_TRACES) },
    (_, i) => sorted[Math.floor(i * step)]!,
  );
  return { ...evidence, traces };
};

const asOf = (evidence: Evidence, spikes: DetectedSpike[], time: number): Attribution => {
  const phases = evidence.phases
    .filter(({ from }) => from < time)
    .map((phase) => ({ ...phase, to: Math.min(phase.to, time) }));
  return attribute({ ...truncateAt(evidence, time), phases }, knownBy(spikes, time));
};

/** The second from which on all that had happened by then named the same culprit, without a break. */
const attributedAt = (
  evidence: Evidence,
  spikes: DetectedSpike[],
  culprit: Suspect,
  to: number,
): number | null => {
  const first = Math.min(...spikes.map(({ detectedAt }) => detectedAt));
  const last = Math.min(Math.max(first, to), first + PATIENCE_SECONDS);
  let since: number | null = null;
  for (let time = first; time <= last; time += STEP_SECONDS) {
    const then = asOf(evidence, spikes, time);
    if (then.status !== 'named' || !sameCulprit(then.suspects[0], culprit)) since = null;
    else since ??= time;
  }
  return since;
};

/** What broke, by telemetry alone: ranked suspects with their evidence, or that it is unknown. */
export const attributionOf = (evidence: Evidence, spikes: DetectedSpike[]): Attribution => {
  const attribution = attribute(evidence, spikes);
  const [culprit] = attribution.suspects;
  if (attribution.status !== 'named' || !culprit || !attribution.window) return attribution;
  return {
    ...attribution,
    attributedAt: attributedAt(thinned(evidence), spikes, culprit, attribution.window.to),
  };
};

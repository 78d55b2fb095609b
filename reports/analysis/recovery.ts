import type { Evidence } from '../record/evidence.ts';
import type { Findings, Spike } from '../record/findings.ts';
import { phaseNamed } from './phases.ts';
import { clientPoints } from './series.ts';

/**
 * Whether every SLI that alarmed came back under load once the fault phase was over, and how long after its end.
 * Recovered means until the end of the run: a later relapse counts. Not observed without load in the recovery.
 */
export const recoveryOf = (evidence: Evidence, spikes: Spike[]): Findings['recovery'] => {
  const phase = phaseNamed(evidence.phases, 'recovery');
  const removed = phaseNamed(evidence.phases, 'fault')?.to ?? phase?.from ?? null;
  const watched = clientPoints(evidence.client?.overall ?? []).filter(
    ({ t, seconds, requests }) =>
      removed !== null && phase && requests > 0 && t + seconds > removed && t < phase.to,
  );
  const last = watched.at(-1);
  const until = last && phase ? Math.min(last.t + last.seconds, phase.to) : null;
  const watchedSeconds = until !== null && removed !== null ? Math.max(0, until - removed) : 0;
  const stillAbnormal = [...new Set(spikes.filter(({ endedAt }) => endedAt === null).map(({ sli }) => sli))];
  const observed = watchedSeconds > 0;
  const recovered = observed && stillAbnormal.length === 0;
  const lastEnd = Math.max(0, ...spikes.map(({ endedAt }) => endedAt ?? 0));
  const secondsToRecover = recovered && removed !== null ? Math.max(0, lastEnd - removed) : null;
  return { observed, recovered, secondsToRecover, watchedSeconds, stillAbnormal };
};

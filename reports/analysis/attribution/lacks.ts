import type { Window } from '../../record/common.ts';
import type { Evidence } from '../../record/evidence.ts';
import { telemetryLossOf } from '../telemetry-loss/index.ts';
import type { Facts } from './facts/index.ts';

const within = (time: number, { from, to }: Window): boolean => time >= from - 1 && time <= to + 1;

/** Share of the client's traces that may be missing before trace evidence is thin. */
const MAX_MISSING = 0.2;

const silentSources = ({ runtime, red }: Evidence, window: Window, gone: Set<string>): string[] => {
  const all = new Set(red.map(({ instance }) => instance));
  return [...all].sort().filter((instance) => {
    const heard = [...runtime, ...red].some(
      (series) =>
        series.instance === instance &&
        series.points.some((p) => within(Array.isArray(p) ? p[0] : p.t, window)),
    );
    return !heard && !gone.has(instance);
  });
};

/** What the evidence lacks to tell causes apart, one sentence each; an instance known to be gone is no lack. */
export const lacksOf = (evidence: Evidence, facts: Facts): string[] => {
  const { clientTraces } = evidence.completeness;
  const missing = clientTraces.sent > 0 ? clientTraces.missing / clientTraces.sent : 0;
  const silent = silentSources(
    evidence,
    facts.window,
    new Set(facts.missing.map(({ instance }) => instance)),
  );
  const lost = telemetryLossOf(evidence).filter(
    ({ from, to }) => from <= facts.window.to && to >= facts.window.from,
  );
  const checks: [boolean, string][] = [
    [!evidence.client, 'There is no client data: what a user saw is unknown.'],
    [
      facts.cohorts.incident.length === 0,
      'No trace of the incident is there: neither error origins nor the critical path could be read.',
    ],
    [facts.cohorts.steady.length === 0, 'No trace of the steady phase is there to compare with.'],
    [
      missing > MAX_MISSING,
      `${clientTraces.missing} of ${clientTraces.sent} traces of the client never arrived.`,
    ],
    [evidence.logs.length === 0, 'There are no log lines.'],
    [
      evidence.runtime.length === 0,
      'There are no runtime metrics: CPU, event loop, heap, pool and cache are unknown.',
    ],
    [silent.length > 0, `Nothing was measured of ${silent.join(', ')} during the incident.`],
  ];
  return [...checks.filter(([holds]) => holds).map(([, text]) => text), ...lost.map(({ text }) => text)];
};

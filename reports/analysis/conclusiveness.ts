import type { Evidence } from '../record/evidence.ts';
import type { Findings, Spike } from '../record/findings.ts';
import { isIn, phaseNamed } from './phases.ts';
import { clientPoints } from './series.ts';

/** Share of what should be there that may be missing before a run proves nothing. */
const MAX_MISSING = 0.05;
/** Fewer client requests in the fault phase than this show nothing either way. */
const MIN_FAULT_REQUESTS = 20;

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;
const tooMuch = (part: number, whole: number): boolean => whole > 0 && part / whole > MAX_MISSING;

const trafficReasons = ({ phases, client, completeness }: Evidence): string[] => {
  const points = clientPoints(client?.overall ?? []);
  const all = points.reduce((sum, p) => sum + p.requests, 0);
  if (all === 0) return ['There is no client data: what a user would have seen is unknown.'];
  const reasons: string[] = [];
  const fault = phaseNamed(phases, 'fault');
  const during = fault ? points.filter((p) => isIn(p, fault)).reduce((sum, p) => sum + p.requests, 0) : null;
  if (during !== null && during < MIN_FAULT_REQUESTS) {
    reasons.push(
      `Only ${during} client requests ended in the fault phase; ${MIN_FAULT_REQUESTS} are needed.`,
    );
  }
  const dropped = completeness.droppedIterations;
  if (tooMuch(dropped, all + dropped)) {
    reasons.push(
      `The load generator dropped ${dropped} iterations (${percent(dropped, all + dropped)}): the load was not the one asked for.`,
    );
  }
  return reasons;
};

const telemetryReasons = ({ exemplars, traces, logs, completeness }: Evidence): string[] => {
  const { exemplars: counted, clientTraces, failedQueries } = completeness;
  const reasons: string[] = [];
  if (exemplars.length === 0) reasons.push('There are no exemplars: no spike can be tied to a request.');
  if (traces.length === 0) reasons.push('There are no traces.');
  if (logs.length === 0) reasons.push('There are no logs.');
  if (tooMuch(counted.unresolved, counted.collected)) {
    reasons.push(
      `${counted.unresolved} of ${counted.collected} exemplars name a trace that is not there (${percent(counted.unresolved, counted.collected)}).`,
    );
  }
  if (tooMuch(clientTraces.missing, clientTraces.sent)) {
    reasons.push(
      `${clientTraces.missing} of ${clientTraces.sent} traces the client sent never arrived (${percent(clientTraces.missing, clientTraces.sent)}).`,
    );
  }
  if (failedQueries > 0) {
    reasons.push(
      failedQueries === 1 ? 'One telemetry query failed.' : `${failedQueries} telemetry queries failed.`,
    );
  }
  return reasons;
};

/** Only where it was watched: without a steady phase or load, silence says nothing. */
const spikeReasons = ({ phases }: Evidence, spikes: Spike[], observed: boolean): string[] => {
  const faultPhase = phaseNamed(phases, 'fault');
  const happened = spikes.some(({ phase }) => phase === 'fault');
  return faultPhase && observed && !happened
    ? ['Nothing the client could see happened during the fault phase.']
    : [];
};

/** What keeps the run from proving anything. Having reasons here never hides a spike or a breach. */
export const conclusivenessOf = (
  evidence: Evidence,
  spikes: Spike[],
  baseline: Findings['baseline'],
): Findings['conclusiveness'] => {
  const reasons = [
    ...trafficReasons(evidence),
    ...(baseline.observed ? [] : baseline.reasons),
    ...telemetryReasons(evidence),
    ...spikeReasons(evidence, spikes, baseline.observed),
  ];
  return { conclusive: reasons.length === 0, reasons };
};

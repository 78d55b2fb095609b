import { FLOORS } from '../record/completeness.ts';
import type { Evidence } from '../record/evidence.ts';
import { type Findings, type Gap, type Spike, type TelemetryLoss, UNFELT } from '../record/findings.ts';
import { cutShort } from './asked.ts';
import { isIn, phaseNamed } from './phases.ts';
import { clientPoints, sumRed, userRoutes } from './series.ts';

const { missing: MAX_MISSING, faultRequests: MIN_FAULT_REQUESTS } = FLOORS;

/**
 * Of these every row is asked for: log lines of a storm are sampled by intent, and what was served is not compared
 * where it could not be counted whole, which the cross-check says.
 */
const WHOLE = new Set(['red', 'runtime', 'traces', 'missing']);

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;
const tooMuch = (part: number, whole: number): boolean => whole > 0 && part / whole > MAX_MISSING;

/** Without a client what the entry service served speaks for the traffic; what users saw is said apart, in the notes. */
const servedReasons = ({ phases, red, entryService }: Evidence): string[] => {
  const fault = phaseNamed(phases, 'fault');
  const { points } = sumRed(userRoutes(red, entryService));
  const during = points.filter((p) => !fault || isIn(p, fault)).reduce((sum, p) => sum + p.requests, 0);
  return during < MIN_FAULT_REQUESTS
    ? [`${entryService} served only ${during} requests in the window; ${MIN_FAULT_REQUESTS} are needed.`]
    : [];
};

const trafficReasons = (evidence: Evidence): string[] => {
  const { phases, client, completeness } = evidence;
  if (client === null) return servedReasons(evidence);
  const points = clientPoints(client.overall);
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

/** Whether exemplars and logs are needed to conclude: where nobody broke anything, only for what alarmed. */
const isNeeded = ({ client, red }: Evidence, spikes: Spike[]): boolean =>
  client !== null || red.length === 0 || spikes.length > 0;

/** Errors that are told of requests nobody can look at: too many, and what broke is not to be seen in the traces. */
const errorLogReasons = ({ completeness: { reconciled } }: Evidence): string[] => {
  const { lookedUp, resolved } = reconciled?.errorLogs ?? { lookedUp: 0, resolved: 0 };
  const gone = lookedUp - resolved;
  return lookedUp >= FLOORS.errorLogTraces && tooMuch(gone, lookedUp)
    ? [
        `Of ${lookedUp} trace ids that error logs name, ${gone} lead to no trace (${percent(gone, lookedUp)}).`,
      ]
    : [];
};

const telemetryReasons = (evidence: Evidence, spikes: Spike[]): string[] => {
  const { exemplars, traces, logs, queries, completeness } = evidence;
  const needed = isNeeded(evidence, spikes);
  const { exemplars: counted, clientTraces, failedQueries } = completeness;
  const reasons: string[] = [];
  if (needed && exemplars.length === 0)
    reasons.push('There are no exemplars: no spike can be tied to a request.');
  if (traces.length === 0) reasons.push('There are no traces.');
  if (needed && logs.length === 0) reasons.push('There are no logs.');
  const lookedUp = counted.resolved + counted.unresolved;
  if (tooMuch(counted.unresolved, lookedUp)) {
    reasons.push(
      `${counted.unresolved} of ${lookedUp} exemplars name a trace that is not there (${percent(counted.unresolved, lookedUp)}).`,
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
  const cut = queries.filter((query) => cutShort(query) && WHOLE.has(query.method)).length;
  if (cut > 0)
    reasons.push(
      `${cut === 1 ? 'One answer' : `${cut} answers`} about metrics or traces reached the limit: what is missing of them is unknown.`,
    );
  return reasons;
};

/** Only where it was watched: without a steady phase or load, silence says nothing. */
const spikeReasons = ({ phases, client }: Evidence, spikes: Spike[], observed: boolean): string[] => {
  // Where nobody broke anything, that nothing happened is an answer.
  if (client === null) return [];
  const faultPhase = phaseNamed(phases, 'fault');
  const happened = spikes.some(({ phase }) => phase === 'fault');
  return faultPhase && observed && !happened ? [UNFELT] : [];
};

/** What keeps the run from proving anything. Having reasons here never hides a spike or a breach. */
export const conclusivenessOf = (
  evidence: Evidence,
  spikes: Spike[],
  baseline: Findings['baseline'],
  gaps: Gap[] = [],
  losses: TelemetryLoss[] = [],
): Findings['conclusiveness'] => {
  const reasons = [
    ...trafficReasons(evidence),
    ...(baseline.observed ? [] : baseline.reasons),
    ...telemetryReasons(evidence, spikes),
    ...errorLogReasons(evidence),
    ...gaps.filter(({ decisive }) => decisive).map(({ text }) => text),
    ...losses.map(({ text }) => text),
    ...spikeReasons(evidence, spikes, baseline.observed),
  ];
  return { conclusive: reasons.length === 0, reasons };
};

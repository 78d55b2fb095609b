import type { Suspect } from '../record/attribution.ts';
import type { Findings, TelemetryLoss } from '../record/findings.ts';
import type { FaultScore } from '../record/record.ts';
import type { InjectedFault } from '../record/truth.ts';

/** An alarm fires at the end of the second that gave it away, and looks back a few: it may come this much later. */
const SLACK_SECONDS = 2;

/** When an alarm may belong to the fault: from its injection until its effects have drained. Unix seconds. */
const watched = ({ injectedAt, clearedAt, drainSeconds }: InjectedFault): { from: number; to: number } => ({
  from: injectedAt ?? Number.POSITIVE_INFINITY,
  to: (clearedAt ?? Number.POSITIVE_INFINITY) + drainSeconds + SLACK_SECONDS,
});

/**
 * What counts as harm to the client, whether or not an alarm fired: otherwise "detected of those the client saw" would be
 * true by definition. A p95 twice as long is what the detection is built for; one request in a hundred is an everyday
 * error budget; where less than half of the usual requests end at all, the rest of them hang.
 */
const HARM = { p95: 2, errorRatio: 0.01, failures: 3, throughput: 0.5 };

/** Whether the client's own figures over the fault phase are that much worse than over its steady phase. */
const clientHarmed = ({ slis }: Findings): boolean => {
  const row = (phase: 'steady' | 'fault') =>
    slis.find((sli) => sli.viewpoint === 'client' && sli.phase === phase);
  const [steady, fault] = [row('steady'), row('fault')];
  if (!steady || !fault) return false;
  const slower = (fault.p95 ?? 0) >= HARM.p95 * (steady.p95 ?? Number.POSITIVE_INFINITY);
  const moreErrors = (fault.errorRatio ?? 0) - (steady.errorRatio ?? 0) >= HARM.errorRatio;
  const stalled = fault.requestsPerSecond < HARM.throughput * steady.requestsPerSecond;
  return slower || stalled || (moreErrors && fault.failures >= HARM.failures);
};

const matches = ({ service, dependency, kind }: Suspect, { label }: InjectedFault): boolean =>
  kind === label.kind && service === label.service && dependency === label.dependency;

/** "Unknown" is an answer: where the analysis gave it, it holds the first place and the suspects come after. */
const rankOf = (fault: InjectedFault, { attribution }: Findings): number | null => {
  const at = attribution.suspects.findIndex((suspect) => matches(suspect, fault));
  if (at < 0 || attribution.status === 'nothing') return null;
  return at + (attribution.status === 'named' ? 1 : 2);
};

/** From the injection to the earliest of the moments; null without any. */
const secondsAfter = (from: number, moments: (number | null)[]): number | null => {
  const known = moments.filter((moment) => moment !== null);
  return known.length > 0 ? Math.min(...known) - from : null;
};

/** Rules that were on before say nothing of this fault: their windows are longer than a run, and an evaluation's time is exact. */
const alertsOf = (fault: InjectedFault, { alerts }: Findings): FaultScore['alerts'] => {
  const { from, to } = watched(fault);
  const during = alerts.filter(({ activeAt }) => activeAt >= from && activeAt <= to);
  const names = [...new Set(during.map(({ name }) => name))];
  return names
    .map((name) => {
      const same = during.filter((one) => one.name === name);
      return {
        name,
        severity: same[0]?.labels.severity ?? null,
        pendingAfter: secondsAfter(
          from,
          same.map(({ activeAt }) => activeAt),
        ),
        firedAfter: secondsAfter(
          from,
          same.map(({ firedAt }) => firedAt),
        ),
      };
    })
    .sort((a, b) => (a.pendingAfter ?? 0) - (b.pendingAfter ?? 0));
};

/** A fault of the telemetry is told by the finding that names the signal: no SLI may alarm, and no suspect of the service is it. */
const LOSS = 'loss';

/** What could be told of it only after the injection, by the same slack as an alarm. */
const lossFound = (fault: InjectedFault, { telemetryLoss }: Findings): TelemetryLoss | null => {
  const { from, to } = watched(fault);
  const found = telemetryLoss.filter(
    (loss) =>
      loss.signal === fault.label.dependency &&
      loss.from >= from - SLACK_SECONDS &&
      loss.detectedAt >= from &&
      loss.detectedAt <= to,
  );
  return found.sort((a, b) => a.detectedAt - b.detectedAt)[0] ?? null;
};

/** A culprit that is named beside the loss is the first answer; "unknown" names nobody, and the loss is named before it. */
const scoreLoss = (fault: InjectedFault, findings: Findings): FaultScore => {
  const found = lossFound(fault, findings);
  const after = found && fault.injectedAt !== null ? found.detectedAt - fault.injectedAt : null;
  const rank = found ? (findings.attribution.status === 'named' ? 2 : 1) : null;
  return {
    fault: fault.name,
    clientSaw: fault.injectedAt !== null && clientHarmed(findings),
    detected: found !== null,
    rank,
    timeToDetect: after,
    timeToAttribute: rank === 1 ? after : null,
    alerts: alertsOf(fault, findings),
  };
};

const scoreFault = (fault: InjectedFault, findings: Findings): FaultScore => {
  if (fault.label.kind === LOSS) return scoreLoss(fault, findings);
  const { from, to } = watched(fault);
  const alarms = findings.spikes.filter(
    ({ onset, detectedAt }) => onset >= from - SLACK_SECONDS && detectedAt >= from && detectedAt <= to,
  );
  const first = alarms.length > 0 ? Math.min(...alarms.map(({ detectedAt }) => detectedAt)) : null;
  const rank = first === null ? null : rankOf(fault, findings);
  const named = rank === 1 ? findings.attribution.attributedAt : null;
  return {
    fault: fault.name,
    clientSaw: fault.injectedAt !== null && clientHarmed(findings),
    detected: first !== null,
    rank,
    timeToDetect: first === null ? null : first - from,
    // Nobody can name what has not happened: a moment before the injection is no moment.
    timeToAttribute: named === null || named < from ? null : named - from,
    alerts: alertsOf(fault, findings),
  };
};

/**
 * How well the findings tell each fault that had been injected, in their order; empty where there are no findings.
 * Each fault is scored alone by the alarms between its injection and the end of its drain. A suspect is the fault's
 * where service, dependency and kind are equal; a loss of telemetry is told by the finding of that signal. The client saw it where its figures over the fault phase were clearly worse. Times are seconds.
 */
export const scoreOf = (faults: InjectedFault[], findings: Findings | null): FaultScore[] =>
  findings ? faults.map((fault) => scoreFault(fault, findings)) : [];

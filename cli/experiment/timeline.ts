import type { Phase, PhaseName } from '../../reports/record/common.ts';
import type { Incident } from '../../reports/record/evidence.ts';
import type { Findings } from '../../reports/record/findings.ts';
import type { Execution, RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';

type Entry = RunRecord['timeline'][number];

const ONSET = 'leaves its steady state within this second';

const OF_AN_OBSERVATION: Partial<Record<PhaseName, string>> = {
  steady: 'the reference begins',
  fault: 'the window looked at begins',
};

const ofPhases = ({ kind, phases, loadEndedAt }: TimelineInput): Entry[] => [
  ...phases.map(({ name, from }) => ({
    time: from,
    what: (kind === 'observation' && OF_AN_OBSERVATION[name]) || `${name} phase begins`,
  })),
  ...(loadEndedAt === null ? [] : [{ time: loadEndedAt, what: 'the last request of the load ends' }]),
];

const ofFault = (fault: InjectedFault): Entry[] => {
  const steps: [number | null, string][] = [
    [
      fault.injectedAt,
      `fault \`${fault.name}\` injected on ${fault.carriers.map(({ instance }) => instance).join(', ')}`,
    ],
    [
      fault.clearedAt,
      `fault \`${fault.name}\` ended by ${fault.endedBy === 'lease' ? 'its own lease' : 'clear'}`,
    ],
    [fault.verifiedClearedAt, `fault \`${fault.name}\` read back as gone`],
  ];
  return steps.flatMap(([time, what]) => (time === null ? [] : [{ time, what }]));
};

const ofFindings = (findings: Findings | null): Entry[] =>
  (findings?.spikes ?? []).flatMap((spike) => [
    { time: spike.onset, what: `${spike.id}: ${spike.sli} ${ONSET}` },
    { time: spike.detectedAt, what: `${spike.id}: ${spike.sli} alarm fires` },
    ...(spike.endedAt === null ? [] : [{ time: spike.endedAt, what: `${spike.id}: ${spike.sli} is back` }]),
  ]);

/** The part of a sentence that quotes telemetry must not end a code span. */
const quoted = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

const ofLosses = (findings: Findings | null): Entry[] =>
  (findings?.telemetryLoss ?? []).flatMap(({ signal, from, to, detectedAt }) => [
    { time: from, what: `telemetry: ${signal} begin to get lost` },
    { time: detectedAt, what: `telemetry: the loss of ${signal} can be told` },
    { time: to, what: `telemetry: the last loss of ${signal}` },
  ]);

/** Rules that told somebody, each once, however many series it was for; what was on before is no event of the run. */
const ofAlerts = (findings: Findings | null, start: number): Entry[] => {
  const fired = (findings?.alerts ?? []).filter(({ firedAt }) => firedAt !== null && firedAt >= start);
  const first = new Map<string, number>();
  for (const { name, firedAt } of fired) first.set(name, Math.min(first.get(name) ?? firedAt!, firedAt!));
  return [...first].map(([name, time]) => ({ time, what: `alert rule ${quoted(name)} fires` }));
};

/** From when on the telemetry that had come in named the culprit that it names in the end. */
const ofAttribution = (findings: Findings | null): Entry[] => {
  const { attributedAt = null, suspects: [culprit] = [] } = findings?.attribution ?? {};
  if (attributedAt === null || !culprit) return [];
  const { service, dependency, operation, kind } = culprit;
  const label = [service, dependency ?? '–', operation ?? '–', kind].join(' / ');
  return [{ time: attributedAt, what: `the telemetry names the culprit: ${quoted(label)}` }];
};

const ofIncidents = (incidents: Incident[]): Entry[] =>
  incidents.map(({ time, instance, detail }) => ({ time, what: `${instance}: ${detail}` }));

/** An onset is known to the second in which it lies: what happened at a known moment of that second stands before it. */
const sortKey = ({ time, what }: Entry): number => (what.endsWith(ONSET) ? time + 0.999 : time);

export interface TimelineInput {
  /** `experiment` where absent. */
  kind?: RunRecord['kind'];
  phases: Phase[];
  /** Unix seconds; null when the load was not seen to its end. */
  loadEndedAt: number | null;
  faults: InjectedFault[];
  findings: Findings | null;
  incidents: Incident[];
  /** The stop condition that ended it. */
  stop?: Execution['stop'];
}

/** Everything that has a time, in order. */
export const buildTimeline = (input: TimelineInput): Entry[] => {
  const { faults, findings, incidents } = input;
  return [
    ...ofPhases(input),
    ...faults.flatMap(ofFault),
    ...ofFindings(findings),
    ...ofLosses(findings),
    ...ofAlerts(findings, input.phases[0]?.from ?? Number.NEGATIVE_INFINITY),
    ...ofAttribution(findings),
    ...ofIncidents(incidents),
    ...(input.stop ? [{ time: input.stop.at, what: input.stop.text }] : []),
  ].sort((a, b) => sortKey(a) - sortKey(b));
};

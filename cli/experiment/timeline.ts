import type { Phase } from '../../reports/record/common.ts';
import type { Incident } from '../../reports/record/evidence.ts';
import type { Findings } from '../../reports/record/findings.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';

type Entry = RunRecord['timeline'][number];

const ONSET = 'leaves its steady state within this second';

const ofPhases = (phases: Phase[], loadEndedAt: number | null): Entry[] => [
  ...phases.map(({ name, from }) => ({ time: from, what: `${name} phase begins` })),
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

/** From when on the telemetry that had come in named the culprit that it names in the end. */
const ofAttribution = (findings: Findings | null): Entry[] => {
  const { attributedAt = null, suspects: [culprit] = [] } = findings?.attribution ?? {};
  if (attributedAt === null || !culprit) return [];
  const { service, dependency, operation, kind } = culprit;
  const label = [service, dependency ?? '–', operation ?? '–', kind].join(' / ').replaceAll('`', "'");
  return [{ time: attributedAt, what: `the telemetry names the culprit: \`${label}\`` }];
};

const ofIncidents = (incidents: Incident[]): Entry[] =>
  incidents.map(({ time, instance, detail }) => ({ time, what: `${instance}: ${detail}` }));

/** An onset is known to the second in which it lies: what happened at a known moment of that second stands before it. */
const sortKey = ({ time, what }: Entry): number => (what.endsWith(ONSET) ? time + 0.999 : time);

export interface TimelineInput {
  phases: Phase[];
  /** Unix seconds; null when the load was not seen to its end. */
  loadEndedAt: number | null;
  faults: InjectedFault[];
  findings: Findings | null;
  incidents: Incident[];
}

/** Everything that has a time, in order. */
export const buildTimeline = ({ phases, loadEndedAt, faults, findings, incidents }: TimelineInput): Entry[] =>
  [
    ...ofPhases(phases, loadEndedAt),
    ...faults.flatMap(ofFault),
    ...ofFindings(findings),
    ...ofAttribution(findings),
    ...ofIncidents(incidents),
  ].sort((a, b) => sortKey(a) - sortKey(b));

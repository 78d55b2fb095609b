import type { Phase } from '../../reports/record/common.ts';
import type { Incident } from '../../reports/record/evidence.ts';
import type { Findings } from '../../reports/record/findings.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';

type Entry = RunRecord['timeline'][number];

const ofPhases = (phases: Phase[]): Entry[] => [
  ...phases.map(({ name, from }) => ({ time: from, what: `${name} phase begins` })),
  ...phases.slice(-1).map(({ to }) => ({ time: to, what: 'load ends' })),
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
    { time: spike.onset, what: `${spike.id}: ${spike.sli} leaves its steady state` },
    { time: spike.detectedAt, what: `${spike.id}: ${spike.sli} alarm fires` },
    ...(spike.endedAt === null ? [] : [{ time: spike.endedAt, what: `${spike.id}: ${spike.sli} is back` }]),
  ]);

const ofIncidents = (incidents: Incident[]): Entry[] =>
  incidents.map(({ time, instance, detail }) => ({ time, what: `${instance}: ${detail}` }));

/** Everything that has a time, in order. */
export const buildTimeline = (
  phases: Phase[],
  faults: InjectedFault[],
  findings: Findings | null,
  incidents: Incident[],
): Entry[] =>
  [...ofPhases(phases), ...faults.flatMap(ofFault), ...ofFindings(findings), ...ofIncidents(incidents)].sort(
    (a, b) => a.time - b.time,
  );

import type { RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import type { Annotation } from '../telemetry/annotator.ts';

/** Every annotation of ours carries it; the next tag says what it marks, the last one which run. */
const OURS = 'obsctl';

const ofRun = ({ runId, experiment, phases, verdict }: RunRecord): Annotation[] => {
  const [first, last] = [phases[0], phases.at(-1)];
  if (!first || !last) return [];
  const text = `Run ${runId}: ${experiment.title}, ${verdict.name}`;
  return [{ from: first.from, to: last.to, text, tags: [OURS, 'run', verdict.name, runId] }];
};

const ofFault = (
  { name, injectedAt, clearedAt, carriers }: InjectedFault,
  runId: string,
  end: number,
): Annotation[] => {
  if (injectedAt === null) return [];
  const where = carriers.map(({ instance }) => instance).join(', ');
  const text = `Fault ${name} on ${where}${clearedAt === null ? ', not read back as cleared' : ''}`;
  return [{ from: injectedAt, to: clearedAt ?? end, text, tags: [OURS, 'fault', name, runId] }];
};

/** The run, its phases and its faults, as they turned out. */
export const annotationsOf = (record: RunRecord): Annotation[] => {
  const { runId, phases, faults } = record;
  const end = phases.at(-1)?.to ?? record.createdAt;
  return [
    ...ofRun(record),
    ...phases.map(({ name, from, to }) => ({
      ...{ from, to, text: `Phase ${name}` },
      tags: [OURS, 'phase', name, runId],
    })),
    ...faults.flatMap((fault) => ofFault(fault, runId, end)),
  ];
};

import type { Incident } from '../record/evidence.ts';
import type { RunRecord } from '../record/record.ts';
import type { InjectedFault } from '../record/truth.ts';

/** An incident may be noted a little before the lease that made it, by another clock; seconds. */
const SLACK = 1;

/** Whether the fault takes processes away. A pause only stops them. */
const endsProcesses = ({ counts, label }: InjectedFault): boolean =>
  counts === 'processes' && label.kind !== 'pause';

const wasOn = (fault: InjectedFault, { instance, time }: Incident): boolean =>
  fault.carriers.some(
    (carrier) =>
      carrier.instance === instance &&
      time >= carrier.injectedAt - SLACK &&
      time <= (carrier.clearedAt ?? Number.POSITIVE_INFINITY),
  );

/** A fault ends a process once: what ends it again while the fault is on is something else. */
const isFirstUnder = (fault: InjectedFault, incident: Incident, all: Incident[]): boolean =>
  all.find((one) => one.kind === 'exit' && one.instance === incident.instance && wasOn(fault, one)) ===
  incident;

/** An unplanned end of a process beside the truth. */
export interface Ending extends Incident {
  /** Name of the fault that ended it; null where none did. */
  injectedBy: string | null;
  /** Names of the faults that were on there and end no process themselves. */
  during: string[];
}

/** The record's unplanned ends: those that a fault made, and those that nobody asked for. */
export const endingsOf = ({ incidents, faults }: RunRecord): Ending[] =>
  incidents
    .filter(({ kind }) => kind !== 'restart')
    .map((incident) => {
      const on = faults.filter((fault) => wasOn(fault, incident));
      const by = on.find((fault) => endsProcesses(fault) && isFirstUnder(fault, incident, incidents));
      const during = on.filter((fault) => !endsProcesses(fault)).map(({ name }) => name);
      return { ...incident, injectedBy: by?.name ?? null, during };
    });

/** Where it came from, in a few words. `quoted`: how a fault's name is written. */
export const whenceOf = (
  { injectedBy, during }: Ending,
  quoted: (name: string) => string = (name) => name,
): string => {
  if (injectedBy !== null) return `${quoted(injectedBy)} did that`;
  return during.length > 0 ? `while ${during.map(quoted).join(' and ')} was on there` : 'not injected';
};

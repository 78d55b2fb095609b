/** Seconds of each phase. */
export interface Phases {
  warmUp: number;
  steady: number;
  fault: number;
  recovery: number;
}

/** One run of obsctl. */
export interface RunEntry {
  /** Name of its folder under --out. */
  id: string;
  seed: number;
  /** By name; none: a run in which nothing is injected. */
  faults: string[];
  /** Flags of `obsctl run` besides those that every run has; later ones win. */
  flags: string[];
  /** Where they are not those that every run has. */
  phases?: Phases;
}

export const PHASES: Phases = { warmUp: 3, steady: 15, fault: 15, recovery: 6 };
/** Nothing happens in these, so that each may be worth several windows of the length of a fault. */
export const NO_FAULT_PHASES: Phases = { ...PHASES, fault: 45, recovery: 15 };

/** What came of an entry of the plan, as the script wrote it beside the run folder. */
export interface Outcome<E extends RunEntry = RunEntry> {
  entry: E;
  exitCode: number | null;
  /** What obsctl said where it left no record. */
  error: string | null;
}

const phasesOf = ({ faults, phases }: RunEntry): Phases =>
  phases ?? (faults.length > 0 ? PHASES : NO_FAULT_PHASES);

/** Seconds that the load of the entry takes. */
export const loadSeconds = (entry: RunEntry): number => {
  const { warmUp, steady, fault, recovery } = phasesOf(entry);
  return warmUp + steady + fault + recovery;
};

/** The arguments of `obsctl` that run the entry. */
export const argumentsOf = (entry: RunEntry, out: string): string[] => {
  const { faults, seed, flags } = entry;
  const { warmUp, steady, fault, recovery } = phasesOf(entry);
  return [
    'run',
    ...(faults.length > 0 ? faults : ['none']).flatMap((name) => ['--fault', name]),
    ...['--seed', `${seed}`, '--warm-up', `${warmUp}s`, '--steady', `${steady}s`],
    ...['--duration', `${fault}s`, '--recovery', `${recovery}s`, ...flags, '--out', out, '--json'],
  ];
};

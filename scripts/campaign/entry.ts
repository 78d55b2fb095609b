/** One run of obsctl. */
export interface RunEntry {
  /** Name of its folder under --out. */
  id: string;
  seed: number;
  /** By name; none: a run in which nothing is injected. */
  faults: string[];
  /** Flags of `obsctl run` besides those that every run has; later ones win. */
  flags: string[];
}

/** Seconds of each phase. */
export const PHASES = { warmUp: 3, steady: 15, fault: 15, recovery: 6 };
/** Nothing happens in these, so that each may be worth several windows of the length of a fault. */
export const NO_FAULT_PHASES = { ...PHASES, fault: 45, recovery: 15 };

/** What came of an entry of the plan, as the script wrote it beside the run folder. */
export interface Outcome<E extends RunEntry = RunEntry> {
  entry: E;
  exitCode: number | null;
  /** What obsctl said where it left no record. */
  error: string | null;
}

/** Seconds that the load of the entry takes. */
export const loadSeconds = ({ faults }: RunEntry): number => {
  const { warmUp, steady, fault, recovery } = faults.length > 0 ? PHASES : NO_FAULT_PHASES;
  return warmUp + steady + fault + recovery;
};

/** The arguments of `obsctl` that run the entry. */
export const argumentsOf = ({ faults, seed, flags }: RunEntry, out: string): string[] => {
  const { warmUp, steady, fault, recovery } = faults.length > 0 ? PHASES : NO_FAULT_PHASES;
  return [
    'run',
    ...(faults.length > 0 ? faults : ['none']).flatMap((name) => ['--fault', name]),
    ...['--seed', `${seed}`, '--warm-up', `${warmUp}s`, '--steady', `${steady}s`],
    ...['--duration', `${fault}s`, '--recovery', `${recovery}s`, ...flags, '--out', out, '--json'],
  ];
};

import type { Phases, RunEntry } from '../campaign/entry.ts';

/**
 * The shortest phases with which detection works as in any other run: a dozen seconds to compare with, more seconds than the
 * longest window of the error rule reaches back (15 s) after them, and five quiet ones to see an alarm end.
 */
export const SHORT_PHASES: Phases = { warmUp: 3, steady: 15, fault: 10, recovery: 8 };

/** A load that stays as it is from the first second to the last: everything that alarms under it is a false alarm. */
interface ConstantLoad {
  name: string;
  seed: number;
  flags: string[];
}

/**
 * Few, so that each comes often enough to be compared with itself: runs of one experiment have the same seed. The scenarios
 * that change their rate by intent (`spike`, `stress`) are not among them.
 */
export const LOADS: ConstantLoad[] = [
  { name: 'steady-40', seed: 71, flags: ['--scenario', 'steady', '--load-rate', '40'] },
  { name: 'smoke', seed: 72, flags: ['--scenario', 'smoke'] },
  { name: 'steady-20', seed: 73, flags: ['--scenario', 'steady', '--load-rate', '20'] },
  { name: 'hot-key-40', seed: 74, flags: ['--scenario', 'cache-stampede', '--load-rate', '40'] },
];

export interface CalmEntry extends RunEntry {
  /** Name of its load. */
  load: string;
}

/** So many runs, the loads in turn: whatever the machine does meanwhile, it does to all of them alike. */
export const planOf = (runs: number): CalmEntry[] =>
  Array.from({ length: runs }, (_, i) => {
    const { name, seed, flags } = LOADS[i % LOADS.length]!;
    const round = Math.floor(i / LOADS.length) + 1;
    return { id: `${name}-${round}`, load: name, seed, faults: [], flags, phases: SHORT_PHASES };
  });

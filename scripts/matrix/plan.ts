import type { RunEntry } from '../campaign/entry.ts';

/** What is run: fixed, so that nobody can choose the seeds after having seen the results. */

export type Half = 'tuning' | 'unseen';

export interface Entry extends RunEntry {
  /** Rules may be tuned on the runs of one half; the published figures are those of the other. */
  half: Half;
}

const SEEDS: Record<Half, number[]> = { tuning: [11, 12, 21], unseen: [22, 23] };

/** Parameters of a fault: three variants to tune on, two unseen ones. No two of a fault are alike. */
type Variants = Record<Half, string[]>;

const VARIANTS: Record<string, Variants> = {
  latency: {
    tuning: ['--rate 0.5 --set ms=800', '--rate 0.3 --set ms=400', '--rate 0.8 --set ms=250'],
    unseen: ['--rate 0.4 --set ms=1200 --set jitter=300', '--rate 1 --set ms=700 --route /products/:id'],
  },
  error: {
    tuning: ['--rate 0.3', '--rate 0.15 --set status=503', '--rate 0.5'],
    unseen: ['--rate 0.2 --set status=502', '--rate 0.8 --route /orders --method POST'],
  },
  'heavy-task': {
    tuning: ['--set ms=400', '--set ms=250', '--set ms=600'],
    unseen: ['--rate 0.7 --set ms=300', '--rate 0.5 --set ms=1000'],
  },
  'cpu-burn': {
    tuning: ['--set threads=1', '--rate 0.8 --set threads=2', '--set threads=2'],
    unseen: ['--rate 0.9 --set threads=2 --load-rate 70', '--rate 0.7 --set threads=2'],
  },
  'event-loop-block': {
    tuning: ['--rate 0.6 --set ms=250', '--rate 0.4 --set ms=400', '--rate 0.8 --set ms=150'],
    unseen: ['--rate 0.5 --set ms=600', '--rate 0.7 --set ms=300 --replica api-2'],
  },
  'memory-leak': {
    tuning: [
      '--set mbPerSecond=24',
      '--set mbPerSecond=48 --set maxMb=768',
      '--set mbPerSecond=32 --set maxMb=512',
    ],
    unseen: ['--set mbPerSecond=64 --set maxMb=1000', '--set mbPerSecond=16 --set maxMb=300'],
  },
  'pool-exhaustion': {
    tuning: ['', '--load-rate 60', '--load-rate 50'],
    unseen: ['--replica api-1', '--replica api-2 --load-rate 30'],
  },
  'slow-query': {
    tuning: ['--rate 0.7 --set ms=800', '--rate 0.5 --set ms=400', '--rate 0.8 --set ms=300'],
    unseen: ['--rate 0.6 --set ms=1200', '--rate 0.4 --set ms=600'],
  },
  'cache-down': {
    tuning: ['', '--load-rate 50', '--load-rate 30'],
    unseen: ['--load-rate 60', '--load-rate 45'],
  },
  'cache-stampede': {
    tuning: ['--set everyMs=100', '--set everyMs=200', '--set everyMs=50'],
    unseen: ['--rate 0.8 --set everyMs=150', '--set everyMs=300 --load-rate 50'],
  },
  'downstream-timeout': {
    tuning: ['--rate 0.7', '--rate 0.4', '--rate 0.9 --set ms=2000'],
    unseen: ['--rate 0.5 --set ms=5000', '--rate 0.25'],
  },
  'downstream-error': {
    tuning: ['--rate 0.8', '--rate 0.6 --set status=503', '--rate 0.9'],
    unseen: ['--rate 0.7 --set status=502', '--rate 1'],
  },
  'retry-storm': {
    tuning: ['', '--set slots=6', '--set slots=7'],
    unseen: ['--load-rate 36', '--rate 0.9 --load-rate 27'],
  },
  'connection-reset': {
    tuning: ['--rate 0.3', '--rate 0.5 --set afterMs=2', '--rate 0.2'],
    unseen: ['--rate 0.6', '--rate 0.8 --route /orders --method POST'],
  },
  'replica-kill': {
    tuning: [
      '--replica inventory-1',
      '--replica api-2 --load-rate 50',
      '--replica inventory-1 --load-rate 50',
    ],
    unseen: ['--replica api-1 --load-rate 60', '--replica inventory-1 --load-rate 30'],
  },
  'replica-pause': {
    tuning: ['--replica api-1', '--replica inventory-1 --load-rate 50', '--replica api-2'],
    unseen: ['--replica inventory-1', '--replica api-1 --load-rate 60'],
  },
  'network-latency': {
    tuning: ['--set ms=150', '--set ms=80 --set jitter=40', '--set ms=400 --set dependency=inventory'],
    unseen: ['--set ms=200 --set jitter=50', '--set ms=100 --set dependency=redis'],
  },
  'network-partition': {
    tuning: ['', '--set mode=drop', '--set dependency=inventory'],
    unseen: ['--load-rate 55', '--set dependency=redis'],
  },
  'log-loss': {
    tuning: ['--rate 1', '--rate 0.5', '--rate 0.8'],
    unseen: ['--rate 0.9', '--rate 0.4'],
  },
  'trace-loss': {
    tuning: ['--rate 0.5', '--rate 1', '--rate 0.2'],
    unseen: ['--rate 0.3', '--rate 0.8'],
  },
};

const NO_FAULT: Record<Half, string[]> = {
  tuning: ['--load-rate 40', '--load-rate 60', '--load-rate 25', '--scenario cache-stampede'],
  unseen: [
    '--load-rate 40',
    '--load-rate 50',
    '--load-rate 30',
    '--load-rate 60',
    '--scenario cache-stampede',
    '--scenario retry-storm --load-rate 30',
  ],
};

/** Each breaks two things at once, at different places. */
const PAIRS: [string, string][] = [
  ['pool-exhaustion', 'downstream-error'],
  ['error', 'slow-query'],
  ['event-loop-block', 'downstream-timeout'],
  ['latency', 'connection-reset'],
];

const words = (flags: string): string[] => flags.split(' ').filter(Boolean);

const singles = (half: Half, turn: number): Entry[] =>
  Object.entries(VARIANTS).map(([fault, variants]) => ({
    id: `${fault}-${half}-${turn + 1}`,
    half,
    seed: SEEDS[half][turn]!,
    faults: [fault],
    flags: words(variants[half][turn]!),
  }));

const calm = (half: Half): Entry[] =>
  NO_FAULT[half].map((flags, i) => ({
    id: `no-fault-${half}-${i + 1}`,
    half,
    seed: (half === 'tuning' ? 41 : 51) + i,
    faults: [],
    flags: words(flags),
  }));

const pairs: Entry[] = PAIRS.map((faults, i) => ({
  id: `pair-unseen-${i + 1}`,
  half: 'unseen',
  seed: 31 + i,
  faults,
  flags: [],
}));

/** In rounds, each fault once a round: whatever a round is cut short by, no fault is left out of all of them. */
export const PLAN: Entry[] = [
  ...[0, 1, 2].flatMap((turn) => singles('tuning', turn)),
  ...calm('tuning'),
  ...singles('unseen', 0),
  ...calm('unseen'),
  ...pairs,
  ...singles('unseen', 1),
];

export interface Choice {
  half: Half | 'all';
  /** Ids, or names of faults, `none` for runs without one; empty: all. A pair is chosen where both of its faults are. */
  only: string[];
}

/** The entries of the plan that were asked for, in its order. */
export const chosen = ({ half, only }: Choice, plan: Entry[] = PLAN): Entry[] =>
  plan.filter(
    (entry) =>
      (half === 'all' || entry.half === half) &&
      (only.length === 0 ||
        only.includes(entry.id) ||
        (entry.faults.length === 0
          ? only.includes('none')
          : entry.faults.every((fault) => only.includes(fault)))),
  );

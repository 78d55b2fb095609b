/** The small built-in set: what shows a fault best. Flags override each; files come later. */
export interface Preset {
  scenario: string;
  /** Logical requests per second. */
  loadRate: number;
  target: { rate?: number; route?: string };
  parameters: Record<string, unknown>;
}

/** Enough for the statistics of twenty seconds, and at ease on two cores. */
const EVERYDAY: Preset = { scenario: 'steady', loadRate: 40, target: {}, parameters: {} };

/** Under the everyday mix the database bears every read uncached, so that nobody would notice. */
const HOT_KEY: Partial<Preset> = { scenario: 'cache-stampede', loadRate: 40 };

/** One for each fault; a rate that is not said is the fault's own. */
export const PRESETS: Record<string, Partial<Preset>> = {
  latency: { target: { rate: 0.5 }, parameters: { ms: 800 } },
  error: { target: { rate: 0.3 } },
  // Ten orders a second make four seconds of CPU each second: the queue grows for as long as it lasts.
  'heavy-task': {},
  // More load than usual: who has cores to spare notices nothing.
  'cpu-burn': { loadRate: 60 },
  'event-loop-block': {},
  // The heap grows through the whole phase instead of standing at its limit from the middle on.
  'memory-leak': { parameters: { mbPerSecond: 24, maxMb: 512 } },
  // All of them: a single connection that is left serves twenty requests a second with ease.
  'pool-exhaustion': { target: { rate: 1 } },
  'slow-query': {},
  'cache-down': HOT_KEY,
  'cache-stampede': HOT_KEY,
  'downstream-timeout': { target: { rate: 0.7 } },
  // Three attempts an order: half of the orders fail.
  'downstream-error': { target: { rate: 0.8 } },
  // Above the 18 orders/s from which the storm feeds itself.
  'retry-storm': { scenario: 'retry-storm', loadRate: 30 },
  'connection-reset': { target: { rate: 0.3 } },
  'replica-kill': {},
  'replica-pause': {},
  'network-latency': { parameters: { ms: 150 } },
  'network-partition': {},
  'log-loss': { target: { rate: 0.8 } },
  'trace-loss': {},
};

/** Seconds of each phase: short enough for a demo, long enough for the statistics. */
export const DEFAULT_DURATIONS = { warmUp: 5, steady: 20, fault: 20, recovery: 15 };

/** The fault of `obsctl demo`: its spikes are errors and latency, and its traces cross three processes. */
export const DEMO_FAULT = 'downstream-timeout';

/** The preset of a fault, nothing of it left open; the everyday mix for a fault that has none. */
export const presetFor = (fault: string): Preset => ({ ...EVERYDAY, ...PRESETS[fault] });

/** The small built-in set: what shows a fault best. Flags override each; files come later. */
export interface Preset {
  scenario: string;
  /** Logical requests per second. */
  loadRate: number;
  target: { rate?: number; route?: string };
  parameters: Record<string, unknown>;
}

const EVERYDAY: Preset = { scenario: 'steady', loadRate: 40, target: { rate: 0.5 }, parameters: {} };

const PRESETS: Record<string, Partial<Preset>> = {
  latency: { target: { rate: 0.5 }, parameters: { ms: 800 } },
  error: { target: { rate: 0.3 } },
  'downstream-timeout': { target: { rate: 0.7 } },
  'retry-storm': { scenario: 'retry-storm', loadRate: 30, target: {} },
};

/** Seconds of each phase: short enough for a demo, long enough for the statistics. */
export const DEFAULT_DURATIONS = { warmUp: 5, steady: 20, fault: 20, recovery: 15 };

/** The fault of `obsctl demo`: its spikes are errors and latency, and its traces cross three processes. */
export const DEMO_FAULT = 'downstream-timeout';

export const presetFor = (fault: string): Preset => ({ ...EVERYDAY, ...PRESETS[fault] });

import type { Phase, PhaseName } from '../record/common.ts';

/** The first phase of that name that lasts at all; null when the run had none. */
export const phaseNamed = (phases: Phase[], name: PhaseName): Phase | null =>
  phases.find((phase) => phase.name === name && phase.to > phase.from) ?? null;

/** The phase in which `time` lies; the last one for anything later, null without phases or before the first. */
export const phaseAt = (phases: Phase[], time: number): Phase | null => {
  const inside = phases.find(({ from, to }) => time >= from && time < to);
  if (inside) return inside;
  const past = phases.filter(({ from, to }) => to > from && from <= time).sort((a, b) => b.to - a.to);
  return past[0] ?? null;
};

/** Whether most of the interval that starts at `t` lies in the phase: its middle does. */
export const isIn = (
  { t, seconds }: { t: number; seconds: number },
  { from, to }: { from: number; to: number },
) => t + seconds / 2 >= from && t + seconds / 2 < to;

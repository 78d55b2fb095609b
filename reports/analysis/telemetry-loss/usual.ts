import type { Evidence, RuntimeSeries } from '../../record/evidence.ts';
import { phaseNamed } from '../phases.ts';
import { median, scaledMad } from '../statistics/median.ts';

export const SIGNALS = ['traces', 'logs', 'metrics'] as const;
export type Signal = (typeof SIGNALS)[number];

export type Point = [number, number];

/** The pipeline's own series of that name and signal. */
export const named = ({ runtime }: Evidence, name: string, signal: string): RuntimeSeries[] =>
  runtime.filter((series) => series.name === name && series.labels.signal === signal);

/** What one instance of the pipeline received of the signal, items a second, by time. */
export const receivedBy = (evidence: Evidence, signal: string, instance: string): Map<number, number> =>
  new Map(
    named(evidence, 'telemetry.received.rate', signal)
      .filter((series) => series.instance === instance)
      .flatMap(({ points }) => points),
  );

/**
 * What a pipeline drops all along, as a sampler or a filter of health checks does on purpose: its share of what is received,
 * and the most that share and rate (items a second) come to by chance.
 */
export interface Usual {
  share: number;
  mostShare: number;
  mostRate: number;
}

export const NEVER: Usual = { share: 0, mostShare: 0, mostRate: 0 };

/** Fewer points than this show no habit. */
const MIN_POINTS = 5;
/** A habit shows in three of four points at least: a loss that only began meanwhile does not. */
const HABITUAL = 0.75;
/** Chance seldom takes a value further from the median than this many robust standard deviations. */
const SPREAD = 4;

/** Less than this is not worth a word. */
const MIN_SHARE = 0.01;

const most = (values: number[]): number => median(values) + SPREAD * scaledMad(values);

/** What is usual is read from the steady phase; where there is none, from the whole window. */
export const usualOf = (evidence: Evidence, points: Point[], received: Map<number, number>): Usual => {
  const { from, to } = phaseNamed(evidence.phases, 'steady') ?? evidence.window;
  const reference = points.filter(([t]) => t > from && t < to && (received.get(t) ?? 0) > 0);
  const shares = reference.map(([t, value]) => Math.min(1, value / received.get(t)!));
  const dropping = shares.filter((share) => share > 0).length;
  if (reference.length < MIN_POINTS || dropping < HABITUAL * reference.length) return NEVER;
  const rates = reference.map(([, value]) => value);
  return { share: median(shares), mostShare: most(shares), mostRate: most(rates) };
};

/** Parts of the pipeline that drop a share of a signal all along; a pipeline that drops next to nothing has none. */
export const habitsOf = (evidence: Evidence): { instance: string; signal: Signal; share: number }[] =>
  SIGNALS.flatMap((signal) =>
    named(evidence, 'telemetry.dropped.rate', signal).map(({ instance, points }) => ({
      ...{ instance, signal },
      share: usualOf(evidence, points, receivedBy(evidence, signal, instance)).share,
    })),
  ).filter(({ share }) => share >= MIN_SHARE);

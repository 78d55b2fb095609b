import { median } from '../../analysis/statistics/median.ts';
import type { Compared, Comparison } from '../../record/comparison.ts';
import type { Measure } from '../../record/indicator.ts';
import type { RunRecord } from '../../record/record.ts';
import { capital, indicatorText, inUnit, windowText } from '../describe.ts';
import type { JudgedParts } from '../objectives.ts';
import { judgedWindow } from '../windows.ts';
import { runsInterval } from './between-runs.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import { MINIMUM_EFFECTS, type MinimumEffect, minimumEffectOf, outcomeOf } from './effect.ts';
import { COMPARED, indicatorFor, measured, type Sample, samplesOf, type Viewpoint } from './sample.ts';

/** What of a baseline run is compared: much less than its record. */
export interface Baseline {
  runId: string;
  createdAt: number;
  samples: Record<Viewpoint, Sample[]>;
}

export const baselineOf = (record: JudgedParts & Pick<RunRecord, 'runId' | 'createdAt'>): Baseline => ({
  runId: record.runId,
  createdAt: record.createdAt,
  samples: { client: samplesOf(record, 'client'), server: samplesOf(record, 'server') },
});

/** From so many runs on their own spread says how much runs differ; below it only the seconds within them can be drawn anew. */
export const ENOUGH_RUNS = 5;

/** All intervals of a comparison hold at once with this probability (Bonferroni): it is one decision. */
const CONFIDENCE = 0.95;

export type MinimumEffects = Record<Measure, MinimumEffect>;

interface Pair {
  run: Sample;
  baseline: Sample[];
}

const pairsOf = (own: Sample[], others: Sample[][]): Pair[] =>
  own.flatMap((run) => {
    const baseline = others.flatMap((samples) => samples.filter(({ phase }) => phase === run.phase));
    return baseline.length > 0 ? [{ run, baseline }] : [];
  });

const intervalsOf = ({ run, baseline }: Pair, method: Comparison['method'], tail: number) =>
  method === 'runs'
    ? COMPARED.map((measure) => runsInterval(run, baseline, measure, tail))
    : bootstrapIntervals(run, baseline, COMPARED, tail);

const signed = (measure: Measure, value: number): string =>
  `${value < 0 ? '−' : '+'}${inUnit(measure, Math.abs(value))}`;

const OUTCOMES: Record<Compared['outcome'], string> = {
  worse: 'worse',
  better: 'better',
  'no-significant-change': 'no significant change',
  'no-data': 'no data',
};

type Figures = Pick<Compared, 'baseline' | 'value' | 'difference' | 'interval' | 'minimumEffect' | 'outcome'>;

const NO_FIGURES: Figures = {
  ...{ baseline: null, value: null, difference: null, interval: null, minimumEffect: 0, outcome: 'no-data' },
};

const figuresOf = (
  { run, baseline }: Pair,
  measure: Measure,
  interval: [number, number] | null,
  effects: MinimumEffects,
): Figures => {
  const value = measured(run, measure);
  const values = baseline.map((sample) => measured(sample, measure)).filter((one) => one !== null);
  if (value === null || values.length === 0 || interval === null) return NO_FIGURES;
  const middle = median(values);
  const minimumEffect = minimumEffectOf(effects[measure], middle);
  const difference = value - middle;
  const outcome = outcomeOf(measure, difference, interval, minimumEffect);
  return { baseline: middle, value, difference, interval, minimumEffect, outcome };
};

const textOf = (what: string, place: string, measure: Measure, figures: Figures): string => {
  const { baseline, value, difference, interval, minimumEffect, outcome } = figures;
  if (baseline === null || value === null || difference === null || interval === null)
    return `${capital(what)} ${place}: no data to compare.`;
  const [low, high] = interval.map((end) => signed(measure, end));
  return (
    `${capital(what)} ${place}: ${inUnit(measure, value)} against ${inUnit(measure, baseline)} in the baseline` +
    ` (${signed(measure, difference)}, interval ${low} to ${high}; ${inUnit(measure, minimumEffect)} matters):` +
    ` ${OUTCOMES[outcome]}.`
  );
};

/**
 * The run against its baseline runs, phase by phase, as the client saw it (the entry service where no client was there).
 * Worse is only what chance is ruled out for and what is large enough to matter.
 */
export const compareRuns = (
  parts: JudgedParts,
  baselines: Baseline[],
  effects: MinimumEffects = MINIMUM_EFFECTS,
): Comparison => {
  const viewpoint: Viewpoint = parts.series.client ? 'client' : 'server';
  const ordered = [...baselines].sort((a, b) => a.createdAt - b.createdAt);
  const method = ordered.length >= ENOUGH_RUNS ? 'runs' : 'block-bootstrap';
  const pairs = pairsOf(
    samplesOf(parts, viewpoint),
    ordered.map(({ samples }) => samples[viewpoint]),
  );
  const tail = (1 - CONFIDENCE) / 2 / Math.max(1, pairs.length * COMPARED.length);
  const rows = pairs.flatMap((pair): Compared[] => {
    const intervals = intervalsOf(pair, method, tail);
    const { phase } = pair.run;
    const place = windowText(judgedWindow(parts, phase) ?? { phase, leftOut: 0 });
    return COMPARED.map((measure, i) => {
      const indicator = indicatorFor(measure, viewpoint);
      const figures = figuresOf(pair, measure, intervals[i] ?? null, effects);
      const text = textOf(indicatorText(indicator, parts.entryService), place, measure, figures);
      return { indicator, phase, ...figures, text };
    });
  });
  return {
    baseline: ordered.map(({ runId }) => runId),
    method,
    rows,
    regression: rows.some(({ outcome }) => outcome === 'worse'),
  };
};

import type { Metric, Objective, Slo } from '../../reports/judge/index.ts';
import { ANNOTATIONS, type OpenSloObjective, type Sli, type SloDocument } from './openslo.ts';

/** A violation that shows only once the indicator is known; its path within the document. */
export interface Misfit {
  path: (string | number)[];
  message: string;
}

const populationOf = (spec: { viewpoint: 'client' | 'server'; service?: string; operation?: string }) => ({
  viewpoint: spec.viewpoint,
  service: spec.service ?? null,
  operation: spec.operation ?? null,
});

const metricOf = ({ thresholdMetric, ratioMetric }: Sli): Metric => {
  if (thresholdMetric) {
    const { spec } = thresholdMetric.metricSource;
    return { kind: 'threshold', indicator: { measure: spec.measure, ...populationOf(spec) } };
  }
  const of = populationOf(ratioMetric!.total!.metricSource.spec);
  const within = ratioMetric!.good?.metricSource.spec.within;
  const good =
    within === undefined
      ? ({ what: 'succeeded' } as const)
      : ({ what: 'ended-within', seconds: within } as const);
  return { kind: 'ratio', of, good };
};

/** As a person would write it: 0.999, without the noise of dividing by a hundred. */
const targetOf = ({ target, targetPercent }: OpenSloObjective): number =>
  target ?? Number((targetPercent! / 100).toPrecision(12));

const objectiveOf = (one: OpenSloObjective, { kind }: Metric): Objective => {
  const target = targetOf(one);
  const { timeSliceWindow: seconds, timeSliceTarget: share } = one;
  return {
    name: one.displayName ?? String(target),
    target,
    threshold: kind === 'threshold' ? { op: one.op!, value: one.value! } : null,
    slices: seconds === undefined ? null : { seconds, target: share! },
  };
};

/** OpenSLO: `op` and `value` go with a threshold metric, which has one objective only. */
const misfitsOf = ({ objectives }: SloDocument['spec'], { kind }: Metric): Misfit[] => {
  const each = objectives.flatMap((one, index) =>
    (['op', 'value'] as const)
      .filter((key) => (kind === 'threshold') !== (one[key] !== undefined))
      .map((key) => ({
        path: ['spec', 'objectives', index, key],
        message: kind === 'threshold' ? 'is needed with a thresholdMetric' : 'goes with a thresholdMetric',
      })),
  );
  const several =
    kind === 'threshold' && objectives.length > 1
      ? [{ path: ['spec', 'objectives', 1], message: 'a thresholdMetric has one objective' }]
      : [];
  return [...each, ...several];
};

/** The document with its indicator, ready to be evaluated; or what does not fit together. */
export const resolveSlo = (document: SloDocument, sli: Sli, file: string): Slo | Misfit[] => {
  const { metadata, spec } = document;
  const metric = metricOf(sli);
  const misfits = misfitsOf(spec, metric);
  if (misfits.length > 0) return misfits;
  return {
    name: metadata.name,
    file,
    metric,
    objectives: spec.objectives.map((one) => objectiveOf(one, metric)),
    phases: metadata.annotations[ANNOTATIONS.phases],
    noData: metadata.annotations[ANNOTATIONS.noData],
  };
};

import type { Spike, TracedExample } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import type { ChartPlan } from '../charts/index.ts';
import type { Marks } from '../charts/marks.ts';

type Name = ChartPlan['name'];

const CHART_OF: Record<Spike['sli'], Name> = {
  'client-errors': 'error-ratio',
  'server-errors': 'error-ratio',
  'client-latency': 'latency',
  'server-latency': 'latency',
  'job-latency': 'latency',
};

/** Spikes of one SLI never lie over each other in time; each SLI of a chart gets a lane of its own. */
export const laneOf = ({ sli }: Spike, inChart: Spike[]): number =>
  [...new Set(inChart.map((spike) => spike.sli))].indexOf(sli);

/** Whether its request failed, rather than only taking long. */
export const isFailed = ({ exemplar: { kind, status }, deepestError }: TracedExample): boolean =>
  kind === 'error' || (status ?? 0) >= 500 || (status === null && deepestError !== null);

/** Spikes that a chart shows. */
export const spikesOf = ({ findings }: RunRecord, chart: Name): Spike[] =>
  (findings?.spikes ?? []).filter(({ sli }) => CHART_OF[sli] === chart);

export interface ExemplarPlace {
  example: TracedExample;
  /** Seconds since the start of the load, and of the request; null: at the bottom, the axis has no value for it. */
  x: number;
  y: number | null;
}

/** Every example of the run once, in order of time. */
const examplesOf = ({ findings }: RunRecord): TracedExample[] =>
  [
    ...new Map(
      (findings?.spikes ?? []).flatMap(({ examples }) => examples).map((one) => [one.traceId, one]),
    ).values(),
  ].sort((a, b) => a.exemplar.time - b.exemplar.time);

const seconds = ({ requestDuration, rootDuration, duration }: TracedExample): number =>
  requestDuration ?? rootDuration ?? duration;

/** Example traces in a chart: all of them by their durations beside the latency, the failed ones beside the errors. */
export const exemplarsOf = (record: RunRecord, chart: Name, { start }: Marks): ExemplarPlace[] => {
  const at = ({ exemplar }: TracedExample) => exemplar.time - start;
  if (chart === 'latency')
    return examplesOf(record)
      .filter((example) => seconds(example) > 0)
      .map((example) => ({ example, x: at(example), y: seconds(example) }));
  if (chart === 'error-ratio')
    return examplesOf(record)
      .filter(isFailed)
      .map((example) => ({ example, x: at(example), y: null }));
  return [];
};

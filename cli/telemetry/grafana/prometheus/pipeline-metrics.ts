import type { Window } from '../../../../reports/record/common.ts';
import type { Completeness } from '../../../../reports/record/completeness.ts';
import { RUNTIME_UNITS, type RuntimeName, type RuntimeSeries } from '../../../../reports/record/evidence.ts';
import type { Names } from '../options.ts';
import { QUEUE_SIZE } from './gauges.ts';
import { instanceOf } from './identity.ts';
import { increasesOf } from './increases.ts';
import { METRIC_NAME, type Series } from './matrix.ts';
import { pointsOf, type Target } from './targets.ts';

/**
 * The OpenTelemetry collector's metrics of itself. Source: opentelemetry.io/docs/collector/internal-telemetry; counters
 * have `_total` or not, as the reader of the collector is set up.
 */
const SIGNAL_OF_ITEM: Record<string, string> = {
  spans: 'traces',
  log_records: 'logs',
  metric_points: 'metrics',
};
const ITEMS = Object.keys(SIGNAL_OF_ITEM);

const counters = (stem: string): string[] =>
  ITEMS.flatMap((item) => [`${stem}_${item}`, `${stem}_${item}_total`]);
const both = (name: string): string[] => [name, `${name}_total`];

export const ACCEPTED = counters('otelcol_receiver_accepted');
export const REFUSED = counters('otelcol_receiver_refused');
const INCOMING = both('otelcol_processor_incoming_items');
const OUTGOING = both('otelcol_processor_outgoing_items');
/** What a processor refused is sent again by whoever sent it: it went in, did not come out, and is not lost. */
const HELD_OFF = ['otelcol_processor_refused', 'otelcol_processor_memory_limiter_refused'].flatMap(counters);
export const FAILED = ['otelcol_exporter_send_failed', 'otelcol_exporter_enqueue_failed'].flatMap(counters);

export const PIPELINE_METRICS = [
  ...ACCEPTED,
  ...REFUSED,
  ...INCOMING,
  ...OUTGOING,
  ...HELD_OFF,
  ...FAILED,
  QUEUE_SIZE,
];

const KNOWN = new Set(PIPELINE_METRICS);
export const isPipelineMetric = (name: string): boolean => KNOWN.has(name);

/** What a processor took in and did not hand on was dropped, by a filter or a sampler, unless it refused it. */
const RATES: { name: RuntimeName; plus: string[]; minus: string[] }[] = [
  { name: 'telemetry.received.rate', plus: ACCEPTED, minus: [] },
  { name: 'telemetry.dropped.rate', plus: INCOMING, minus: [...OUTGOING, ...HELD_OFF] },
  { name: 'telemetry.export.failed.rate', plus: FAILED, minus: [] },
];

const QUEUED = 'telemetry.export.queue';

/** The runtime series that are made here. */
export const PIPELINE_NAMES: RuntimeName[] = [...RATES.map(({ name }) => name), QUEUED];

const SERVICE = 'otelcol';

const nameOf = ({ labels }: Series): string => labels[METRIC_NAME]!;

/** The signal that a series is of: by its label, or by the item its name counts. */
const signalOf = (series: Series): string | null => {
  // Where both sides take UTF-8 names, the label keeps its dot.
  const { otel_signal = series.labels['otel.signal'], data_type } = series.labels;
  const item = ITEMS.find((one) =>
    nameOf(series)
      .replace(/_total$/, '')
      .endsWith(`_${one}`),
  );
  return otel_signal ?? data_type ?? (item ? SIGNAL_OF_ITEM[item]! : null);
};

type Points = Map<number, number>;

/** Sums by signal and time. */
class Table {
  private readonly bySignal = new Map<string, Points>();

  add(signal: string, t: number, value: number): void {
    const points = this.bySignal.get(signal) ?? new Map<number, number>();
    this.bySignal.set(signal, points.set(t, (points.get(t) ?? 0) + value));
  }

  series(name: RuntimeName, instance: string, { from, to }: Window): RuntimeSeries[] {
    return [...this.bySignal].map(([signal, points]) => ({
      ...{ name, unit: RUNTIME_UNITS[name], service: SERVICE, instance, labels: { signal } },
      points: [...points]
        .filter(([t]) => t >= from && t < to)
        .sort(([a], [b]) => a - b)
        .map(([t, value]): [number, number] => [t, Math.max(0, value)]),
    }));
  }
}

/** The collector's own series, one for each signal: what it received, dropped, failed to hand on, and has queued. */
export const pipelineSeries = (target: Target, names: Names, window: Window): RuntimeSeries[] => {
  const own = target.series.filter((series) => isPipelineMetric(nameOf(series)));
  if (own.length === 0) return [];
  const increases = increasesOf(target);
  const instance = instanceOf(own[0]!.labels, names);
  const rates = RATES.flatMap(({ name, plus, minus }) => {
    const table = new Table();
    for (const series of own) {
      const signal = signalOf(series);
      const sign = plus.includes(nameOf(series)) ? 1 : minus.includes(nameOf(series)) ? -1 : 0;
      if (signal === null || sign === 0) continue;
      for (const { t, seconds, increase } of increases.get(series) ?? [])
        table.add(signal, t, (sign * increase) / seconds);
    }
    return table.series(name, instance, window);
  });
  const queue = new Table();
  for (const series of own.filter((one) => nameOf(one) === QUEUE_SIZE))
    for (const [t, value] of pointsOf(target, series))
      if (Number.isFinite(value)) queue.add(signalOf(series) ?? '', t, value);
  const all = [...rates, ...queue.series(QUEUED, instance, window)];
  return all.filter(({ points }) => points.length > 0);
};

export type PipelineTotals = Completeness['pipeline'];

/** What the collectors took in, refused and failed to hand on within the window; null where none is scraped. */
export const pipelineTotals = (targets: Target[], { from, to }: Window): PipelineTotals | null => {
  const own = targets
    .flatMap((target) => [...increasesOf(target)])
    .filter(([series]) => isPipelineMetric(nameOf(series)));
  if (own.length === 0) return null;
  const total = (names: string[]): number =>
    own
      .filter(([series]) => names.includes(nameOf(series)))
      .flatMap(([, increases]) => increases.filter(({ t }) => t >= from && t < to))
      .reduce((sum, { increase }) => sum + increase, 0);
  return { accepted: total(ACCEPTED), refused: total(REFUSED), rejected: total(FAILED) };
};

import { type Exposition, familyOf, isCumulative, type ParsedSample } from './openmetrics.ts';
import type { ExemplarRow, SampleRow, SeriesRow } from './store-tables.ts';

export interface Target {
  /** service.name and service.instance.id under which its series stand. */
  service: string;
  instance: string;
  /** Address of its metrics. */
  url: string;
}

/** The rows one scrape adds. */
export interface ScrapeRows {
  series: SeriesRow[];
  samples: SampleRow[];
  exemplars: ExemplarRow[];
}

/** A target may show so many series; more are counted and left out, so that a bad label cannot fill the memory. */
const MAX_SERIES = 20_000;
const START_TIME = 'process_start_time_seconds';

interface SeriesState {
  id: number;
  cumulative: boolean;
  /** A fall means a restart; not so for sums, which negative observations may lower. */
  monotonic: boolean;
  value: number;
  /** Trace id and time of the exemplar seen last. */
  exemplar: string;
}

/** Trace id of an exemplar in W3C form; null when it names none. */
const traceIdOf = (labels: Record<string, string>): string | null => {
  const id = (labels.trace_id ?? labels.traceID ?? '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) ? id : null;
};

const spanIdOf = (labels: Record<string, string>): string | null => {
  const id = (labels.span_id ?? labels.spanID ?? '').toLowerCase();
  return /^[0-9a-f]{16}$/.test(id) ? id : null;
};

const fell = (state: SeriesState | undefined, value: number): boolean =>
  state?.monotonic === true && value < state.value;

/** What is remembered of one target between its scrapes: enough to turn totals into increases. */
export class ScrapeState {
  /** Samples beyond the limit of series, and exemplars that name no trace. */
  left = { samples: 0, exemplars: 0 };
  private readonly series = new Map<string, SeriesState>();
  private scrapedAt: number | null = null;
  private startTime: number | null = null;
  private up: SeriesState | null = null;

  constructor(
    public target: Target,
    private readonly nextId: () => number,
  ) {}

  /** Rows of a scrape that failed: `up` is 0. */
  missed(t: number): ScrapeRows {
    const rows: ScrapeRows = { series: [], samples: [], exemplars: [] };
    this.recordUp(t, 0, rows);
    return rows;
  }

  /** Rows of a scrape begun at `t`, Unix seconds. */
  scraped(t: number, exposition: Exposition): ScrapeRows {
    const rows: ScrapeRows = { series: [], samples: [], exemplars: [] };
    this.recordUp(t, 1, rows);
    if (this.restarted(exposition.samples)) for (const state of this.series.values()) state.value = 0;
    for (const sample of exposition.samples) this.record(t, sample, exposition, rows);
    this.scrapedAt = t;
    return rows;
  }

  /**
   * Whether the process is another one than at the last scrape: by its start time, or, where it shows none, by a
   * counter that fell. It holds for every series of the target, so that a histogram's buckets agree with its count.
   */
  private restarted(samples: ParsedSample[]): boolean {
    const before = this.startTime;
    this.startTime = samples.find(({ name }) => name === START_TIME)?.value ?? null;
    if (before !== null && this.startTime !== null) return this.startTime !== before;
    return samples.some(({ key, value }) => fell(this.series.get(key), value));
  }

  private record(t: number, sample: ParsedSample, exposition: Exposition, rows: ScrapeRows): void {
    const state = this.series.get(sample.key) ?? this.discover(sample, exposition, rows);
    if (!state) {
      this.left.samples += 1;
      return;
    }
    const known = state.cumulative && this.scrapedAt !== null && Number.isFinite(sample.value);
    rows.samples.push({
      series: state.id,
      t,
      value: sample.value,
      increase: known ? sample.value - (fell(state, sample.value) ? 0 : state.value) : null,
      seconds: this.scrapedAt === null ? null : t - this.scrapedAt,
    });
    if (Number.isFinite(sample.value)) state.value = sample.value;
    this.recordExemplar(t, sample, state, exposition, rows);
  }

  /** A series seen first after an earlier scrape of its target began at zero in between. */
  private discover(sample: ParsedSample, exposition: Exposition, rows: ScrapeRows): SeriesState | null {
    if (this.series.size >= MAX_SERIES) return null;
    const cumulative = isCumulative(sample.name, exposition.types);
    const monotonic = cumulative && !sample.name.endsWith('_sum');
    const state = { id: this.nextId(), cumulative, monotonic, value: 0, exemplar: '' };
    this.series.set(sample.key, state);
    const type = exposition.types.get(familyOf(sample.name, exposition.types)) ?? 'unknown';
    rows.series.push(this.seriesRow(state.id, sample.name, type, sample.labels));
    return state;
  }

  private seriesRow(id: number, metric: string, type: string, labels: Record<string, string>): SeriesRow {
    return { id, metric, type, service: this.target.service, instance: this.target.instance, labels };
  }

  private recordUp(t: number, value: number, rows: ScrapeRows): void {
    if (!this.up) {
      this.up = { id: this.nextId(), cumulative: false, monotonic: false, value, exemplar: '' };
      rows.series.push(this.seriesRow(this.up.id, 'up', 'gauge', {}));
    }
    rows.samples.push({ series: this.up.id, t, value, increase: null, seconds: null });
  }

  /** A series shows its last exemplar until a newer one comes: the same one again is no new exemplar. */
  private recordExemplar(
    t: number,
    { name, labels, exemplar }: ParsedSample,
    state: SeriesState,
    { types }: Exposition,
    rows: ScrapeRows,
  ): void {
    if (!exemplar) return;
    const traceId = traceIdOf(exemplar.labels);
    if (!traceId || !Number.isFinite(exemplar.value)) {
      this.left.exemplars += 1;
      return;
    }
    const key = `${traceId} ${exemplar.timestamp}`;
    if (state.exemplar === key) return;
    state.exemplar = key;
    rows.exemplars.push({
      time: exemplar.timestamp ?? t,
      traceId,
      spanId: spanIdOf(exemplar.labels),
      value: exemplar.value,
      metric: name.endsWith('_bucket') ? familyOf(name, types) : name,
      service: this.target.service,
      instance: this.target.instance,
      labels,
    });
  }
}

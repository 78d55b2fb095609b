import type { Window } from '../../reports/record/common.ts';
import type { Completeness } from '../../reports/record/completeness.ts';
import type {
  Alert,
  Exemplar,
  Log,
  QueryRecord,
  RedSeries,
  RuntimeSeries,
  Severity,
  Span,
} from '../../reports/record/evidence.ts';

/** An answer and the query that fetched it. A failed query throws; a partial one says so in `query.error`. */
export interface Answer<T> {
  value: T;
  query: QueryRecord;
}

/** What a search found of a trace, without its spans. */
export interface TraceSummary {
  traceId: string;
  rootService: string;
  rootName: string;
  start: number;
  duration: number;
  spans: number;
  errors: number;
  services: string[];
}

export interface TraceSearch {
  /** True: at least one span with status error; false: none. */
  error?: boolean;
  /** The root span took at least that long, seconds; the slowest traces come first then, else the oldest. */
  minDuration?: number;
  /** A span of this service.name is in the trace. */
  service?: string;
  limit: number;
}

export interface LogSearch {
  traceIds?: string[];
  minSeverity?: Severity;
  service?: string;
  limit: number;
}

export interface PipelineState {
  ready: boolean;
  detail: string;
  /** What the source cannot do as it should, and what is done instead, one plain sentence each (say, no exemplar storage). */
  degraded?: string[];
  pipeline: Completeness['pipeline'];
}

/** Requests of one route and method that a service served, counted by its metrics and by its server spans; null: cannot be counted. */
export interface ServedCount {
  route: string;
  method: string;
  metrics: number | null;
  spans: number | null;
}

/**
 * Where the evidence comes from. Windows are explicit; every answer is in the record's units (seconds, ratios);
 * no vendor type and no query language stands in a signature. Implementations strip `obsctl.*` attributes.
 */
export interface TelemetrySource {
  readonly kind: 'embedded' | 'grafana';
  /** Whether it can be asked at all, and what its pipeline counted so far. */
  ready(): Promise<PipelineState>;
  red(window: Window): Promise<Answer<RedSeries[]>>;
  runtime(window: Window): Promise<Answer<RuntimeSeries[]>>;
  exemplars(window: Window): Promise<Answer<Exemplar[]>>;
  searchTraces(window: Window, search: TraceSearch): Promise<Answer<TraceSummary[]>>;
  /** All spans of each trace that is there; ids that are not there are left out. `within`: where they lie in time, if known. */
  traces(traceIds: string[], within?: Window): Promise<Answer<Map<string, Span[]>>>;
  /** Those of the ids of which nothing arrived, spans of the service `except` left aside; cheap for thousands. */
  missing(traceIds: string[], except?: string, within?: Window): Promise<Answer<string[]>>;
  logs(window: Window, search: LogSearch): Promise<Answer<Log[]>>;
  alerts(window: Window): Promise<Answer<Alert[]>>;
  /**
   * Requests that the service served and ended in the window: from the raw counters (last less first, resets minded,
   * never extrapolated), and from its server spans.
   */
  counts(window: Window, service: string): Promise<Answer<ServedCount[]>>;
}

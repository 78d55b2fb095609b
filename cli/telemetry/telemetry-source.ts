import type { Window } from '../../reports/record/common.ts';
import type {
  Alert,
  Completeness,
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
  pipeline: Completeness['pipeline'];
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
  /** All spans of each trace that is there; ids that are not there are left out. */
  traces(traceIds: string[]): Promise<Answer<Map<string, Span[]>>>;
  /** Those of the ids of which nothing arrived, spans of the service `except` left aside; cheap for thousands. */
  missing(traceIds: string[], except?: string): Promise<Answer<string[]>>;
  logs(window: Window, search: LogSearch): Promise<Answer<Log[]>>;
  alerts(window: Window): Promise<Answer<Alert[]>>;
}

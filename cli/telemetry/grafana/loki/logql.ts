import type { Severity } from '../../../../reports/record/evidence.ts';
import { severityFilter } from './severity.ts';

const quoted = (text: string): string => JSON.stringify(text);

/** Where lines carry their trace id: a label (structured metadata), or the line's own text. */
export type TraceIdPlace = 'trace_id' | 'traceid' | 'traceID' | 'TraceID' | 'traceId' | 'line';

/** Tried in this order. */
export const TRACE_ID_LABELS: TraceIdPlace[] = ['trace_id', 'traceid', 'traceID', 'TraceID', 'traceId'];

export interface LogQuery {
  /** Loki's label of the service. */
  label: string;
  service?: string | undefined;
  minSeverity?: Severity | undefined;
  traceIds?: string[] | undefined;
  place?: TraceIdPlace;
}

/** Loki wants at least one matcher that does not match the empty text. */
const selector = ({ label, service }: LogQuery): string =>
  service === undefined ? `{${label}=~".+"}` : `{${label}=${quoted(service)}}`;

const traceFilter = ({ traceIds, place = 'trace_id' }: LogQuery): string => {
  if (!traceIds) return '';
  const alternatives = quoted(traceIds.join('|'));
  return place === 'line' ? ` |~ ${alternatives}` : ` | ${place}=~${alternatives}`;
};

/** LogQL of the lines wanted; of a severity it may bring more than asked. */
export const logQuery = (query: LogQuery): string =>
  `${selector(query)}${traceFilter(query)}${query.minSeverity ? severityFilter(query.minSeverity) : ''}`;

/** Lines that carry a trace id under this name. */
export const linesWith = (label: string, place: TraceIdPlace): string => `{${label}=~".+"} | ${place}!=""`;

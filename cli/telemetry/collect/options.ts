import type { Phase, Window } from '../../../reports/record/common.ts';
import type {
  ClientSeries,
  Completeness,
  Exemplar,
  Incident,
  RedSeries,
  RuntimeSeries,
} from '../../../reports/record/evidence.ts';

export interface CollectOptions {
  window: Window;
  phases: Phase[];
  /** The load generator's own series; null where there is none (a foreign system). */
  client: ClientSeries | null;
  /** Every logical request's trace id, as the load generator sent it. */
  clientTraces: { traceId: string; end: number; failed: boolean }[];
  incidents: Incident[];
  entryService: string;
  /** service.name of the client's own spans: they do not show that a request arrived. */
  clientService: string;
  droppedIterations: number;
  ingestionLagSeconds: Completeness['ingestionLagSeconds'];
}

/** What metrics show of the window. */
export interface Metrics {
  red: RedSeries[];
  runtime: RuntimeSeries[];
  exemplars: Exemplar[];
}

import type { Phase, Window } from '../../../reports/record/common.ts';
import type { Completeness } from '../../../reports/record/completeness.ts';
import type {
  ClientSeries,
  Exemplar,
  Incident,
  QueryRecord,
  RedSeries,
  RuntimeSeries,
} from '../../../reports/record/evidence.ts';

import type { SentLoad } from '../cross-check/cross-check.ts';

/** How much is fetched, so that a long outage does not fill the run folder, nor a question weigh on somebody's back ends. */
export interface Bounds {
  /** Spikes that traces are looked for, the longest first. */
  spikes: number;
  perSpike: number;
  /** Traces of all spikes together, and of the steady phase. */
  spikeTraces: number;
  steadyTraces: number;
}

/** For a run of our own, on back ends of our own. */
export const OWN_BOUNDS: Bounds = { spikes: 100, perSpike: 30, spikeTraces: 240, steadyTraces: 60 };
/** For a system of somebody's: one HTTP request a trace has to do. */
export const FOREIGN_BOUNDS: Bounds = { spikes: 12, perSpike: 15, spikeTraces: 70, steadyTraces: 24 };

export interface CollectOptions {
  window: Window;
  phases: Phase[];
  /** The load generator's own series; null where there is none (a foreign system). */
  client: ClientSeries | null;
  /** Every logical request's trace id, as the load generator sent it, and whether its last attempt got any answer. */
  clientTraces: { traceId: string; end: number; failed: boolean; answered: boolean; byGateway?: boolean }[];
  /** What the load generator counted, to be compared with what was served; null where there was none. */
  load: SentLoad | null;
  incidents: Incident[];
  entryService: string;
  /** service.name of the client's own spans: they do not show that a request arrived. */
  clientService: string;
  /** False: the client's own spans were sent to nobody, so that what it calls has no parent. True where absent. */
  clientSpansKept?: boolean;
  bounds?: Bounds;
  /** Looks at the metrics before anything else is asked; may throw, to say that nothing can be reported from them. */
  accept?: (metrics: Metrics, queries: QueryRecord[]) => void;
  droppedIterations: number;
  ingestionLagSeconds: Completeness['ingestionLagSeconds'];
  /** How the wait for the last telemetry went; null where there was none. */
  settle?: Completeness['settle'];
}

/** What metrics show of the window. */
export interface Metrics {
  red: RedSeries[];
  runtime: RuntimeSeries[];
  exemplars: Exemplar[];
}

/** The service whose server spans need no parent: that which the client calls, where nobody keeps the client's spans. */
export const rootServiceOf = ({
  clientSpansKept = true,
  entryService,
}: Pick<CollectOptions, 'clientSpansKept' | 'entryService'>): string | undefined =>
  clientSpansKept ? undefined : entryService;

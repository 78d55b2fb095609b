import type { Window } from '../../../reports/record/common.ts';
import type { Answer, PipelineState, ServedCount, TelemetrySource } from '../telemetry-source.ts';

/** What a part says of its back end when it can be asked; when it cannot, `ready` throws BackendError. */
export interface PartState {
  /** Name, version, address, without credentials. */
  detail: string;
  degraded: string[];
  /** Seconds by which its clock is ahead of ours, where it was asked for the time. */
  clockOffset?: number;
}

/** The Prometheus half of the source. */
export interface PrometheusPart extends Pick<TelemetrySource, 'red' | 'runtime' | 'exemplars' | 'alerts'> {
  /** `pipeline`: what the collectors counted in the window whose runtime was asked for last; nothing before. */
  ready(): Promise<PartState & { pipeline: PipelineState['pipeline'] }>;
  /** Requests served by raw counters: last less first, resets minded. */
  counts(window: Window, service: string): Promise<Answer<Omit<ServedCount, 'spans'>[]>>;
}

export interface LokiPart extends Pick<TelemetrySource, 'logs'> {
  ready(): Promise<PartState>;
}

export interface TempoPart extends Pick<TelemetrySource, 'searchTraces' | 'traces' | 'missing'> {
  ready(): Promise<PartState>;
  /** Server spans of the service that ended in the window, by route and method. */
  serverSpanCounts(window: Window, service: string): Promise<Answer<Omit<ServedCount, 'metrics'>[]>>;
}

import type { Window } from '../../../reports/record/common.ts';
import { monotonicSeconds } from '../../shared/clock.ts';
import type { Answer, LogSearch, PipelineState, TelemetrySource, TraceSearch } from '../telemetry-source.ts';
import { countsQuery } from './queries/counts.ts';
import { exemplarsQuery } from './queries/exemplars.ts';
import { logsQuery } from './queries/logs.ts';
import type { Query } from './queries/query.ts';
import { redQuery } from './queries/red.ts';
import { runtimeQuery } from './queries/runtime.ts';
import { missingQuery, searchQuery, tracesQuery } from './queries/traces.ts';
import type { Store } from './store.ts';

/** More exemplars than this in one answer are cut off, and the answer says so. */
const MAX_EXEMPLARS = 50_000;

/** TelemetrySource over the store; each answer holds all that was accepted before it was asked. */
export class StoreTelemetrySource implements TelemetrySource {
  readonly kind = 'embedded';

  constructor(
    private readonly store: Store,
    private readonly pipeline: () => PipelineState,
  ) {}

  async ready(): Promise<PipelineState> {
    return this.pipeline();
  }

  red(window: Window) {
    return this.ask('red', window, redQuery(window));
  }

  runtime(window: Window) {
    return this.ask('runtime', window, runtimeQuery(window));
  }

  exemplars(window: Window) {
    return this.ask('exemplars', window, exemplarsQuery(window, MAX_EXEMPLARS));
  }

  searchTraces(window: Window, search: TraceSearch) {
    return this.ask('searchTraces', window, searchQuery(window, search));
  }

  traces(traceIds: string[]) {
    return this.ask('traces', null, tracesQuery(traceIds));
  }

  missing(traceIds: string[], except = '') {
    return this.ask('missing', null, missingQuery(traceIds, except));
  }

  logs(window: Window, search: LogSearch) {
    return this.ask('logs', window, logsQuery(window, search));
  }

  alerts(window: Window) {
    const nothing = { value: [], rows: 0, truncated: false };
    return this.ask('alerts', window, {
      text: 'none: the embedded source evaluates no alert rules',
      run: async () => nothing,
    });
  }

  counts(window: Window, service: string) {
    return this.ask('counts', window, countsQuery(window, service));
  }

  private async ask<T>(method: string, window: Window | null, query: Query<T>): Promise<Answer<T>> {
    const started = monotonicSeconds();
    await this.store.flush();
    const { value, rows, truncated } = await query.run(this.store);
    const seconds = monotonicSeconds() - started;
    return { value, query: { method, text: query.text, window, rows, seconds, error: null, truncated } };
  }
}

import type { Window } from '../../../../reports/record/common.ts';
import type { LogSearch } from '../../telemetry-source.ts';
import { answering } from '../answer.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import type { LokiPart } from '../parts.ts';
import { lokiReadiness } from './readiness.ts';
import { LogSearcher } from './search-logs.ts';

/** Log lines from Loki's HTTP API, 3.0 or newer. */
export const createLoki = (client: BackendClient, names: Names): LokiPart => {
  const searcher = new LogSearcher(client, names);
  return {
    ready: () => lokiReadiness(client, names),
    logs: (window: Window, search: LogSearch) =>
      answering('logs', window, (note) => searcher.run(window, search, note)),
  };
};

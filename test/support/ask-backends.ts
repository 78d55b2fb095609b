import { pollUntil } from '../../cli/shared/retry.ts';

/** Longest wait for what was sent to be answered, seconds: generous, for slow machines; normally it takes one. */
const PATIENCE = 30;

const get = async (url: string): Promise<unknown> => {
  const response = await fetch(url);
  return response.ok ? response.json() : undefined;
};

const address = (base: string, path: string, parameters: Record<string, string | number>): string => {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  return url.href;
};

/** Asks until `pick` finds in the answer what it looks for, and returns that. Throws when it never comes. */
export const eventually = async <T>(
  base: string,
  path: string,
  parameters: Record<string, string | number>,
  // biome-ignore lint/suspicious/noExplicitAny: the test's own knowledge of the API.
  pick: (body: any) => T | undefined,
): Promise<T> => {
  const url = address(base, path, parameters);
  const found = await pollUntil(
    async () => {
      const body = await get(url).catch(() => undefined);
      return body === undefined ? undefined : pick(body);
    },
    { timeout: PATIENCE },
  );
  if (found === undefined) throw new Error(`${url} did not answer with it within ${PATIENCE} s`);
  return found;
};

/** A minute on either side of now, Unix seconds. */
export const aroundNow = (): { start: number; end: number } => {
  const now = Math.floor(Date.now() / 1000);
  return { start: now - 60, end: now + 60 };
};

export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

/** The samples of an instant query, as soon as there is one. */
export const prometheusSamples = (url: string, query: string): Promise<Sample[]> =>
  eventually(url, '/api/v1/query', { query }, ({ data }) =>
    data.result.length > 0 ? data.result : undefined,
  );

export interface ExemplarSeries {
  seriesLabels: Record<string, string>;
  exemplars: { labels: Record<string, string>; value: string; timestamp: number }[];
}

/** The series of the query that have an exemplar of this trace. */
export const exemplarsOf = (url: string, query: string, traceId: string): Promise<ExemplarSeries[]> =>
  eventually(url, '/api/v1/query_exemplars', { query, ...aroundNow() }, ({ data }) => {
    const found = (data as ExemplarSeries[]).filter(({ exemplars }) =>
      exemplars.some(({ labels }) => labels.trace_id === traceId),
    );
    return found.length > 0 ? found : undefined;
  });

/** Lines of a trace, each with its labels and structured metadata. */
export const lokiLines = (
  url: string,
  service: string,
  traceId: string,
): Promise<{ stream: Record<string, string>; values: [string, string][] }[]> =>
  eventually(
    url,
    '/loki/api/v1/query_range',
    { query: `{service_name="${service}"} | trace_id="${traceId}"`, ...aroundNow() },
    ({ data }) => (data.result.length > 0 ? data.result : undefined),
  );

/** Ids of the traces that a TraceQL query finds, once that one is among them. */
export const tempoFinds = (url: string, q: string, traceId: string): Promise<string[]> =>
  eventually(url, '/api/search', { q, limit: 1000, ...aroundNow() }, ({ traces }) => {
    const ids = (traces as { traceID: string }[]).map(({ traceID }) => traceID.padStart(32, '0'));
    return ids.includes(traceId) ? ids : undefined;
  });

/** The trace as Tempo has it, spans by resource. */
// biome-ignore lint/suspicious/noExplicitAny: the test's own knowledge of the API.
export const tempoTrace = (url: string, traceId: string): Promise<any[]> =>
  eventually(url, `/api/traces/${traceId}`, {}, ({ batches }) => (batches?.length > 0 ? batches : undefined));

import type { Window } from '../record/common.ts';

/** Addresses within one Grafana, each of which opens exactly what it names. */
export interface ExploreLinks {
  trace(traceId: string, within: Window): string;
  /** PromQL, as a graph over the window, with exemplars. */
  metrics(expression: string, window: Window): string;
  /** LogQL. */
  logs(expression: string, window: Window): string;
  /** TraceQL. */
  traces(query: string, window: Window): string;
  /** The dashboard with that uid. */
  dashboard(uid: string, window: Window, variables?: Record<string, string>): string;
}

/** The data sources as infra/grafana provisions them: type and uid are the same word. */
type Source = 'prometheus' | 'loki' | 'tempo';

/** Traces that a search in Explore lists. */
const TRACES = 50;

/** Percent-encoded so that nothing is left that could end a link in Markdown or an attribute in HTML. */
const encoded = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Grafana reads times as texts of Unix milliseconds. */
const rangeOf = ({ from, to }: Window): { from: string; to: string } => ({
  from: String(Math.floor(from * 1000)),
  to: String(Math.ceil(to * 1000)),
});

/** The base without a slash at its end; null for what is no plain http address. */
const baseOf = (address: string | null): string | null => {
  const url = address === null || !URL.canParse(address) ? null : new URL(address);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) return null;
  const path = url.pathname.split('/').filter(Boolean).map(decodePart).map(encoded);
  return [url.origin, ...path].join('/');
};

const decodePart = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/**
 * Explore's address: one pane, named by three letters, under version 1 of its schema (Grafana 10 and newer). Source:
 * Grafana, public/app/features/explore/hooks/useStateSync/migrators/v1.ts.
 */
const exploreUrl = (base: string, uid: Source, query: Record<string, unknown>, window: Window): string => {
  const queries = [{ refId: 'A', datasource: { type: uid, uid }, ...query }];
  const panes = { run: { datasource: uid, queries, range: rangeOf(window) } };
  return `${base}/explore?schemaVersion=1&orgId=1&panes=${encoded(JSON.stringify(panes))}`;
};

/** Links into the Grafana at that base address; null where there is none, or its address is none. */
export const exploreLinks = (address: string | null): ExploreLinks | null => {
  const base = baseOf(address);
  if (base === null) return null;
  const searched = { queryType: 'traceql', limit: TRACES, tableType: 'traces', filters: [] };
  return {
    // An id in the place of a TraceQL query opens that trace.
    trace: (traceId, within) =>
      exploreUrl(base, 'tempo', { queryType: 'traceql', query: traceId, filters: [] }, within),
    metrics: (expr, window) =>
      exploreUrl(
        base,
        'prometheus',
        { editorMode: 'code', expr, range: true, instant: false, exemplar: true },
        window,
      ),
    logs: (expr, window) =>
      exploreUrl(base, 'loki', { editorMode: 'code', queryType: 'range', expr }, window),
    traces: (query, window) => exploreUrl(base, 'tempo', { ...searched, query }, window),
    dashboard: (uid, window, variables = {}) => {
      const { from, to } = rangeOf(window);
      const chosen = Object.entries(variables).map(
        ([name, value]) => `&var-${encoded(name)}=${encoded(value)}`,
      );
      return `${base}/d/${encoded(uid)}?orgId=1&from=${from}&to=${to}${chosen.join('')}`;
    },
  };
};

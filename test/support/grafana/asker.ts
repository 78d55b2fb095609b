import axios from 'axios';
import type { BackendUrls } from '../../../cli/stack/stack.ts';
import type { Window } from '../../../reports/record/common.ts';
import { expand, type Values } from './macros.ts';
import type { Question } from './questions.ts';

/** What Grafana's service graph is drawn from. Source: Grafana, datasource/tempo/graphTransform.ts. */
const SERVICE_GRAPH = [
  'traces_service_graph_request_server_seconds_sum',
  'traces_service_graph_request_total',
  'traces_service_graph_request_failed_total',
  'traces_service_graph_request_server_seconds_bucket',
];

/** Seconds between two points of a graph. */
const STEP = 5;

const LABEL_VALUES = /^label_values\((\w+), *(\w+)\)$/;

interface Sampled {
  values?: [number, string][];
  value?: [number, string];
}

const figures = (result: Sampled[]): number =>
  result
    .flatMap(({ values, value }) => values ?? (value ? [value] : []))
    .filter(([, text]) => Number.isFinite(Number(text))).length;

/** Asks Prometheus, Loki and Tempo what Grafana would ask them of a window, by the same HTTP APIs. */
export class Asker {
  private readonly values: Values;

  constructor(
    private readonly urls: BackendUrls,
    private readonly window: Window,
    variables: Record<string, string>,
  ) {
    const range = Math.ceil(window.to - window.from);
    this.values = { variables, range, interval: STEP, rateInterval: 4 * STEP };
  }

  /** How much data came: points, lines, traces or values. Throws what the back end had to say against the question. */
  async count({ kind, text }: Question): Promise<number> {
    const asked = expand(text, this.values);
    if (kind === 'promql') return this.graph(asked);
    if (kind === 'promql-instant') return this.now(asked);
    if (kind === 'exemplars') return (await this.exemplars(asked)).length;
    if (kind === 'logql') return this.lines(asked);
    if (kind === 'traceql') return (await this.traces(asked)).length;
    if (kind === 'service-graph') return this.edges();
    return this.labelValues(asked);
  }

  /** Trace ids of the exemplars of what the expression selects. */
  async exemplars(query: string): Promise<string[]> {
    const { from, to } = this.window;
    const { data } = await this.get('prometheus', '/api/v1/query_exemplars', { query, start: from, end: to });
    return data.flatMap(({ exemplars }: { exemplars: { labels: Record<string, string> }[] }) =>
      exemplars.flatMap(({ labels }) => labels.trace_id ?? []),
    );
  }

  /** Ids of the traces that a search finds. */
  async traces(q: string): Promise<string[]> {
    const [start, end] = [Math.floor(this.window.from), Math.ceil(this.window.to)];
    const { traces } = await this.get('tempo', '/api/search', { q, start, end, limit: 20, spss: 3 });
    return (traces ?? []).map(({ traceID }: { traceID: string }) => traceID.padStart(32, '0'));
  }

  /** The batches of a trace's spans; empty where it is not there. */
  // biome-ignore lint/suspicious/noExplicitAny: Tempo's own form.
  async trace(id: string): Promise<any[]> {
    return (await this.get('tempo', `/api/traces/${id}`, {}).catch(() => ({}))).batches ?? [];
  }

  /** Labels and structured metadata of the newest lines. */
  async streams(query: string): Promise<Record<string, string>[]> {
    const { data } = await this.get('loki', '/loki/api/v1/query_range', this.lokiRange(query));
    return data.result.map(({ stream }: { stream: Record<string, string> }) => stream);
  }

  private async graph(query: string): Promise<number> {
    const { from, to } = this.window;
    const parameters = { query, start: from, end: to, step: STEP };
    const { data } = await this.get('prometheus', '/api/v1/query_range', parameters);
    return figures(data.result);
  }

  private async now(query: string): Promise<number> {
    const { data } = await this.get('prometheus', '/api/v1/query', { query, time: this.window.to });
    return figures(data.result);
  }

  private async lines(query: string): Promise<number> {
    const { data } = await this.get('loki', '/loki/api/v1/query_range', this.lokiRange(query));
    return data.result.flatMap(({ values }: { values: unknown[] }) => values).length;
  }

  private lokiRange(query: string): Record<string, string | number> {
    const nanos = (seconds: number) => `${Math.round(seconds * 1000)}000000`;
    const { from, to } = this.window;
    return { query, start: nanos(from), end: nanos(to), step: STEP, limit: 1000, direction: 'backward' };
  }

  /** Edges of which every figure is there that the graph shows; 0 where one of its metrics is missing altogether. */
  private async edges(): Promise<number> {
    const counts = SERVICE_GRAPH.map((metric) =>
      this.now(expand(`sum by (client, server) (rate(${metric}[$__range]))`, this.values)),
    );
    return Math.min(...(await Promise.all(counts)));
  }

  private async labelValues(text: string): Promise<number> {
    const [, metric, label] = LABEL_VALUES.exec(text) ?? [];
    if (!metric || !label) throw new Error(`not understood: ${text}`);
    const { from: start, to: end } = this.window;
    const path = `/api/v1/label/${label}/values`;
    return (await this.get('prometheus', path, { 'match[]': metric, start, end })).data.length;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each API has its own form.
  private async get(backend: keyof BackendUrls, path: string, params: object): Promise<any> {
    const answer = await axios.get(`${this.urls[backend]}${path}`, {
      ...{ params, proxy: false, timeout: 30_000, validateStatus: () => true },
    });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(answer.data)}`);
    return answer.data;
  }
}

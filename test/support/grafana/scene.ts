import { readFileSync } from 'node:fs';
import { annotationsOf } from '../../../cli/experiment/annotations.ts';
import { nowSeconds } from '../../../cli/shared/clock.ts';
import type { BackendUrls, StackStatus } from '../../../cli/stack/stack.ts';
import type { Window } from '../../../reports/record/common.ts';
import { type RunRecord, runRecordSchema } from '../../../reports/record/record.ts';
import { markdown } from '../../../reports/renderers/markdown.ts';
import type { User } from '../cli.ts';
import { Asker } from './asker.ts';
import { type Dashboard, dashboards, dataSources } from './files.ts';
import { expand } from './macros.ts';
import { type ExampleSpan, type Question, questionsOf, spanQuestions } from './questions.ts';

/** One link of a report into Explore, as Grafana would read it: what it asks, of which window. */
export interface ReportLink {
  question: Question | { where: string; kind: 'trace'; text: string };
  window: Window;
}

const KINDS = { prometheus: 'promql', loki: 'logql' } as const;

const ofPane = (address: string): ReportLink => {
  const { run } = JSON.parse(new URL(address).searchParams.get('panes')!);
  const [{ expr, query, datasource }] = run.queries;
  const uid = datasource.uid as keyof BackendUrls;
  const tempo = /^[0-9a-f]{32}$/.test(query ?? '') ? 'trace' : 'traceql';
  const kind = uid === 'tempo' ? tempo : KINDS[uid];
  const text: string = expr ?? query;
  return {
    question: { where: `report / ${uid}`, kind, text },
    window: { from: Number(run.range.from) / 1000, to: Number(run.range.to) / 1000 },
  };
};

/** A stack with a run behind it, asked as Grafana asks it. */
export class GrafanaScene {
  readonly asker: Asker;
  readonly urls: BackendUrls;

  private constructor(
    readonly record: RunRecord,
    status: StackStatus,
    private readonly window: Window,
  ) {
    this.urls = status.endpoints!.backends!;
    this.asker = this.askerOf(window);
  }

  /** Breaks the stack that is up under load. A run that hurts nobody gives dashboards of errors nothing to show. */
  static async afterRun(user: User, ...options: string[]): Promise<GrafanaScene> {
    const from = nowSeconds();
    const { stdout, stderr } = await user.run(['run', '--telemetry', 'grafana', ...options, '--json']);
    if (!stdout) throw new Error(`the run has no result: ${stderr}`);
    const { record: file } = JSON.parse(stdout) as { record: string };
    const parsed = runRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return new GrafanaScene(parsed, await user.json<StackStatus>(['status']), { from, to: nowSeconds() });
  }

  private get variables(): Record<string, string> {
    return { service: 'api', search: '', run: this.record.runId, slow: '100ms' };
  }

  askerOf(window: Window): Asker {
    return new Asker(this.urls, window, this.variables);
  }

  /** Tags of the dashboard's annotations of ours that no annotation of the run carries. */
  unmatchedTags(dashboard: Dashboard): string[][] {
    const written = annotationsOf(this.record).map(({ tags }) => tags);
    const values = { variables: this.variables, range: 1, interval: 1, rateInterval: 1 };
    return dashboard.annotations.list
      .flatMap(({ target }) =>
        target?.type === 'tags' ? [target.tags.map((tag) => expand(tag, values))] : [],
      )
      .filter((wanted) => !written.some((tags) => wanted.every((tag) => tags.includes(tag))));
  }

  /** A server span of api whose trace failed, found by the exemplars of the error panel. */
  async failedSpan(): Promise<ExampleSpan> {
    const text = dashboards()
      .flatMap(questionsOf)
      .find(({ where, kind }) => kind === 'exemplars' && where.includes('/ Error rate /'))!.text;
    const ids = await this.asker.exemplars(expand(text, this.macros));
    for (const traceId of ids.reverse()) {
      const attributes = serverAttributes(await this.asker.trace(traceId));
      if (attributes) return { traceId, attributes };
    }
    throw new Error(`none of ${ids.length} exemplars leads to a server span`);
  }

  spanQuestions(span: ExampleSpan): Question[] {
    const { prometheus, loki, tempo } = this.urls;
    const environment = { PROMETHEUS_URL: prometheus, LOKI_URL: loki, TEMPO_URL: tempo };
    const source = dataSources(environment).find(({ uid }) => uid === 'tempo')!;
    return spanQuestions(source, span);
  }

  /** Every link into Explore that the run's report has, or would have with a Grafana. */
  async reportLinks(): Promise<ReportLink[]> {
    const { files } = await markdown({ ...this.record, grafana: this.record.grafana ?? 'http://grafana' });
    const found = files[0]!.content.matchAll(/\]\((http:[^)]*\/explore[^)]*)\)/g);
    return [...new Set([...found].map(([, address]) => address!))].map(ofPane);
  }

  private get macros() {
    const range = Math.ceil(this.window.to - this.window.from);
    return { variables: this.variables, range, interval: 5, rateInterval: 20 };
  }
}

interface Attribute {
  key: string;
  value: { stringValue?: string };
}

const named = (attributes: Attribute[] = []): Record<string, string> =>
  Object.fromEntries(
    attributes.flatMap(({ key, value }) => (value.stringValue ? [[key, value.stringValue]] : [])),
  );

/** Attributes of api's server span, its resource's included, as Grafana shows them; null where the trace has none. */
// biome-ignore lint/suspicious/noExplicitAny: Tempo's own form.
const serverAttributes = (batches: any[]): Record<string, string> | null => {
  for (const { resource, scopeSpans } of batches) {
    const shared = named(resource?.attributes);
    const spans = (scopeSpans ?? []).flatMap(({ spans }: { spans: unknown[] }) => spans);
    // biome-ignore lint/suspicious/noExplicitAny: Tempo's own form.
    const server = spans.find(({ kind }: any) => kind === 'SPAN_KIND_SERVER');
    if (server && shared['service.name'] === 'api') return { ...shared, ...named(server.attributes) };
  }
  return null;
};

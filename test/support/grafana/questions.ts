import type { AnnotationQuery, Dashboard, DataSource, Panel, Target, Variable } from './files.ts';

/** One thing that Grafana asks a back end: what for, of which kind, and its text before anything is filled in. */
export interface Question {
  /** Dashboard, panel and refId; or the data source and its link. */
  where: string;
  kind: 'promql' | 'promql-instant' | 'exemplars' | 'logql' | 'traceql' | 'service-graph' | 'label-values';
  text: string;
}

const ofTarget = (where: string, target: Target): Question[] => {
  const { datasource, expr = '', query = '', queryType, exemplar, instant } = target;
  if (datasource.type === 'loki') return [{ where, kind: 'logql', text: expr }];
  if (datasource.type === 'tempo')
    return [{ where, kind: queryType === 'serviceMap' ? 'service-graph' : 'traceql', text: query }];
  return [
    { where, kind: instant ? 'promql-instant' : 'promql', text: expr },
    ...(exemplar ? [{ where: `${where}, exemplars`, kind: 'exemplars' as const, text: expr }] : []),
  ];
};

const ofPanel = ({ title: dashboard }: Dashboard, { title, targets = [] }: Panel): Question[] =>
  targets.flatMap((target) => ofTarget(`${dashboard} / ${title} / ${target.refId}`, target));

const ofAnnotation = (dashboard: Dashboard, { name, expr }: AnnotationQuery): Question[] =>
  expr ? [{ where: `${dashboard.title} / annotation ${name}`, kind: 'promql', text: expr }] : [];

const ofVariable = (dashboard: Dashboard, { type, name, datasource, query }: Variable): Question[] => {
  if (type !== 'query' || typeof query === 'string') return [];
  if (datasource?.type !== 'prometheus')
    throw new Error(`${name} asks ${datasource?.type}, which nobody checks`);
  const where = `${dashboard.title} / variable ${name}`;
  return [{ where, kind: 'label-values', text: String(query.query) }];
};

/** Everything that the dashboard asks Prometheus, Loki and Tempo. */
export const questionsOf = (dashboard: Dashboard): Question[] => [
  ...dashboard.panels.flatMap((panel) => ofPanel(dashboard, panel)),
  ...dashboard.annotations.list.flatMap((annotation) => ofAnnotation(dashboard, annotation)),
  ...dashboard.templating.list.flatMap((variable) => ofVariable(dashboard, variable)),
];

/** A span to go on from: its attributes as the data source's `tags` name them. */
export interface ExampleSpan {
  traceId: string;
  attributes: Record<string, string>;
}

/**
 * What a click on that span asks: its log lines, and the metrics around it. `$__tags` is filled in as Grafana does: the
 * attributes that the span has, under the names that they are mapped to.
 */
export const spanQuestions = ({ jsonData }: DataSource, { traceId, attributes }: ExampleSpan): Question[] => {
  const { tracesToLogsV2: logs, tracesToMetrics: metrics } = jsonData;
  const tags = metrics.tags.flatMap(({ key, value }: { key: string; value?: string }) =>
    attributes[key] === undefined ? [] : [`${value ?? key}="${attributes[key]}"`],
  );
  return [
    {
      where: 'Tempo / trace to logs',
      kind: 'logql',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
      text: logs.query.replaceAll('${__trace.traceId}', traceId),
    },
    ...metrics.queries.map(({ name, query }: { name: string; query: string }) => ({
      where: `Tempo / trace to metrics / ${name}`,
      kind: 'promql',
      text: query.replaceAll('$__tags', tags.join(', ')),
    })),
  ];
};

/** Metrics of exporters and others that only containers have. */
const ONLY_CONTAINERS = /\b(pg|redis|traefik|minio)_\w+/;

export const needsContainers = ({ text }: Question): boolean => ONLY_CONTAINERS.test(text);

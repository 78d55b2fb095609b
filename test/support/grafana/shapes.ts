import { resolve } from 'node:path';
import ts from 'typescript';

/**
 * Grafana's own schema of a dashboard, narrowed to the panels and queries that ours have. Where the schema leaves a part
 * to a plugin (`unknown`), that plugin's own types stand in its place; Prometheus' are not in the package, and follow
 * npm:@grafana/prometheus (dataquery.d.ts, and PrometheusAnnotationQuery).
 */
const SHAPES = `
import type * as raw from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen';
import type { DataQuery } from '@grafana/schema';
import type * as annolist from '@grafana/schema/dist/esm/raw/composable/annotationslist/panelcfg/x/AnnotationsListPanelCfg_types.gen';
import type * as logs from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import type * as nodes from '@grafana/schema/dist/esm/raw/composable/nodegraph/panelcfg/x/NodeGraphPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as graph from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type { LokiDataQuery } from '@grafana/schema/dist/esm/raw/composable/loki/dataquery/x/LokiDataQuery_types.gen';
import type { TempoQuery } from '@grafana/schema/dist/esm/raw/composable/tempo/dataquery/x/TempoDataQuery_types.gen';

/** As JSON writes it: an enumeration by its text. */
type Json<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends (infer Item)[] ? Json<Item>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

interface PromQuery extends DataQuery {
  expr: string; range?: boolean; instant?: boolean; exemplar?: boolean; legendFormat?: string; editorMode?: 'code' | 'builder';
  format?: 'time_series' | 'table' | 'heatmap'; interval?: string;
}
type Loki = Omit<LokiDataQuery, 'queryType'> & { queryType?: 'range' | 'instant'; datasource: { type: 'loki'; uid: string } };
type Tempo = Omit<TempoQuery, 'queryType'> & { queryType: 'traceql' | 'serviceMap'; datasource: { type: 'tempo'; uid: string } };
type Prom = Omit<PromQuery, 'datasource'> & { datasource: { type: 'prometheus'; uid: string } };
type Config<Custom> = { defaults: Omit<raw.FieldConfig, 'custom'> & { custom?: Custom }; overrides: raw.FieldConfigSource['overrides'] };
type PanelOf<Type, Options, Custom, Query> = Omit<raw.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Type; options: Options; fieldConfig?: Config<Custom>; targets?: Query[];
};
type AnyPanel =
  | PanelOf<'timeseries', graph.Options, graph.FieldConfig, Prom | Loki>
  | PanelOf<'stat', stat.Options, never, Prom>
  | PanelOf<'logs', logs.Options, never, Loki>
  | PanelOf<'table', table.Options, table.FieldConfig, Tempo>
  | PanelOf<'nodeGraph', nodes.Options, never, Tempo>
  | PanelOf<'annolist', annolist.Options, never, never>
  | (Omit<raw.RowPanel, 'type'> & { type: 'row' });
type Annotation =
  | raw.AnnotationQuery
  | (raw.AnnotationQuery & { expr: string; step?: string; titleFormat?: string; textFormat?: string; tagKeys?: string });
type Variable = raw.VariableModel & { definition?: string };
export type Shape = Json<
  Omit<raw.Dashboard, 'panels' | 'templating' | 'annotations'> & {
    panels: AnyPanel[]; annotations: { list: Annotation[] }; templating: { list: Variable[] };
  }
>;
`;

const FILE = resolve('test/support/grafana/dashboards.generated.ts');

/** What TypeScript has to say against the dashboards, by their names, as Grafana's schema of them. */
export const shapeProblems = (dashboards: Record<string, string>): string[] => {
  const literals = Object.entries(dashboards).map(
    ([name, json]) => `export const _${name.replace(/\W/g, '_')}: Shape = ${json};`,
  );
  const source = [SHAPES, ...literals].join('\n');
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === FILE || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === FILE ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest);
  const program = ts.createProgram([FILE], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start, file }) => {
    const line = file && start !== undefined ? file.text.slice(start, start + 80).split('\n')[0] : '';
    return `${ts.flattenDiagnosticMessageText(messageText, ' ')} at ${line}`;
  });
};

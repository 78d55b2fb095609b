import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { provisioned } from './macros.ts';

/** As a dashboard's file has it; only what the tests look at. */
export interface Target {
  refId: string;
  datasource: DataSourceRef;
  expr?: string;
  query?: string;
  queryType?: string;
  exemplar?: boolean;
  instant?: boolean;
}

export interface DataSourceRef {
  type: string;
  uid: string;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: DataSourceRef;
  targets?: Target[];
  options?: Record<string, unknown>;
}

export interface Variable {
  type: string;
  name: string;
  datasource?: DataSourceRef;
  query: string | Record<string, unknown>;
}

export interface AnnotationQuery {
  name: string;
  datasource: DataSourceRef;
  expr?: string;
  builtIn?: number;
  target?: { type: string; tags: string[]; matchAny: boolean };
}

export interface Dashboard {
  uid: string;
  title: string;
  links: { url: string }[];
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list: AnnotationQuery[] };
}

export interface DataSource {
  uid: string;
  type: string;
  url: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type has its own.
  jsonData: any;
}

const GRAFANA = resolve('infra/grafana');

/** Text of every dashboard by file name. */
export const dashboardTexts = (): Record<string, string> => {
  const folder = join(GRAFANA, 'dashboards');
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
};

export const dashboards = (): Dashboard[] => Object.values(dashboardTexts()).map((text) => JSON.parse(text));

/** A file of the provisioning, with its strings as Grafana would have read them. */
export const provisioning = (file: string, environment: Record<string, string>): unknown => {
  const read = (value: unknown): unknown => {
    if (typeof value === 'string') return provisioned(value, environment);
    if (Array.isArray(value)) return value.map(read);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item)]));
  };
  return read(parse(readFileSync(join(GRAFANA, 'provisioning', file), 'utf8')));
};

/** The data sources; `environment` has the addresses. */
export const dataSources = (environment: Record<string, string>): DataSource[] =>
  (provisioning('datasources/datasources.yaml', environment) as { datasources: DataSource[] }).datasources;

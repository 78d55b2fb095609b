import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { dashboards, provisioning } from '../../support/grafana/files.ts';
import { variablesIn } from '../../support/grafana/macros.ts';

/** What Grafana may expand in the provisioning; anything else would become an empty text without a word. */
const ENVIRONMENT = {
  PROMETHEUS_URL: 'http://prometheus:9090',
  LOKI_URL: 'http://loki:3100',
  TEMPO_URL: 'http://tempo:3200',
};

const shift = z.string().regex(/^-?\d+(ms|s|m|h)$/);
const tag = z.strictObject({ key: z.string(), value: z.string().optional() });
const common = {
  name: z.string(),
  uid: z.string(),
  access: z.literal('proxy'),
  url: z.url(),
  isDefault: z.boolean().optional(),
  editable: z.boolean(),
};

/**
 * Names and types of the settings. Sources: Grafana, pkg/services/provisioning/datasources/types.go; npm:
 * @grafana/prometheus (PromOptions), @grafana/o11y-ds-frontend (TraceToLogsOptionsV2, TraceToMetricsOptions,
 * NodeGraphOptions, SpanBarOptions); public/app/plugins/datasource/loki/types.ts (LokiOptions).
 */
const prometheusSchema = z.strictObject({
  ...common,
  type: z.literal('prometheus'),
  jsonData: z.strictObject({
    httpMethod: z.enum(['GET', 'POST']),
    prometheusType: z.enum(['Cortex', 'Mimir', 'Prometheus', 'Thanos']),
    timeInterval: z.string().regex(/^\d+s$/),
    exemplarTraceIdDestinations: z.array(
      z.strictObject({
        name: z.string(),
        datasourceUid: z.string(),
        url: z.string().optional(),
        urlDisplayLabel: z.string().optional(),
      }),
    ),
  }),
});
const lokiSchema = z.strictObject({
  ...common,
  type: z.literal('loki'),
  jsonData: z.strictObject({
    maxLines: z.number().int().positive(),
    derivedFields: z.array(
      z.strictObject({
        name: z.string(),
        matcherRegex: z.string(),
        matcherType: z.enum(['label', 'regex']),
        datasourceUid: z.string(),
        url: z.string(),
        urlDisplayLabel: z.string().optional(),
      }),
    ),
  }),
});
const tempoSchema = z.strictObject({
  ...common,
  type: z.literal('tempo'),
  jsonData: z.strictObject({
    tracesToLogsV2: z.strictObject({
      datasourceUid: z.string(),
      customQuery: z.literal(true),
      query: z.string(),
      spanStartTimeShift: shift,
      spanEndTimeShift: shift,
    }),
    tracesToMetrics: z.strictObject({
      datasourceUid: z.string(),
      spanStartTimeShift: shift,
      spanEndTimeShift: shift,
      tags: z.array(tag),
      queries: z.array(z.strictObject({ name: z.string(), query: z.string() })).min(1),
    }),
    serviceMap: z.strictObject({ datasourceUid: z.string() }),
    nodeGraph: z.strictObject({ enabled: z.literal(true) }),
    spanBar: z.strictObject({ type: z.enum(['None', 'Duration', 'Tag']), tag: z.string().optional() }),
  }),
});
const sourcesSchema = z.strictObject({
  apiVersion: z.literal(1),
  prune: z.boolean(),
  datasources: z.tuple([prometheusSchema, lokiSchema, tempoSchema]),
});
const providersSchema = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.tuple([
    z.strictObject({
      name: z.string(),
      folder: z.string(),
      type: z.literal('file'),
      allowUiUpdates: z.boolean(),
      disableDeletion: z.boolean(),
      updateIntervalSeconds: z.number().int().positive(),
      options: z.strictObject({ path: z.string(), foldersFromFilesStructure: z.boolean() }),
    }),
  ]),
});

const sources = sourcesSchema.parse(provisioning('datasources/datasources.yaml', ENVIRONMENT)).datasources;
const [prometheus, loki, tempo] = sources;

/** Every text of the value. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
};

test('every data source is where the environment says', () => {
  expect(sources.map(({ uid, url }) => `${uid} ${url}`)).toEqual([
    'prometheus http://prometheus:9090',
    'loki http://loki:3100',
    'tempo http://tempo:3200',
  ]);
  expect(sources.filter(({ isDefault }) => isDefault).map(({ uid }) => uid)).toEqual(['prometheus']);
});

test('every link leads to a data source that is there, and there are all of them', () => {
  const { tracesToLogsV2, tracesToMetrics, serviceMap } = tempo.jsonData;
  const links = {
    'exemplar to trace': prometheus.jsonData.exemplarTraceIdDestinations[0]!.datasourceUid,
    'log line to trace': loki.jsonData.derivedFields[0]!.datasourceUid,
    'trace to logs': tracesToLogsV2.datasourceUid,
    'trace to metrics': tracesToMetrics.datasourceUid,
    'service graph': serviceMap.datasourceUid,
  };
  expect(links).toEqual({
    'exemplar to trace': 'tempo',
    'log line to trace': 'tempo',
    'trace to logs': 'loki',
    'trace to metrics': 'prometheus',
    'service graph': 'prometheus',
  });
});

test("what is left for Grafana to fill in are Grafana's own variables", () => {
  const left = new Set(
    textsIn(sources).flatMap((text) => [...text.matchAll(/\$\{?([\w.]+)/g)].map(([, name]) => name)),
  );
  expect([...left].sort()).toEqual(['__tags', '__trace.traceId', '__value.raw']);
  expect(variablesIn(prometheus.url)).toEqual([]);
});

test('a name that the environment does not have is refused, not emptied', () => {
  expect(() => provisioning('datasources/datasources.yaml', {})).toThrow(/PROMETHEUS_URL/);
});

test('the container of Grafana has the addresses, the provisioning, and the dashboards where they are looked for', () => {
  const [provider] = providersSchema.parse(provisioning('dashboards/dashboards.yaml', ENVIRONMENT)).providers;
  const { grafana } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }).services;
  expect(grafana.environment).toMatchObject(ENVIRONMENT);
  // Folder by folder: hidden by a mount, the image's own `plugins` and `alerting` are missed with errors at each start.
  const mounted = readdirSync('infra/grafana/provisioning').map(
    (folder) => `./infra/grafana/provisioning/${folder}:/etc/grafana/provisioning/${folder}:ro`,
  );
  const below = (grafana.volumes as string[]).filter((volume) =>
    volume.includes('/etc/grafana/provisioning'),
  );
  expect(below.sort()).toEqual(mounted.sort());
  expect(grafana.volumes).toContain(`./infra/grafana/dashboards:${provider.options.path}:ro`);
  expect(dashboards()).toHaveLength(3);
});

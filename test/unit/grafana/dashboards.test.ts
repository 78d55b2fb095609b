import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type DataSourceRef, dashboards, dashboardTexts, dataSources } from '../../support/grafana/files.ts';
import { expand, variablesIn } from '../../support/grafana/macros.ts';
import { questionsOf } from '../../support/grafana/questions.ts';

const all = dashboards();
const ADDRESSES = { PROMETHEUS_URL: 'http://p', LOKI_URL: 'http://l', TEMPO_URL: 'http://t' };
/** By uid the type; Grafana's own, which keeps annotations, is always there. */
const KNOWN = new Map([
  ...dataSources(ADDRESSES).map(({ uid, type }) => [uid, type] as const),
  ['-- Grafana --', 'grafana'] as const,
]);

/** Every object of the value that names a data source. */
const referencesIn = (value: unknown): DataSourceRef[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'datasource' ? [item as DataSourceRef] : referencesIn(item),
  );
};

test('each file holds the dashboard of its name', () => {
  for (const [file, text] of Object.entries(dashboardTexts()))
    expect(`${JSON.parse(text).uid}.json`).toBe(file);
  expect(all.map(({ uid }) => uid).sort()).toEqual(['experiment', 'infrastructure', 'platform-overview']);
});

describe.each(all.map((dashboard) => [dashboard.title, dashboard] as const))('%s', (_title, dashboard) => {
  const { panels } = dashboard;

  test('has no panel id twice, no panel title twice, and a query in every panel that shows data', () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const titles = panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const { type, title, targets = [] } of panels)
      expect(targets.length > 0, title).toBe(!['row', 'annolist'].includes(type));
  });

  test('lays its panels side by side, none over another', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos: at } of panels) {
      expect(at.x + at.w, title).toBeLessThanOrEqual(24);
      for (let x = at.x; x < at.x + at.w; x++)
        for (let y = at.y; y < at.y + at.h; y++) {
          expect(taken.get(`${x} ${y}`), `${title} lies over it`).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
    }
  });

  test('asks only data sources that are provisioned, each as what it is', () => {
    const references = referencesIn(dashboard);
    expect(references.length).toBeGreaterThan(panels.length / 2);
    for (const { uid, type } of references) expect(type, uid).toBe(KNOWN.get(uid));
  });

  test('uses no variable that nothing sets', () => {
    const variables = Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, 'x']));
    const values = { variables, range: 60, interval: 5, rateInterval: 20 };
    for (const { text } of questionsOf(dashboard)) expect(() => expand(text, values)).not.toThrow();
    for (const { target } of dashboard.annotations.list)
      for (const tag of target?.tags ?? []) expect(() => expand(tag, values)).not.toThrow();
  });

  test('sets no variable that nothing uses', () => {
    const annotations = dashboard.annotations.list.flatMap(({ target }) => target?.tags ?? []);
    const texts = [...questionsOf(dashboard).map(({ text }) => text), ...annotations];
    const used = new Set(texts.flatMap(variablesIn));
    for (const { name } of dashboard.templating.list) expect(used, name).toContain(name);
  });

  test('leads only to dashboards that are there', () => {
    for (const { url } of dashboard.links) expect(all.map(({ uid }) => `/d/${uid}`)).toContain(url);
  });
});

test('Prometheus keeps of the back ends what the dashboards show of them', () => {
  const { scrape_configs } = parse(readFileSync('infra/prometheus/prometheus.yaml', 'utf8'));
  const job = scrape_configs.find(({ job_name }: { job_name: string }) => job_name === 'backends');
  const kept = new RegExp(`^(?:${job.metric_relabel_configs[0].regex})$`);
  const shown = all
    .flatMap(questionsOf)
    .flatMap(({ text }) => text.match(/\b(?:prometheus|loki|tempo|minio)_[a-z0-9_]+/g) ?? []);
  expect(shown.length).toBeGreaterThan(10);
  for (const name of shown) expect(name).toMatch(kept);
});

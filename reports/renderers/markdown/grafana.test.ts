import { describe, expect, it } from 'vitest';
import { downstreamTimeoutEvidence } from '../../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../../test/fixtures/evidence/record.ts';
import type { Spike } from '../../record/findings.ts';
import { markdown } from '../markdown.ts';
import { grafanaText } from './grafana.ts';
import { metricQuery, traceQuery } from './spike-queries.ts';

const plainRecord = recordOf(downstreamTimeoutEvidence());
const record = { ...plainRecord, grafana: 'http://127.0.0.1:3000' };
const { spikes } = record.findings!;

/** The panes of every link into Explore that the text has. */
const panesIn = (text: string) =>
  [...text.matchAll(/\]\((http:[^)]*\/explore[^)]*)\)/g)].map(
    ([, address]) => JSON.parse(new URL(address!).searchParams.get('panes')!).run,
  );

const spike = (changes: Partial<Spike>): Spike => ({ ...spikes[0]!, ...changes });

describe('a report of a stack with a Grafana', () => {
  const report = markdown(record).then(({ files }) => files[0]!.content);

  it('leads to every trace that it names', async () => {
    const named = new Set([...(await report).matchAll(/`([0-9a-f]{32})`/g)].map(([, id]) => id));
    const linked = new Set(panesIn(await report).map(({ queries }) => queries[0].query));
    expect(named.size).toBeGreaterThan(3);
    for (const id of named) expect(linked).toContain(id);
  });

  it('leads from each spike to its figure, traces and lines, in a window that holds it', () => {
    for (const one of spikes) {
      const panes = panesIn(grafanaText(record).spike(one)!);
      expect(panes.map(({ datasource }) => datasource)).toEqual(['prometheus', 'tempo', 'loki']);
      for (const { range } of panes) {
        expect(Number(range.from)).toBeLessThan(one.onset * 1000);
        expect(Number(range.to)).toBeGreaterThan((one.endedAt ?? one.peakAt) * 1000);
      }
    }
  });

  it('leads to the run on its dashboard', async () => {
    expect(await report).toContain('/d/experiment?orgId=1&from=');
    expect(await report).toContain(`&var-run=${record.runId}`);
  });

  it('says the same without one, only without links', async () => {
    const without = (await markdown(plainRecord)).files[0]!.content;
    const stripped = (await report)
      .replace(/\n\nIn Grafana: .*\./g, '')
      .replace(/; \[this run in Grafana\]\([^)]*\)/, '')
      .replace(/\[(`[^`]+`)\]\([^)]*\)/g, '$1');
    expect(stripped).toBe(without);
    expect(without).not.toContain('Grafana:');
  });
});

it('is led nowhere else by what telemetry is called', async () => {
  const hostile = ')](http://evil/) `[x](http://evil/)` <a href="http://evil/">\n\\"}';
  const operations = { abnormal: [`GET ${hostile}`], of: 3 };
  const findings = {
    ...record.findings!,
    spikes: spikes.map((one) => ({ ...one, service: hostile, operation: null, operations })),
    alerts: [
      {
        ...{ name: hostile, state: 'firing' as const, labels: { severity: 'page' } },
        ...{ activeAt: spikes[0]!.onset, firedAt: spikes[0]!.onset, endedAt: null },
      },
    ],
  };
  const report = (await markdown({ ...record, findings })).files[0]!.content;
  const addresses = [...report.matchAll(/\]\((https?:[^\s)]*)\)/g)].map(([, address]) => address!);
  expect(addresses.filter((address) => decodeURIComponent(address).includes('evil')).length).toBeGreaterThan(
    3,
  );
  // What a reader of Markdown would take for a link stands in code, where it is none.
  const outside = report.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
  for (const [, address] of outside.matchAll(/\]\((https?:[^\s)]*)\)/g))
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:3000\//);
});

describe('what a spike is asked by', () => {
  it("is the client's error ratio, of the operation that stands out", () => {
    const query = metricQuery(
      spike({ viewpoint: 'client', sli: 'client-errors', kind: 'error', operation: 'GET /products/:id' }),
    );
    const labels = 'service_name="k6", span_kind="SPAN_KIND_INTERNAL", span_name=~"GET /products/:id"';
    expect(query).toBe(
      `sum(rate(traces_span_metrics_calls_total{${labels}, status_code="STATUS_CODE_ERROR"}[10s])) / ` +
        `sum(rate(traces_span_metrics_calls_total{${labels}}[10s]))`,
    );
  });

  it("is the server's p95, of the routes that left their steady state", () => {
    const operations = { abnormal: ['GET /a', 'POST /b.c'], of: 4 };
    const query = metricQuery(
      spike({ viewpoint: 'server', sli: 'server-latency', kind: 'latency', operation: null, operations }),
    );
    const labels = String.raw`service_name="api", http_request_method=~"GET|POST", http_route=~"/a|/b\\.c"`;
    expect(query).toBe(
      `histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{${labels}}[10s])))`,
    );
  });

  it('is every operation where all of them left it', () => {
    const operations = { abnormal: ['GET /a', 'POST /b'], of: 2 };
    expect(metricQuery(spike({ viewpoint: 'server', operation: null, operations }))).not.toContain(
      'http_route',
    );
  });

  it('are traces slower than half-way to the peak, or those that failed', () => {
    const slow = spike({ viewpoint: 'server', kind: 'latency', baseline: 0.1, peak: 1.9 });
    expect(traceQuery(slow)).toBe('{resource.service.name="api" && duration>1000ms}');
    expect(traceQuery(spike({ viewpoint: 'client', kind: 'error' }))).toBe(
      '{resource.service.name="k6" && status=error}',
    );
  });

  it('cannot be broken out of by a name', () => {
    const service = 'api"} or vector(1) #';
    const query = metricQuery(spike({ viewpoint: 'server', service, operation: null }));
    expect(query).toContain(String.raw`service_name="api\"} or vector(1) #"`);
    expect(traceQuery(spike({ viewpoint: 'server', service }))).toContain(
      String.raw`"api\"} or vector(1) #"`,
    );
  });
});

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nowSeconds } from '../../cli/shared/clock.ts';
import type { BackendName } from '../../cli/stack/local/telemetry-plan.ts';
import { MetricsTarget } from '../contract/metrics-target.ts';
import { sendOtlp } from '../contract/send-otlp.ts';
import { makeTraffic, type Request } from '../contract/traffic.ts';
import { logRequest, traceRequest } from '../contract/traffic-otlp.ts';
import {
  eventually,
  exemplarsOf,
  lokiLines,
  prometheusSamples,
  tempoFinds,
  tempoTrace,
} from '../support/ask-backends.ts';
import { RealBackends } from '../support/real-backends.ts';
import { remoteWrite } from '../support/remote-write.ts';

/** A failed request of the contract's traffic, served by api-2, with a trace id of its own. */
const failedRequest = (): Request => {
  const traceId = randomBytes(16).toString('hex');
  const { spans, logs, ...rest } = makeTraffic(nowSeconds() - 1).find(({ status }) => status >= 500)!;
  const own = <T extends object>(items: T[]): T[] => items.map((item) => ({ ...item, traceId }));
  return { ...rest, traceId, spans: own(spans), logs: own(logs) };
};

const gauge = (name: string, value: number) => ({
  resourceMetrics: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'api' } },
          { key: 'service.instance.id', value: { stringValue: 'api-1' } },
        ],
      },
      scopeMetrics: [
        {
          scope: { name: 'probe', version: '1' },
          metrics: [
            {
              name,
              unit: 's',
              gauge: { dataPoints: [{ timeUnixNano: `${Date.now()}000000`, asDouble: value }] },
            },
          ],
        },
      ],
    },
  ],
});

let backends: RealBackends;
let target: MetricsTarget;

/** The request's spans and log lines, by OTLP. */
const sendRequest = async ({ spans, logs }: Request): Promise<void> => {
  const answers = await Promise.all([
    sendOtlp(backends.otlpUrl, 'traces', traceRequest(spans), 'protobuf'),
    sendOtlp(backends.otlpUrl, 'logs', logRequest(logs), 'json'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
};

beforeAll(async () => {
  backends = await RealBackends.start();
  target = new MetricsTarget('api-2');
  await target.listen();
  backends.scrape([{ service: 'api', instance: 'api-2', url: new URL(target.url).origin }]);
});
afterAll(async () => {
  await target?.close();
  await backends?.stop();
});

describe('each signal arrives', () => {
  const request = failedRequest();

  test('a trace in Tempo: by id, and by TraceQL', async () => {
    await sendRequest(request);
    const trace = await tempoTrace(backends.urls.tempo, request.traceId);
    const spans = trace.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope: { spans: object[] }) => scope.spans),
    );
    expect(spans).toHaveLength(request.spans.length);
    await tempoFinds(
      backends.urls.tempo,
      '{status=error && resource.service.instance.id="api-2"}',
      request.traceId,
    );
  });

  test('a log line in Loki: the trace and the replica are metadata of the line, not labels', async () => {
    const [line] = await lokiLines(backends.urls.loki, 'api', request.traceId);
    expect(line!.values[0]![1]).toBe('no stock');
    expect(line!.stream).toMatchObject({
      service_name: 'api',
      service_instance_id: 'api-2',
      trace_id: request.traceId,
      severity_text: 'error',
    });
    const labels = await eventually(backends.urls.loki, '/loki/api/v1/labels', {}, ({ data }) => data);
    expect(labels).toEqual(['service_name']);
  });

  test('a scraped histogram in Prometheus, with its exemplar', async () => {
    target.observe(request);
    const selector =
      'http_server_request_duration_seconds_bucket{service_name="api",service_instance_id="api-2"}';
    const [found] = await exemplarsOf(backends.urls.prometheus, selector, request.traceId);
    expect(found!.seriesLabels).toMatchObject({
      http_response_status_code: '503',
      job: 'api',
      instance: 'api-2',
    });
  });

  test('an OTLP metric in Prometheus, by service and replica, without its scope', async () => {
    await fetch(`${backends.otlpUrl}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(gauge('probe.delay', 0.25)),
    });
    const [sample] = await prometheusSamples(backends.urls.prometheus, 'probe_delay_seconds');
    expect(sample!.value[1]).toBe('0.25');
    expect(sample!.metric).toEqual({
      __name__: 'probe_delay_seconds',
      job: 'api',
      instance: 'api-1',
      service_name: 'api',
      service_instance_id: 'api-1',
    });
  });

  test('metrics of the spans in Prometheus, with their exemplars', async () => {
    const [found] = await exemplarsOf(
      backends.urls.prometheus,
      'traces_span_metrics_duration_seconds_bucket{span_kind="SPAN_KIND_SERVER"}',
      request.traceId,
    );
    expect(found!.seriesLabels).toMatchObject({
      service_name: 'api',
      service_instance_id: 'api-2',
      http_route: request.route,
      http_response_status_code: '503',
      status_code: 'STATUS_CODE_ERROR',
    });
    expect(found!.seriesLabels).not.toHaveProperty('collector_instance_id');
  });

  test('a sample by remote write in Prometheus', async () => {
    expect((await remoteWrite(backends.urls.prometheus, 'probe_written', 7)).ok).toBe(true);
    const [sample] = await prometheusSamples(backends.urls.prometheus, 'probe_written');
    expect(sample!.value[1]).toBe('7');
  });

  test("the collector's own counters in Prometheus", async () => {
    const accepted = await prometheusSamples(
      backends.urls.prometheus,
      'sum by (job) (otelcol_receiver_accepted_spans_total) > 0',
    );
    expect(accepted[0]!.metric).toEqual({ job: 'otelcol' });
    for (const name of ['exporter_queue_size', 'exporter_queue_capacity', 'exporter_sent_spans_total'])
      await prometheusSamples(backends.urls.prometheus, `otelcol_${name}`);
  });
});

test('every rule is evaluated without an error, and the RED of the service is recorded', async () => {
  const rules = await eventually(backends.urls.prometheus, '/api/v1/rules', {}, ({ data }) => {
    const all = (data.groups as { rules: { name: string; health: string; lastError?: string }[] }[]).flatMap(
      (group) => group.rules,
    );
    return all.some(({ health }) => health === 'unknown') ? undefined : all;
  });
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  expect(rules.map(({ name }) => name)).toContain('ErrorBudgetBurnFast');
  const recorded = await prometheusSamples(
    backends.urls.prometheus,
    'service:http_server_request_duration_seconds_count:rate1m',
  );
  expect(recorded.map(({ metric }) => metric.service_name)).toContain('api');
});

test('what the collector has taken survives the loss of the back ends, and of itself', async () => {
  await Promise.all((['tempo', 'loki'] as const).map((name) => backends.child(name).stop()));
  const request = failedRequest();
  await sendRequest(request);
  // Its counters move once the batch has left memory for the queue on disk.
  await queued();
  await killCollector();
  await Promise.all((['tempo', 'loki', 'otelcol'] as const).map((name) => backends.startOne(name)));
  const [trace, lines] = await Promise.all([
    tempoTrace(backends.urls.tempo, request.traceId),
    lokiLines(backends.urls.loki, 'api', request.traceId),
  ]);
  expect(trace.length).toBeGreaterThan(0);
  expect(lines[0]!.values[0]![1]).toBe('no stock');
});

const killCollector = async (): Promise<void> => {
  await backends.child('otelcol').hold(60);
  await backends.child('otelcol').stop();
};

/** Resolves when the queues of both, as Prometheus scrapes them, hold something. */
const queued = async (): Promise<void> => {
  const holding = (exporter: string) =>
    prometheusSamples(backends.urls.prometheus, `otelcol_exporter_queue_size{exporter="${exporter}"} > 0`);
  await Promise.all(['otlp_grpc/tempo', 'otlp_http/loki'].map(holding));
};

test('the end leaves no process and no file', async () => {
  const names: BackendName[] = ['otelcol', 'prometheus', 'loki', 'tempo'];
  const pids = names.map((name) => backends.child(name).component.pid!);
  for (const pid of pids) expect(process.kill(pid, 0)).toBe(true);
  await backends.stop();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(existsSync(backends.folder)).toBe(false);
});

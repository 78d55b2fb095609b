import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { collectEvidence } from '../../cli/telemetry/collect.ts';
import {
  type EmbeddedTelemetry,
  startEmbeddedTelemetry,
} from '../../cli/telemetry/embedded/embedded-telemetry.ts';
import { readEvidence, writeEvidence } from '../../cli/telemetry/evidence-files.ts';
import { settle } from '../../cli/telemetry/settle.ts';
import { type Evidence, evidenceSchema } from '../../reports/record/evidence.ts';
import { MetricsTarget } from '../contract/metrics-target.ts';
import { sendOtlp } from '../contract/send-otlp.ts';
import { makeTraffic, type Request } from '../contract/traffic.ts';
import { logRequest, traceRequest } from '../contract/traffic-otlp.ts';

const folder = mkdtempSync(join(tmpdir(), 'obsctl-evidence-'));
const targets = [new MetricsTarget('api-1'), new MetricsTarget('api-2')];
let telemetry: EmbeddedTelemetry;
let requests: Request[];
let from: number;
let loadEndedAt: number;

const NEVER_SENT = 'd'.repeat(32);
const LOST_EXEMPLAR = 'c'.repeat(32);

const observe = (request: Request) =>
  targets.find(({ instance }) => instance === request.instance)!.observe(request);

beforeAll(async () => {
  await Promise.all(targets.map((target) => target.listen()));
  from = nowSeconds() - 1;
  telemetry = await startEmbeddedTelemetry({
    file: join(folder, 'telemetry.duckdb'),
    targets: targets.map(({ service, instance, url }) => ({ service, instance, url })),
  });
  await telemetry.scrapeNow();
  requests = makeTraffic(nowSeconds() - 0.6);
  requests.slice(0, 28).forEach(observe);
  await telemetry.scrapeNow();
  // One instance starts again half-way: its counters begin at zero.
  targets[0]!.restart(2000);
  requests.slice(28).forEach(observe);
  // Its trace never arrives.
  observe({ ...requests[0]!, traceId: LOST_EXEMPLAR, duration: 9 });
  const spans = requests.flatMap((request) => request.spans);
  const logs = requests.flatMap((request) => request.logs);
  await sendOtlp(telemetry.otlpUrl, 'traces', traceRequest(spans), 'protobuf-gzip');
  await sendOtlp(telemetry.otlpUrl, 'logs', logRequest(logs), 'json-gzip');
  loadEndedAt = nowSeconds();
});

afterAll(async () => {
  await telemetry.close();
  await Promise.all(targets.map((target) => target.close()));
  rmSync(folder, { recursive: true, force: true });
});

const clientTraces = () =>
  [
    ...requests.map(({ traceId, status }, i) => ({ traceId, end: i, failed: status >= 500, answered: true })),
  ].concat({
    traceId: NEVER_SENT,
    end: 0,
    failed: true,
    answered: false,
  });

const collect = async (): Promise<Evidence> => {
  const settled = await settle(telemetry.source, {
    clientTraces: clientTraces(),
    loadEndedAt,
    timeoutSeconds: 20,
    clientService: 'load',
  });
  expect(settled.missing).toEqual({ traces: [], logs: [], metric: false });
  const window = { from, to: nowSeconds() + 1 };
  return collectEvidence(telemetry.source, {
    window,
    phases: [{ name: 'steady', ...window }],
    client: null,
    clientTraces: clientTraces(),
    load: null,
    incidents: [],
    entryService: 'api',
    clientService: 'load',
    droppedIterations: 0,
    ingestionLagSeconds: settled.ingestionLagSeconds,
  });
};

test('real telemetry becomes evidence that counts what is lost, and is read back from its files', async () => {
  const evidence = await collect();
  evidenceSchema.parse(evidence);
  const { completeness } = evidence;
  expect(completeness.clientTraces).toEqual({ sent: 57, arrived: 56, missing: 1 });
  expect(completeness.exemplars.collected).toBe(evidence.exemplars.length);
  expect(completeness.exemplars.unresolved).toBe(1);
  expect(completeness.failedQueries).toBe(0);
  expect(completeness.pipeline).toEqual({ accepted: 56 * 3 + 56, refused: 0, rejected: 0 });
  expect(completeness.traces).toEqual({ fetched: 56, complete: 56, partial: 0 });
  expect(evidence.logs.length).toBe(56);
  expect(JSON.stringify(evidence)).not.toMatch(/obsctl/);
  writeEvidence(folder, evidence);
  expect(readEvidence(folder)).toEqual(evidence);
});

test('a restart between two scrapes loses no request that came after it', async () => {
  const { value } = await telemetry.source.red({ from, to: nowSeconds() + 1 });
  const count = (of: 'requests' | 'errors') =>
    value.flatMap(({ points }) => points.map((point) => point[of])).reduce((a, b) => a + b, 0);
  expect(count('requests')).toBe(57);
  expect(count('errors')).toBe(requests.filter(({ status }) => status >= 500).length);
});

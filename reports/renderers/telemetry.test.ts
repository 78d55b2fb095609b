import { expect, it } from 'vitest';
import { poolAttribution } from '../../test/fixtures/evidence/attribution.ts';
import { downstreamTimeoutEvidence, quietEvidence } from '../../test/fixtures/evidence/index.ts';
import { fixtureFault, recordOf } from '../../test/fixtures/evidence/record.ts';
import type { Alert, Evidence, QueryRecord } from '../record/evidence.ts';
import type { TelemetryLoss } from '../record/findings.ts';
import type { RunRecord } from '../record/record.ts';
import { alerts } from './markdown/alerts.ts';
import { completeness } from './markdown/completeness.ts';
import { header } from './markdown/header.ts';
import { judged } from './markdown/judged.ts';
import { source } from './markdown/source.ts';
import { markdown } from './markdown.ts';

const simulated = downstreamTimeoutEvidence();
const { from } = simulated.phases.find(({ name }) => name === 'fault')!;

const query = (method: string, changes: Partial<QueryRecord> = {}): QueryRecord => ({
  ...{ method, text: '', window: null, rows: 10, seconds: 0.04, error: null, truncated: false },
  ...changes,
});

const alert = (name: string, activeAt: number, changes: Partial<Alert> = {}): Alert => ({
  ...{ name, state: 'firing', labels: { severity: 'page', service_name: 'api' }, activeAt },
  ...{ firedAt: null, endedAt: null, ...changes },
});

/** As the real back ends would have answered: some exemplars by search, a failed question, rules that fired. */
const evidence: Evidence = {
  ...simulated,
  source: {
    kind: 'grafana',
    detail: 'Prometheus 3.13.0 at http://127.0.0.1:9090, Loki 3.7.8, Tempo 2.8',
    degraded: ['Prometheus stores no exemplars: traces are found by TraceQL alone.'],
  },
  exemplars: simulated.exemplars.map((one) => ({
    ...one,
    origin: one.kind === 'duration' && (one.status ?? 0) < 500 ? 'metric' : 'trace-search',
  })),
  alerts: [
    alert('ErrorBudgetBurnFast', from + 4, { firedAt: from + 9, endedAt: from + 31 }),
    alert('ErrorBudgetBurnSlow', from + 6, { state: 'pending', labels: { severity: 'ticket' } }),
  ],
  queries: [
    query('red', { seconds: 0.8 }),
    query('searchTraces', { truncated: true }),
    query('logs', { truncated: true }),
    query('traces', { error: 'tempo: HTTP 500 for /api/traces' }),
    query('traces', { error: 'tempo: HTTP 500 for /api/traces' }),
  ],
  completeness: {
    ...simulated.completeness,
    ingestionLagSeconds: { trace: 0.41, log: null, metric: 0.87 },
    failedQueries: 2,
    crossCheck: {
      window: simulated.window,
      client: 1720,
      unanswered: 6,
      metrics: 1714,
      spans: 1690,
      disagreement: 0.0174,
      explanations: ['6 requests got no answer.', '24 spans never reached Tempo.'],
      unexplained: 0.014,
    },
  },
};

const record = recordOf(evidence);

/** `npx vitest run --project unit reports/renderers -u` writes it anew; read the difference before you commit it. */
it('says where the evidence came from, what was wrong with it, and who would have known', async () => {
  const text = [header(record), alerts(record), source(record), completeness(record)].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('../../test/golden/telemetry.md');
});

it('says first of all that telemetry was lost, and that nothing seen is no health', async () => {
  const quiet = recordOf(quietEvidence(), null);
  const loss: TelemetryLoss = {
    ...{
      signal: 'traces',
      from,
      to: from + 12,
      detectedAt: from + 3,
      share: 0.5,
      where: 'in otelcol, the collector',
    },
    ...{ text: 'Half of the spans got lost.', evidence: ['otelcol took in 900 spans and handed on 450.'] },
  };
  const lossy = { ...quiet, findings: { ...quiet.findings!, telemetryLoss: [loss] } };
  const [report] = (await markdown(lossy)).files;
  const text = report!.content;
  expect(text).toContain('> **The telemetry pipeline lost 50 % of the traces** between 09:30:24 (+24 s)');
  expect(text.indexOf('## Lost telemetry')).toBeLessThan(text.indexOf('## What happened'));
  expect(text).toContain('- otelcol took in 900 spans and handed on 450.');
  expect(text).toContain('That is no sign of health: telemetry is missing or in doubt.');
  const [calm] = (await markdown(quiet)).files;
  expect(calm!.content).not.toMatch(/Lost telemetry|no sign of health/);
});

it('says what the lost share is of: of spans, or of requests', async () => {
  const quiet = recordOf(quietEvidence(), null);
  const loss: TelemetryLoss = {
    ...{ signal: 'traces', from, to: from + 12, detectedAt: from + 3, share: 0.5, of: "requests' traces" },
    ...{ where: 'between the services and the store of traces', text: '', evidence: [] },
  };
  const [report] = (await markdown({ ...quiet, findings: { ...quiet.findings!, telemetryLoss: [loss] } }))
    .files;
  expect(report!.content).toContain("> **The telemetry pipeline lost 50 % of the requests' traces** between");
  expect(report!.content).toContain("**The pipeline lost 50 % of the requests' traces between");
});

it('says of a fault that lost telemetry whether it was found or overlooked, and claims no alarm or harm', async () => {
  const quietRun = quietEvidence();
  const quiet = recordOf(quietRun, null);
  const label = { service: 'telemetry', dependency: 'logs', operation: null, kind: 'loss' };
  const fault = { ...fixtureFault(quietRun)!, name: 'log-loss', label };
  const none = { fault: 'log-loss', clientSaw: false, detected: false, rank: null, alerts: [] };
  const missed = { ...none, timeToDetect: null, timeToAttribute: null };
  const found = { ...missed, detected: true, rank: 1, timeToDetect: 3.2, timeToAttribute: 3.2 };
  const besides = { ...quiet.findings!, attribution: poolAttribution() };
  const texts = [
    judged(fault, found, quiet),
    judged(fault, missed, quiet),
    judged(fault, { ...found, rank: 2, timeToAttribute: null }, { ...quiet, findings: besides }),
    judged(fault, { ...missed, clientSaw: true }, quiet),
  ];
  await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot('../../test/golden/telemetry-loss.md');
  expect(texts.join()).not.toMatch(/alarm|servers|nothing to explain/);
});

it('says of each example which signal led to it', async () => {
  const [report] = (await markdown(record)).files;
  const shown = record.findings!.spikes.flatMap(({ examples }) => examples);
  expect(new Set(shown.map(({ exemplar }) => exemplar.origin)).size).toBe(2);
  for (const text of ['; by metric exemplar**', '; by trace search**']) {
    expect(report!.content).toContain(text);
  }
});

it('says in one line that the embedded telemetry has no alert rules', () => {
  const embedded = alerts(recordOf(simulated))!;
  expect(embedded.split('\n')).toHaveLength(3);
  expect(embedded).toContain('evaluates no alert rules');
  expect(alerts(recordOf({ ...evidence, alerts: [] }))).toContain('No alert rule was active in the window.');
});

it('does not say that no alert rule was active where they could not be asked', () => {
  const asked = { method: 'alerts', text: '', window: null, rows: 0, seconds: 0, truncated: false };
  const text = alerts(
    recordOf({ ...evidence, alerts: [], queries: [...evidence.queries, { ...asked, error: 'no answer' }] }),
  );
  expect(text).toContain('is not known: the question about alerts failed');
  expect(text).not.toContain('No alert rule');
});

it('says of an observation that nobody measured the client, and which window it was compared with', async () => {
  const observation: RunRecord = {
    ...recordOf({ ...evidence, client: null }, null),
    kind: 'observation',
    verdict: { name: 'observed', exitCode: 0, reasons: [] },
  };
  const [report] = (await markdown(observation)).files;
  expect(report!.content).toContain('impact is what the servers saw, for no client was measured');
  expect(report!.content).toContain('compared with the window from 2026-11-22 09:30:04 UTC to');
  expect(report!.content).not.toContain('## What was injected');
  expect(report!.content).not.toContain('scenario `');
});

// How many spans a second the embedded receiver takes, and beside it the collector with Tempo behind it, one after the
// other under the same load: real HTTP on loopback, protobuf and gzip as the SDK sends it. The embedded one decodes, queues
// and writes to DuckDB, in this process. The collector runs with infra/ as it is: it queues on disk, counts span metrics
// besides (what Prometheus uses to take them is not counted), and sends on to Tempo. The sender is a process of its own, so
// that `spansPerCpuSecond` is what one core of the receiving processes carries. Either is measured until all spans can be
// read; what Tempo uses later to write its blocks out stands apart (`untilStored`). Prints JSON.
//   node scripts/bench/ingest.mjs [--quick] [--only embedded | collector] [--seconds 8] [--senders 4] [--batch 512] [--rate 10000]
// Without --rate (spans a second) it sends as fast as answers come. The collector's part needs its tools and Linux.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from '../bundled.mjs';
import { withCleanUp } from './clean-up.mjs';
import { answerOf, rounded, sum, until } from './figures.mjs';
import { runSender } from './ingest-sender.mjs';
import { cpuSecondsOf, rssOf } from './processes.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    seconds: { type: 'string' },
    senders: { type: 'string' },
    batch: { type: 'string' },
    rate: { type: 'string' },
  },
});
const { quick, only, ...numbers } = given;
const chosen = Object.entries({ seconds: quick ? 3 : 8, senders: 4, batch: 512, rate: 0, ...numbers });
const values = Object.fromEntries(chosen.map(([name, value]) => [name, Number(value)]));

/** Longest wait for the last span to be there, seconds, and for Tempo to have written its blocks. */
const PATIENCE = 60;

/** The most of a figure, asked for each 100 ms. */
const watchPeak = (read) => {
  const before = read();
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, read())), 100);
  return {
    stop() {
      clearInterval(timer);
      return { before: rounded(before, 0), peak: rounded(peak, 0) };
    },
  };
};

const perSecond = (spans, seconds, cpuSeconds) => ({
  spans,
  seconds: rounded(seconds),
  cpuSeconds: rounded(cpuSeconds),
  spansPerSecond: Math.round(spans / seconds),
  spansPerCpuSecond: Math.round(spans / cpuSeconds),
});

const measureEmbedded = async () => {
  const { startEmbeddedTelemetry } = await load('cli/telemetry/embedded/embedded-telemetry.ts');
  const folder = mkdtempSync(join(tmpdir(), 'obsctl-bench-'));
  const telemetry = await startEmbeddedTelemetry({ file: join(folder, 'telemetry.duckdb'), targets: [] });
  const memory = watchPeak(() => process.memoryUsage().rss / 1e6);
  let [start, cpu] = [0, process.cpuUsage()];
  const onReady = () => ([start, cpu] = [performance.now(), process.cpuUsage()]);
  const sent = await runSender({ ...values, otlpUrl: telemetry.otlpUrl }, onReady);
  await telemetry.flush();
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const rssMB = memory.stop();
  const counted = telemetry.pipeline().receiver.traces;
  const found = await telemetry.source.searchTraces({ from: 0, to: 1e11 }, { limit: 1 });
  await telemetry.close();
  rmSync(folder, { recursive: true, force: true });
  return {
    ...perSecond(counted.accepted, seconds, (used.user + used.system) / 1e6),
    refused: counted.refused,
    failed: sent.failed,
    countsAgree: sent.accepted === counted.accepted && sent.refused === counted.refused,
    readable: found.value.length === 1,
    rssMB,
  };
};

/** The sum over the series of one of Tempo's own metrics. */
const tempoMetric = async (tempo, name) => {
  const text = await (await fetch(`${tempo}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return sum(lines.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1))));
};

/** What can be read of Tempo once everything that it received is there. */
const readableAt = async (tempo, spans) => {
  const arrived = async () =>
    (await tempoMetric(tempo, 'tempo_distributor_spans_received_total')) >= spans || undefined;
  const found = async () =>
    (await answerOf(tempo, '/api/search', { q: '{}', limit: 1 }))?.traces.length > 0 || undefined;
  const wait = { seconds: PATIENCE, everyMs: 100 };
  return Boolean((await until(arrived, wait)) && (await until(found, wait)));
};

/** Whether Tempo holds nothing any more that is not in a block. */
const storedAt = async (tempo) => {
  const live = () => tempoMetric(tempo, 'tempo_ingester_live_traces');
  const flushed = () => tempoMetric(tempo, 'tempo_ingester_blocks_flushed_total');
  const done = async () => ((await live()) === 0 && (await flushed()) > 0) || undefined;
  return Boolean(await until(done, { seconds: PATIENCE, everyMs: 500 }));
};

const measureCollector = async () => {
  const { RealBackends } = await load('test/support/real-backends.ts');
  const backends = await RealBackends.start();
  const measure = async () => {
    const { tempo } = backends.urls;
    const pids = ['otelcol', 'tempo'].map((name) => backends.child(name).component.pid);
    const cpuSeconds = () => sum(pids.map(cpuSecondsOf));
    const memory = watchPeak(() => sum(pids.map(rssOf)));
    let [start, cpu] = [0, 0];
    const onReady = () => ([start, cpu] = [performance.now(), cpuSeconds()]);
    const sent = await runSender({ ...values, otlpUrl: backends.otlpUrl }, onReady);
    const readable = await readableAt(tempo, sent.accepted);
    const figures = perSecond(sent.accepted, (performance.now() - start) / 1000, cpuSeconds() - cpu);
    const received = await tempoMetric(tempo, 'tempo_distributor_spans_received_total');
    const discarded = await tempoMetric(tempo, 'tempo_discarded_spans_total');
    const stored = await storedAt(tempo);
    const later = perSecond(sent.accepted, (performance.now() - start) / 1000, cpuSeconds() - cpu);
    return {
      ...figures,
      refused: sent.refused,
      failed: sent.failed,
      countsAgree: sent.accepted === received && discarded === 0,
      readable,
      rssMB: memory.stop(),
      untilStored: stored ? later : null,
    };
  };
  return withCleanUp(measure, () => backends.stop());
};

const embedded = only === 'collector' ? null : await measureEmbedded();
const collector = only === 'embedded' ? null : await measureCollector();
console.log(JSON.stringify({ embedded, collector }, null, 2));

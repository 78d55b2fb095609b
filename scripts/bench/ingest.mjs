// How many spans a second the embedded receiver takes: real HTTP on loopback, protobuf and gzip as the SDK sends it,
// decoded, queued and written to DuckDB. The sender is a process of its own, so that `spansPerCpuSecond` is what one
// core of the receiver's process (DuckDB's threads included) carries. Prints JSON.
//   node scripts/bench/ingest.mjs [--seconds 8] [--senders 4] [--batch 512] [--rate 10000]
// Without --rate (spans a second) it sends as fast as answers come.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from './load-entry.mjs';

const self = fileURLToPath(import.meta.url);

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    senders: { type: 'string', default: '4' },
    batch: { type: 'string', default: '512' },
    rate: { type: 'string', default: '0' },
    sender: { type: 'string' },
  },
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const send = async (otlpUrl, { seconds, senders, batch, rate }) => {
  const { makePayloads } = await load('scripts/bench/ingest-payloads.ts');
  const payloads = makePayloads(24, batch);
  const sent = { accepted: 0, refused: 0, failed: 0 };
  const one = async (first, start) => {
    for (let i = first; performance.now() < start + seconds * 1000; i++) {
      const due = rate > 0 ? start + ((i - first) * senders * batch * 1000) / rate : 0;
      if (due > performance.now()) await pause(due - performance.now());
      const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
      const answer = await fetch(`${otlpUrl}/v1/traces`, {
        method: 'POST',
        headers,
        body: payloads[i % payloads.length],
      });
      await answer.arrayBuffer();
      if (answer.status === 200) sent.accepted += batch;
      else if (answer.status === 503) sent.refused += batch;
      else sent.failed += batch;
      if (answer.status === 503) await pause(50);
    }
  };
  await new Promise((resolve) => {
    process.once('message', resolve);
    process.send('ready');
  });
  const start = performance.now();
  await Promise.all(Array.from({ length: senders }, (_, i) => one(i * 7, start)));
  return sent;
};

/** Runs the sender as a process of its own; `onReady` is called when its payloads are made. */
const runSender = (otlpUrl, onReady) =>
  new Promise((resolve, reject) => {
    const child = fork(self, ['--sender', otlpUrl, ...process.argv.slice(2)]);
    child.on('message', (message) => {
      if (message !== 'ready') return resolve(message);
      onReady();
      child.send('go');
    });
    child.on('error', reject);
    child.on('exit', (code) => code && reject(new Error(`the sender ended with ${code}`)));
  });

const measure = async () => {
  const { startEmbeddedTelemetry } = await load('cli/telemetry/embedded/embedded-telemetry.ts');
  const folder = mkdtempSync(join(tmpdir(), 'obsctl-bench-'));
  const telemetry = await startEmbeddedTelemetry({ file: join(folder, 'telemetry.duckdb'), targets: [] });
  const mib = () => Math.round(process.memoryUsage().rss / 1024 / 1024);
  let [start, cpu, peak] = [0, process.cpuUsage(), mib()];
  const rssBefore = peak;
  const watch = setInterval(() => (peak = Math.max(peak, mib())), 100);
  const sent = await runSender(
    telemetry.otlpUrl,
    () => ([start, cpu] = [performance.now(), process.cpuUsage()]),
  );
  await telemetry.flush();
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  clearInterval(watch);
  const counted = telemetry.pipeline().receiver.traces;
  const found = await telemetry.source.searchTraces({ from: 0, to: 1e11 }, { limit: 1 });
  await telemetry.close();
  rmSync(folder, { recursive: true, force: true });
  return {
    spans: counted.accepted,
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: Number(cpuSeconds.toFixed(2)),
    spansPerSecond: Math.round(counted.accepted / seconds),
    spansPerCpuSecond: Math.round(counted.accepted / cpuSeconds),
    refused: counted.refused,
    failed: sent.failed,
    countsAgree: sent.accepted === counted.accepted && sent.refused === counted.refused,
    readable: found.value.length === 1,
    rssMiB: { before: rssBefore, peak },
  };
};

if (values.sender) {
  const { seconds, senders, batch, rate } = values;
  const options = {
    seconds: Number(seconds),
    senders: Number(senders),
    batch: Number(batch),
    rate: Number(rate),
  };
  process.send(await send(values.sender, options), () => process.exit(0));
} else console.log(JSON.stringify(await measure(), null, 2));

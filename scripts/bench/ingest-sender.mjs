// Sends spans to an OTLP/HTTP receiver, as a process of its own, so that what the receiver uses is told from it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { load } from '../bundled.mjs';
import { pause } from './figures.mjs';

const self = fileURLToPath(import.meta.url);

const send = async ({ otlpUrl, seconds, senders, batch, rate }) => {
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

/** Sends with these options and returns how many spans were accepted, refused and failed; `onReady` is called when its payloads are made. */
export const runSender = (options, onReady) =>
  new Promise((resolve, reject) => {
    const child = fork(self, [JSON.stringify(options)]);
    child.on('message', (message) => {
      if (message !== 'ready') return resolve(message);
      onReady();
      child.send('go');
    });
    child.on('error', reject);
    child.on('exit', (code) => code && reject(new Error(`the sender ended with ${code}`)));
  });

if (process.argv[1] === self) process.send(await send(JSON.parse(process.argv[2])), () => process.exit(0));

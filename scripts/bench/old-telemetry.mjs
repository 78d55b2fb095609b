// Two hours of telemetry with old times in real back ends.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../bundled.mjs';
import { answerOf, pause, until } from './figures.mjs';

/** How far back the back ends take telemetry here: two hours, and what writing it takes. */
const FAR_BACK = '3h';
/** Longest wait for all of it to be answered, seconds. */
const PATIENCE = 180;

const { sendOtlp } = await load('test/contract/send-otlp.ts');
const { HOUR, tracesAndLogs } = await load('scripts/bench/long-report-data.ts');
const { metricsOf } = await load('scripts/bench/long-report-metrics.ts');

/** Restarts a back end with its configuration changed in one place, in a copy in its own folder. */
const reconfigure = async (backends, name, flag, [from, to]) => {
  const child = backends.child(name);
  const at = child.spec.args.findIndex((arg) => arg.startsWith(flag));
  const file = child.spec.args[at].slice(flag.length);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
  const copy = file.startsWith(backends.folder) ? file : join(backends.folder, `${name}.yaml`);
  writeFileSync(copy, text.replace(from, to));
  child.spec.args[at] = flag + copy;
  await child.stop();
  await backends.startOne(name);
};

const acceptOldTelemetry = async (backends) => {
  const window = 'out_of_order_time_window: ';
  const slack = 'ingestion_time_range_slack: ';
  await reconfigure(backends, 'prometheus', '--config.file=', [`${window}10m`, window + FAR_BACK]);
  await reconfigure(backends, 'tempo', '-config.file=', [`${slack}1h`, slack + FAR_BACK]);
};

/** Sends until it is taken: a back end says 503 or 429 when it has too much at once. */
const insist = async (send) => {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await send();
    const text = await answer.text();
    if (answer.ok) return;
    if (answer.status !== 503 && answer.status !== 429) throw new Error(`answered ${answer.status}: ${text}`);
    await pause(200);
  }
  throw new Error('not taken within a hundred tries');
};

const postMetrics = (prometheus, message) =>
  fetch(`${prometheus}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });

/**
 * Writes what the requests left over the two hours before `to`, as if scraped every `cadence` seconds. The back ends are
 * restarted first, to take telemetry that old.
 */
export const writeOldTelemetry = async (backends, requests, to, cadence) => {
  await acceptOldTelemetry(backends);
  const { urls, otlpUrl } = backends;
  for (const message of metricsOf(requests, to, cadence))
    await insist(() => postMetrics(urls.prometheus, message));
  const { traces, logs } = tracesAndLogs(requests);
  for (const message of traces) await insist(() => sendOtlp(otlpUrl, 'traces', message, 'protobuf-gzip'));
  // One after the other to Loki itself: it drops lines an hour older than the newest of their stream, and the collector sends
  // several batches at once.
  for (const message of logs)
    await insist(() => sendOtlp(`${urls.loki}/otlp`, 'logs', message, 'protobuf-gzip'));
};

const tracesIn = async (tempo, where, [start, end]) => {
  const q = `{ resource.service.name = "api" && kind = server${where} }`;
  return (await answerOf(tempo, '/api/search', { q, start, end, limit: 10_000 }))?.traces.length;
};

/** The only value of an instant query, of Prometheus or Loki. */
const numberAt = async (base, path, query, time) =>
  Number((await answerOf(base, path, { query, time }))?.data.result[0]?.value[1]);

/** How much of what each back end must have, and how to ask how much it has. */
const questions = ({ prometheus, loki, tempo }, requests, to) => {
  const begin = to - 2 * HOUR;
  const ofApi = requests.flatMap(({ logs }) => logs).filter(({ service }) => service === 'api');
  const first = requests.filter(({ server }) => server.start < begin + 60);
  const lines = `sum(count_over_time({service_name="api"}[${2 * HOUR + 60}s]))`;
  const served = 'sum(http_server_request_duration_seconds_count{service_name="api"})';
  const failed = requests.filter((each) => each.failed);
  return [
    ['error traces', failed.length, () => tracesIn(tempo, ' && status = error', [begin, to])],
    ['traces of the first minute', first.length, () => tracesIn(tempo, '', [begin, begin + 60])],
    ['log lines', ofApi.length, () => numberAt(loki, '/loki/api/v1/query', lines, to + 30)],
    ['requests', requests.length, () => numberAt(prometheus, '/api/v1/query', served, to)],
  ];
};

/** Waits until every back end answers with all that was written. Throws with what it has where that never comes. */
export const awaitOldTelemetry = async ({ urls }, requests, to) => {
  for (const [what, wanted, count] of questions(urls, requests, to)) {
    let found;
    // A request that ends after the last scrape, or reaches into the minute from outside, is no difference.
    const near = async () => {
      found = await count();
      return Math.abs(found - wanted) <= Math.max(2, wanted * 0.001) || undefined;
    };
    if (!(await until(near, { seconds: PATIENCE, everyMs: 1000 })))
      throw new Error(`${found} ${what} instead of ${wanted}`);
  }
};

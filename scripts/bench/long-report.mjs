// What `obsctl report --since 1h` costs on back ends with two hours of somebody's telemetry, 1,000 error traces in the
// last: seconds (beside a report over five minutes of the same data), the most memory of the command, and HTTP requests.
// Real Prometheus, Loki and Tempo with the configuration of infra/, which take what is written with old times: only how
// far back they take it is set wider here. The tools must be installed. Prints JSON.
//   node scripts/bench/long-report.mjs [--quick] [--errors 1000] [--rate 4] [--cadence 5] [--times 3]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from '../bundled.mjs';
import { withCleanUp } from './clean-up.mjs';
import { countBefore } from './counting-proxy.mjs';
import { median, rounded, sum } from './figures.mjs';
import { awaitOldTelemetry, writeOldTelemetry } from './old-telemetry.mjs';
import { OwnUser } from './own-user.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    errors: { type: 'string' },
    rate: { type: 'string' },
    cadence: { type: 'string' },
    times: { type: 'string' },
  },
});
const USUAL = { errors: 1000, rate: 4, cadence: 5, times: 3 };
const QUICK = { errors: 1000, rate: 1, cadence: 15, times: 1 };
const chosen = Object.entries({ ...(given.quick ? QUICK : USUAL), ...given });
const values = Object.fromEntries(chosen.map(([name, value]) => [name, Number(value)]));

const PEAK = fileURLToPath(new URL('peak-memory.mjs', import.meta.url));
const step = (text) => process.stderr.write(`${text}\n`);

const { RealBackends } = await load('test/support/real-backends.ts');
const { HOUR, INCIDENT, requestsUntil } = await load('scripts/bench/long-report-data.ts');

/** One report, as a process of its own, through counting proxies. */
const report = async (user, urls, since, to) => {
  const proxies = await Promise.all(
    Object.entries(urls).map(async ([name, url]) => [name, await countBefore(url)]),
  );
  const peak = join(user.home, 'peak');
  const window = ['--since', since, '--until', String(to), '--baseline-window', since];
  const args = ['report', ...window, '--service', 'api'];
  const backends = proxies.flatMap(([name, { url }]) => [`--${name}`, url]);
  const { value, code, seconds } = await user.json([...args, ...backends], {
    node: ['--import', PEAK],
    env: { PEAK_MEMORY_FILE: peak },
  });
  for (const [, proxy] of proxies) proxy.close();
  if (code !== 0) throw new Error(`the report ended with ${code}: ${value.verdict?.reasons?.join('; ')}`);
  const { completeness, series, findings } = JSON.parse(readFileSync(value.record, 'utf8'));
  const ofApi = series.red.filter(({ service }) => service === 'api').flatMap(({ points }) => points);
  const [suspect] = findings.attribution.suspects;
  return {
    seconds: rounded(seconds),
    peakMB: rounded(Number(readFileSync(peak, 'utf8')) / 1e6, 0),
    requests: sum(proxies.map(([, { counted }]) => counted.requests)),
    requestsByBackend: Object.fromEntries(proxies.map(([name, { counted }]) => [name, counted.requests])),
    answersMB: rounded(sum(proxies.map(([, { counted }]) => counted.bytes)) / 1e6, 1),
    saw: {
      requests: Math.round(sum(ofApi.map((point) => point.requests))),
      errors: Math.round(sum(ofApi.map((point) => point.errors))),
      traces: completeness.traces.fetched,
      exemplars: completeness.exemplars.collected,
      logs: completeness.logs.collected,
      failedQueries: completeness.failedQueries,
      culprit: suspect ? [suspect.service, suspect.dependency, suspect.kind].join('/') : null,
    },
  };
};

const user = new OwnUser();
let backends;

const measure = async () => {
  backends = await RealBackends.start();
  const to = Math.floor(Date.now() / 1000 / values.cadence) * values.cadence;
  const requests = requestsUntil(to, values.rate, values.errors);
  step(`writing ${requests.length} requests`);
  await writeOldTelemetry(backends, requests, to, values.cadence);
  await awaitOldTelemetry(backends, requests, to);
  step('reporting');
  const runs = [];
  while (runs.length < values.times) runs.push(await report(user, backends.urls, '1h', to));
  // Five minutes with the incident's beginning in their middle.
  const short = await report(user, backends.urls, '5m', to - HOUR + INCIDENT.from + 150);
  const middle = (name) => median(runs.map((run) => run[name]));
  return {
    ...{ errors: values.errors, written: requests.length },
    ...{ seconds: middle('seconds'), peakMB: middle('peakMB'), requests: middle('requests') },
    ...{ runs, short },
  };
};

const figures = await withCleanUp(measure, async () => {
  await backends?.stop();
  await user.leave();
});
console.log(JSON.stringify(figures, null, 2));

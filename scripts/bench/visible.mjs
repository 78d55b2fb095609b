// How long after its answer a request can be seen, through the back ends' own query APIs.
import { randomBytes } from 'node:crypto';
import { answerOf, median, rounded, until } from './figures.mjs';

const EVERY_MS = 50;
const PATIENCE = 15;

/** Products that are not there: a series (404) that the load does not touch, so that no other exemplar takes the place. */
const FIRST_UNKNOWN = 900_000_000;

const around = () => {
  const now = Math.floor(Date.now() / 1000);
  return { start: now - 60, end: now + 60 };
};

const EXEMPLARS = 'http_server_request_duration_seconds_bucket{http_response_status_code="404"}';

/** Whether what the request left is there, by signal; undefined while it is not. */
const SEEN = {
  traceById: async ({ tempo }, { traceId }) =>
    (await answerOf(tempo, `/api/traces/${traceId}`))?.batches?.length > 0 || undefined,
  traceSearch: async ({ tempo }, { path }) => {
    const q = `{ span.url.path = "${path}" }`;
    return (
      (await answerOf(tempo, '/api/search', { q, limit: 5, ...around() }))?.traces?.length > 0 || undefined
    );
  },
  log: async ({ loki }, { traceId }) => {
    const query = `{service_name="api"} | trace_id="${traceId}"`;
    const found = await answerOf(loki, '/loki/api/v1/query_range', { query, ...around() });
    return found?.data.result.length > 0 || undefined;
  },
  exemplar: async ({ prometheus }, { traceId }) => {
    const found = await answerOf(prometheus, '/api/v1/query_exemplars', { query: EXEMPLARS, ...around() });
    const all = (found?.data ?? []).flatMap(({ exemplars }) => exemplars);
    return all.some(({ labels }) => labels.trace_id === traceId) || undefined;
  },
};

const request = async (baseUrl, number) => {
  const [traceId, spanId] = [16, 8].map((bytes) => randomBytes(bytes).toString('hex'));
  const path = `/products/${FIRST_UNKNOWN + number}`;
  const answer = await fetch(baseUrl + path, { headers: { traceparent: `00-${traceId}-${spanId}-01` } });
  await answer.arrayBuffer();
  if (answer.status !== 404) throw new Error(`${path} was answered with ${answer.status}`);
  return { traceId, path };
};

/** Seconds from a request's answer to each signal, null where it did not come within 15 s. */
const once = async ({ baseUrl, backends }, number) => {
  const made = await request(baseUrl, number);
  const answered = performance.now();
  const seconds = async (seen) => {
    const found = await until(() => seen(backends, made), { seconds: PATIENCE, everyMs: EVERY_MS });
    return found ? (performance.now() - answered) / 1000 : null;
  };
  const entries = Object.entries(SEEN).map(async ([name, seen]) => [name, await seconds(seen)]);
  return Object.fromEntries(await Promise.all(entries));
};

const summary = (values) => {
  const came = values.filter((value) => value !== null);
  // What never came is later than anything that did.
  const all = values.map((value) => value ?? Number.POSITIVE_INFINITY);
  const middle = median(all);
  const most = came.length > 0 ? Math.max(...came) : null;
  return {
    median: Number.isFinite(middle) ? rounded(middle) : null,
    most: rounded(most),
    never: values.length - came.length,
  };
};

/** So many requests one after another, as long as `goesOn` says so: median and most seconds by signal. */
export const measureVisible = async (endpoints, requests, goesOn) => {
  const seen = [];
  while (seen.length < requests && goesOn()) seen.push(await once(endpoints, seen.length));
  const signals = Object.keys(SEEN).map((name) => [name, summary(seen.map((each) => each[name]))]);
  return { requests: seen.length, seconds: Object.fromEntries(signals) };
};

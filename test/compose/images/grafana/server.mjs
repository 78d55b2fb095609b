// Stands in for Grafana where its image cannot be pulled. This is not Grafana: it has no data sources and no dashboards.
// It says that it is healthy, and keeps the annotations that it is sent, with Grafana's rules of who may do so, in memory.
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const {
  GF_SECURITY_ADMIN_USER = 'admin',
  GF_SECURITY_ADMIN_PASSWORD = 'admin',
  GF_SERVER_HTTP_PORT = '3000',
} = process.env;

const annotations = [];

const authorization = Buffer.from(
  `Basic ${Buffer.from(`${GF_SECURITY_ADMIN_USER}:${GF_SECURITY_ADMIN_PASSWORD}`).toString('base64')}`,
);

const isAdmin = ({ headers }) => {
  const given = Buffer.from(headers.authorization ?? '');
  return given.length === authorization.length && timingSafeEqual(given, authorization);
};

const bodyOf = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
};

const invalid = (message) => Object.assign(new Error(message), { status: 400 });

/** POST: times in milliseconds; without a time it is now, and without an end a point. */
const add = ({ text = '', tags = [], time = Date.now(), timeEnd = time, dashboardUID, panelId }) => {
  if (text === '') throw invalid('text field should not be empty');
  if (![time, timeEnd].every(Number.isInteger)) throw invalid('bad request data');
  const id = annotations.length + 1;
  annotations.push({
    id,
    text,
    tags,
    time,
    timeEnd,
    dashboardUID: dashboardUID ?? null,
    panelId: panelId ?? 0,
  });
  return { message: 'Annotation added', id };
};

const change = (id, news) => {
  const found = annotations.find((annotation) => annotation.id === id);
  if (!found) throw Object.assign(new Error('Could not find annotation to update'), { status: 404 });
  Object.assign(found, news);
  return { message: 'Annotation patched' };
};

/** GET: those that touch the window and have all of the tags, the newest first. */
const list = (query) => {
  const from = Number(query.get('from') ?? 0);
  const to = Number(query.get('to') ?? Number.MAX_SAFE_INTEGER);
  const tags = query.getAll('tags');
  return annotations
    .filter(({ time, timeEnd }) => time <= to && timeEnd >= from)
    .filter((annotation) => tags.every((tag) => annotation.tags.includes(tag)))
    .toSorted((a, b) => b.time - a.time);
};

const answer = async (request) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [, api, kind, id] = pathname.split('/');
  if (pathname === '/api/health') return { database: 'ok', version: '0.0.0-stand-in', commit: 'none' };
  if (api !== 'api') return { message: 'A stand-in for Grafana. There are no dashboards here.' };
  if (!isAdmin(request)) throw Object.assign(new Error('Unauthorized'), { status: 401 });
  if (kind !== 'annotations') throw Object.assign(new Error('Not found'), { status: 404 });
  if (request.method === 'GET') return list(searchParams);
  const body = await bodyOf(request).catch(() => {
    throw invalid('bad request data');
  });
  if (request.method === 'POST' && !id) return add(body);
  if (request.method === 'PATCH' && id) return change(Number(id), body);
  throw Object.assign(new Error('Not found'), { status: 404 });
};

createServer(async (request, response) => {
  const reply = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    reply(200, await answer(request));
  } catch (error) {
    reply(error.status ?? 500, { message: error.message });
  }
}).listen(Number(GF_SERVER_HTTP_PORT), '0.0.0.0');

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));

import { afterEach, describe, expect, test } from 'vitest';
import { BackendError } from './backend-error.ts';
import { type FakeBackend, type Reply, startFakeBackend } from './backend-server.fixture.ts';
import { type ClientLimits, clockOffsetOf, createBackendClient } from './http-client.ts';
import { retryAfterOf } from './http-failure.ts';
import type { BackendAccess } from './options.ts';
import { makeSelfSigned } from './self-signed.fixture.ts';

const open: FakeBackend[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

const QUICK: Partial<ClientLimits> = { firstPause: 0.001, longestPause: 0.002 };

const backend = async (reply: Reply, tls?: Parameters<typeof startFakeBackend>[1]): Promise<FakeBackend> => {
  const started = await startFakeBackend(reply, tls);
  open.push(started);
  return started;
};

const clientOf = (url: string, access: Partial<BackendAccess> = {}, limits = QUICK) =>
  createBackendClient('prometheus', { url, ...access }, limits);

const errorOf = async (asked: Promise<unknown>): Promise<BackendError> => {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BackendError);
  return error as BackendError;
};

const json: Reply = (_request, response) => response.end('{"status":"success","data":1}');

/** Answers with these statuses, one after the other, then with JSON. */
const statuses =
  (list: number[], headers: Record<string, string> = {}): Reply =>
  (request, response, index) => {
    const status = list[index];
    if (status === undefined) return json(request, response, index);
    response.writeHead(status, headers).end('busy');
  };

describe('asking', () => {
  test('keeps the prefix of the address, repeats parameters, and leaves out undefined ones', async () => {
    const { url, asked } = await backend(json);
    const { body } = await clientOf(`${url}/prom/`).get('/api/v1/query', {
      parameters: { 'match[]': ['a', 'b c'], limit: 3, none: undefined },
    });
    expect(body).toEqual({ status: 'success', data: 1 });
    expect(asked[0]!.path).toBe('/prom/api/v1/query?match%5B%5D=a&match%5B%5D=b+c&limit=3');
  });

  test('posts a form where a query is too long for an address', async () => {
    const { url, asked } = await backend(json);
    await clientOf(url).get('/api/v1/query', { parameters: { query: 'up' }, post: true });
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/api/v1/query', body: 'query=up' });
    expect(asked[0]!.headers['content-type']).toMatch(/x-www-form-urlencoded/);
  });

  test('sends user and password, token, tenant and own headers', async () => {
    const { url, asked } = await backend(json);
    await clientOf(url, { basic: { username: 'u', password: 'p:w' }, tenant: 't1' }).get('/');
    await clientOf(url, { bearer: 'token-1', headers: { 'X-Own': 'own' } }).get('/');
    const [first, second] = asked.map(({ headers }) => headers);
    expect(first).toMatchObject({ authorization: 'Basic dTpwOnc=', 'x-scope-orgid': 't1' });
    expect(second).toMatchObject({ authorization: 'Bearer token-1', 'x-own': 'own' });
    expect(second).not.toHaveProperty('x-scope-orgid');
  });

  test('an accepted status is an answer, JSON or not', async () => {
    const { url } = await backend((_request, response) => response.writeHead(404).end('no such trace'));
    expect(await clientOf(url).get('/', { accept: [404] })).toMatchObject({
      status: 404,
      body: 'no such trace',
    });
  });
});

describe('asking again', () => {
  test.each([[[503]], [[429, 500, 502]]])(
    'after %j it is answered, and every request counts',
    async (list) => {
      const { url, asked } = await backend(statuses(list));
      const client = clientOf(url);
      expect(await client.get('/')).toMatchObject({ status: 200, retries: list.length });
      expect([asked.length, client.requests]).toEqual([list.length + 1, list.length + 1]);
    },
  );

  test('ends after some attempts, and the error says how many', async () => {
    const { url, asked } = await backend(statuses(Array(9).fill(503)));
    const error = await errorOf(clientOf(url).get('/ready'));
    expect(asked.length).toBe(4);
    expect(error.message).toBe('prometheus: /ready: HTTP 503: busy (asked 4 times)');
    expect([error.code, error.exitCode, error.status]).toEqual(['BACKEND_FAILED', 9, 503]);
  });

  test.each([400, 404, 422, 501])('does not happen after %i', async (status) => {
    const { url, asked } = await backend(statuses([status]));
    expect((await errorOf(clientOf(url).get('/'))).status).toBe(status);
    expect(asked.length).toBe(1);
  });

  test('waits as long as Retry-After says: not at all when that is beyond the time-out', async () => {
    const { url, asked } = await backend(statuses([429], { 'retry-after': '1' }));
    const error = await errorOf(clientOf(url).get('/', { timeoutSeconds: 0.5 }));
    expect([error.status, error.retryAfter, asked.length]).toEqual([429, 1, 1]);
  });

  test('follows a lost connection', async () => {
    const { url, asked } = await backend((request, response, index) =>
      index === 0 ? response.destroy() : json(request, response, index),
    );
    expect((await clientOf(url).get('/')).retries).toBe(1);
    expect(asked.length).toBe(2);
  });

  test('stops as soon as it is aborted, with the reason given', async () => {
    const { url } = await backend(statuses(Array(9).fill(503)));
    const controller = new AbortController();
    const client = clientOf(url, {}, { firstPause: 60, longestPause: 60, timeoutSeconds: 600 });
    const asked = client.get('/', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('what is no answer', () => {
  test('a redirect is not followed, and what it names is told without its query', async () => {
    const other = await backend(json);
    const { url } = await backend((_request, response) =>
      response.writeHead(302, { location: `${other.url}/login?token=abc` }).end(),
    );
    const error = await errorOf(clientOf(url, { bearer: 'top-secret' }).get('/api/v1/query'));
    expect(error.code).toBe('BACKEND_UNKNOWN');
    expect(error.message).toContain(`HTTP 302: a redirect to ${other.url}/login; none is followed`);
    expect(error.message).not.toContain('abc');
    expect(other.asked).toEqual([]);
  });

  test.each([
    ['<!doctype html><html>Grafana</html>', 'BACKEND_UNKNOWN', 'an HTML page: is this Prometheus?'],
    ['', 'BACKEND_UNKNOWN', 'an empty answer: is this Prometheus?'],
    ['pong', 'BACKEND_UNKNOWN', '“pong”: is this Prometheus?'],
    ['{"status":"success","data":{"resu', 'BACKEND_FAILED', 'JSON that is cut short or broken'],
  ])('%j', async (text, code, told) => {
    const { url } = await backend((_request, response) => response.end(text));
    const error = await errorOf(clientOf(url).get('/'));
    expect(error.code).toBe(code);
    expect(error.message).toContain(told);
  });

  test('one that is too large', async () => {
    const { url } = await backend((_request, response) => response.end(JSON.stringify('x'.repeat(5000))));
    const error = await errorOf(clientOf(url, {}, { ...QUICK, maxBytes: 1000 }).get('/'));
    expect(error.message).toContain('the answer is too large');
  });

  test('one that does not come within the time', async () => {
    const { url } = await backend(() => {});
    const error = await errorOf(clientOf(url).get('/', { timeoutSeconds: 0.05 }));
    expect([error.code, error.status]).toEqual(['BACKEND_UNREACHABLE', null]);
    expect(error.message).toContain('no answer within');
  });

  test('one cut off in the middle is asked for again', async () => {
    const { url, asked } = await backend((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"a":');
      setTimeout(() => response.destroy(), 5);
    });
    expect((await errorOf(clientOf(url).get('/'))).code).toBe('BACKEND_UNREACHABLE');
    expect(asked.length).toBe(4);
  });

  test('nobody there', async () => {
    const { url, close } = await startFakeBackend(json);
    await close();
    const error = await errorOf(clientOf(url).get('/'));
    expect(error.code).toBe('BACKEND_UNREACHABLE');
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('secrets', () => {
  const access = {
    basic: { username: 'ann', password: 'pass-word' },
    headers: { 'x-api-key': 'key-of-ours' },
  };

  test.each([401, 403])('are in no part of the error of %i, also when they come back', async (status) => {
    const { url } = await backend(({ headers }, response) =>
      response.writeHead(status).end(`no: ${headers.authorization} ${headers['x-api-key']} pass-word`),
    );
    const error = await errorOf(clientOf(url, access).get('/'));
    expect(error.code).toBe('BACKEND_REFUSED');
    const all = JSON.stringify([error.message, error.stack, { ...error }, String(error.cause)]);
    for (const secret of ['pass-word', 'key-of-ours', Buffer.from('ann:pass-word').toString('base64')])
      expect(all).not.toContain(secret);
  });

  test('are in no error of a connection', async () => {
    const error = await errorOf(clientOf('http://127.0.0.1:1', access).get('/'));
    expect(JSON.stringify({ ...error, message: error.message })).not.toMatch(/pass-word|key-of-ours/);
  });
});

describe('TLS', () => {
  const tls = makeSelfSigned();

  test('an own authority is trusted when it is named, and only then', async () => {
    const { url, asked } = await backend(json, tls);
    const error = await errorOf(clientOf(url, { bearer: 'top-secret' }).get('/'));
    expect(error.code).toBe('BACKEND_TLS');
    expect(error.remedy).toContain('authority');
    expect(asked).toEqual([]);
    expect((await clientOf(url, { ca: tls.cert }).get('/')).status).toBe(200);
  });

  test('https where none is spoken says so', async () => {
    const { url } = await backend(json);
    const error = await errorOf(clientOf(url.replace('http:', 'https:')).get('/'));
    expect(error.message).toContain('no TLS is spoken there');
  });
});

test('Retry-After is a number of seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z') / 1000;
  expect(retryAfterOf('120', now)).toBe(120);
  expect(retryAfterOf('Thu, 01 Jan 2026 00:00:07 GMT', now)).toBe(7);
  expect(retryAfterOf('Wed, 31 Dec 2025 23:00:00 GMT', now)).toBe(0);
  for (const odd of [undefined, '', 'soon', '-1x']) expect(retryAfterOf(odd, now)).toBeNull();
});

test('the clock of a back end is told apart from ours only beyond the whole second a header has', () => {
  const at = (t: number) => new Date(t * 1000).toUTCString();
  expect(clockOffsetOf(at(1000), 1000.2, 1000.4)).toBe(0);
  expect(clockOffsetOf(at(1000), 1000.9, 1001.1)).toBe(0);
  expect(clockOffsetOf(at(1060), 1000.2, 1000.5)).toBeCloseTo(59.5);
  expect(clockOffsetOf(at(940), 1000.2, 1000.5)).toBeCloseTo(-59.2);
  expect(clockOffsetOf(undefined, 1, 2)).toBeNull();
});

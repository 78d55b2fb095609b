import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { Annotation } from '../annotator.ts';
import { createGrafanaAnnotator } from './grafana-annotator.ts';

const PASSWORD = 'hunter2-generated';
const annotations: Annotation[] = [
  { from: 100.25, to: 130.5, text: 'Phase fault', tags: ['obsctl', 'phase', 'fault', 'r1'] },
  { from: 101, to: 129, text: 'Fault latency on api-1', tags: ['obsctl', 'fault', 'latency', 'r1'] },
];

const grafana = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, annotator: createGrafanaAnnotator({ url, username: 'admin', password: PASSWORD }) };
};

test('writes each as a region of the organisation, in milliseconds, as the account', async () => {
  const got: unknown[] = [];
  const { annotator } = await grafana(async (request, response) => {
    const { method, url, headers } = request;
    got.push([method, url, headers.authorization, await json(request)]);
    response.setHeader('content-type', 'application/json').end('{"message":"Annotation added","id":1}');
  });
  await annotator.annotate(annotations);
  const basic = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
  expect(got).toEqual([
    [
      ...['POST', '/api/annotations', basic],
      { time: 100250, timeEnd: 130500, tags: ['obsctl', 'phase', 'fault', 'r1'], text: 'Phase fault' },
    ],
    [
      ...['POST', '/api/annotations', basic],
      { time: 101000, timeEnd: 129000, tags: annotations[1]!.tags, text: 'Fault latency on api-1' },
    ],
  ]);
});

test.each([401, 500, 302])('says that %i was answered, once, and nothing of the password', async (status) => {
  let asked = 0;
  const { annotator, url } = await grafana((_request, response) => {
    asked += 1;
    response.writeHead(status, { location: `${url}elsewhere` }).end();
  });
  const error = await annotator.annotate(annotations).then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error?.message).toBe(`Grafana did not take an annotation: it answered ${status}.`);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(PASSWORD);
  expect(asked).toBe(1);
});

test('says that nobody was there', async () => {
  const access = { url: 'http://127.0.0.1:1', username: 'admin', password: PASSWORD };
  await expect(createGrafanaAnnotator(access).annotate(annotations)).rejects.toThrow(
    /could not be reached \(ECONNREFUSED\)/,
  );
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log, RedSeries } from '../../../reports/record/evidence.ts';
import { answer, fakeExemplar, fakeSource, fakeSpan } from '../../telemetry/fake-telemetry-source.fixture.ts';
import { syntheticRoundTrip } from './readiness.ts';

let gateway: Server;
let baseUrl: string;
/** Trace ids of the requests that came. */
let requests: string[];
let status: number;
beforeEach(async () => {
  requests = [];
  status = 200;
  gateway = createServer((request, response) => {
    requests.push(String(request.headers.traceparent).slice(3, 35));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => gateway.close(resolve)));

const series = [{ points: [{}] }] as unknown as RedSeries[];
const traces = async (ids: string[]) => answer(new Map(ids.map((id) => [id, [fakeSpan(1)]])));
const logs = async () => answer([{}] as Log[]);
const exemplars = async () => answer([fakeExemplar(1)]);

/** A metric that is there at the second look, and not at the next. */
const flickering = () => {
  let looks = 0;
  return async () => answer(++looks === 2 ? series : []);
};

test('ready when every signal came back once, whenever it was', async () => {
  let looks = 0;
  const late = async () => answer(++looks > 3 ? [fakeExemplar(1)] : []);
  const source = fakeSource({ traces, logs, red: flickering(), exemplars: late });
  expect(await syntheticRoundTrip(baseUrl, source, 5)).toEqual([]);
});

test('asks for the trace of its own request, and sends others only while the metric is awaited', async () => {
  const asked = new Set<string>();
  const noting = async (ids: string[]) => {
    for (const id of ids) asked.add(id);
    return traces(ids);
  };
  await syntheticRoundTrip(
    baseUrl,
    fakeSource({ traces: noting, logs, red: flickering(), exemplars: exemplars }),
    5,
  );
  expect([...asked]).toEqual([requests[0]]);
  expect(requests).toHaveLength(2);
});

test('says what is missing, and why where the back end says so', async () => {
  const source = fakeSource({
    traces,
    exemplars,
    red: async () => answer(series),
    logs: async () => {
      throw new Error('Loki is not there');
    },
  });
  expect(await syntheticRoundTrip(baseUrl, source, 0.2)).toEqual(['log (Loki is not there)']);
});

test('a request that is not answered is what is missing', async () => {
  status = 503;
  expect(await syntheticRoundTrip(baseUrl, fakeSource({ traces }), 0.2)).toEqual(['request']);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asLogical, parseSample, parseTime, type Sample } from './k6-samples.ts';

const golden = new URL('../../test/fixtures/load/k6-samples.ndjson', import.meta.url);

const samples = (): Sample[] =>
  readFileSync(golden, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => parseSample(line) ?? []);

describe('the samples of k6', () => {
  it('are read from a file that k6 wrote', () => {
    const kinds = samples().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'attempt')).toHaveLength(11);
    expect(kinds.filter((kind) => kind === 'logical')).toHaveLength(7);
    expect(kinds.filter((kind) => kind === 'vus').length).toBeGreaterThan(0);
  });

  it('tell a time-out from an answer', () => {
    const timeout = samples().find((sample) => sample.kind === 'attempt' && sample.status === 0);
    expect(timeout).toEqual({
      kind: 'attempt',
      end: parseTime('2026-11-22T12:38:37.891162599Z'),
      duration: expect.closeTo(1.502611477, 9),
      operation: 'POST /orders',
      method: 'POST',
      status: 0,
      failed: true,
      error: 'request timeout',
      span: {
        traceId: '48a06290447eebad769823c80d32c4f3',
        spanId: '769823c8e4572198',
        parentSpanId: '769823c817f83152',
        attempt: 1,
        path: '/orders',
      },
    });
  });

  it('tell a logical request that failed after its last attempt', () => {
    const failed = samples().filter((sample) => sample.kind === 'logical' && sample.failed);
    expect(failed).toMatchObject([
      { operation: 'POST /orders', error: 'HTTP status 503', duration: 0.261, attempts: 3, status: 503 },
    ]);
  });

  const plain = (tags: Record<string, string>) => {
    const data = { time: '1970-01-01T00:00:10Z', value: 250, tags };
    const sample = parseSample(JSON.stringify({ metric: 'http_req_duration', type: 'Point', data }));
    if (sample?.kind !== 'attempt') throw new Error('no attempt');
    return sample;
  };

  it("of a script of somebody's own are named after method and path, unless it names them itself", () => {
    const url = 'http://shop:80/products/7?page=2';
    expect(plain({ name: url, url, method: 'PUT', status: '200' }).operation).toBe('PUT /products/7');
    expect(plain({ name: 'a product', url, method: 'GET' }).operation).toBe('a product');
    expect(plain({}).operation).toBe('unnamed');
  });

  it.each([
    [{ expected_response: 'false', status: '200' }, true],
    [{ expected_response: 'true', status: '404' }, false],
    [{ status: '404' }, true],
    [{ status: '302' }, false],
    [{}, true],
  ])('tell whether it failed: %o', (tags, failed) => {
    expect(plain(tags).failed).toBe(failed);
  });

  it('that stand for themselves become logical requests without a trace', () => {
    expect(asLogical(plain({ name: 'a', status: '503', expected_response: 'false' }))).toEqual({
      ...{ kind: 'logical', end: 10, duration: 0.25, operation: 'a', failed: true, attempts: 1, status: 503 },
      ...{ error: '', traceId: '', spanId: '' },
    });
  });

  it('of other metrics are left out, and a damaged one is not passed over', () => {
    expect(parseSample('{"metric":"iterations","type":"Point","data":{')).toBeNull();
    expect(parseSample('{"type":"Metric","data":{},"metric":"http_req_duration"}')).toBeNull();
    expect(() => parseSample('{"metric":"vus","type":"Point","data":{')).toThrow();
    expect(() => parseSample('{"metric":"vus","type":"Point","data":{"time":"today","value":1}}')).toThrow(
      'today',
    );
  });

  it('carry times with a zone and up to nine decimals', () => {
    expect(parseTime('1970-01-01T01:00:01.25+01:00')).toBe(1.25);
    expect(parseTime('1970-01-01T00:00:00Z')).toBe(0);
    expect(parseTime('1970-01-01T00:00:00.000123456Z')).toBeCloseTo(0.000123456, 12);
  });
});

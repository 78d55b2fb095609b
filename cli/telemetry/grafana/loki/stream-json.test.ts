import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logSchema } from '../../../../reports/record/evidence.ts';
import { InvalidOtlp } from '../../otlp-values.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { parseStreams } from './stream-json.ts';

const parse = (body: unknown) => parseStreams(body, DEFAULT_NAMES);

/** Cut from what Loki 3.7 answered. */
const METADATA = {
  detected_level: 'error',
  obsctl_fault_id: 'fault-1',
  obsctl_run_id: 'run-1',
  http_route: '/orders',
  http_response_status_code: '503',
  err_message: 'no stock',
  http_request_header_baggage: '["obsctl.run.id=run-1,tenant=a"]',
  process_pid: '12',
  scope_name: 'pino',
  severity_number: '17',
  severity_text: 'error',
  span_id: '0000000000000032',
  trace_id: '00000000000000000000000000000004',
};
const STREAM = { service_instance_id: 'api-2', service_name: 'api' };
const answer = (result: object[], flags?: string[]) => ({
  status: 'success',
  data: { resultType: 'streams', ...(flags && { encodingFlags: flags }), result },
});

const LOG = {
  time: expect.closeTo(1795372747.108, 6),
  service: 'api',
  instance: 'api-2',
  severity: 'error',
  body: 'no stock',
  traceId: '00000000000000000000000000000004',
  spanId: '0000000000000032',
  attributes: {
    'http.route': '/orders',
    'http.response.status_code': 503,
    'err.message': 'no stock',
    'http.request.header.baggage': ['tenant=a'],
  },
};

test('reads a line, its structured metadata apart from its labels', () => {
  const values = [['1795372747108000000', 'no stock', { structuredMetadata: METADATA }]];
  const [entry] = parse(answer([{ stream: STREAM, values }], ['categorize-labels']));
  expect(entry!.log).toEqual(LOG);
  expect(entry!.nanos).toBe(1795372747108000000n);
});

test('reads a line of a Loki that does not tell labels and metadata apart', () => {
  const values = [['1795372747108000000', 'no stock']];
  const [entry] = parse(answer([{ stream: { ...STREAM, ...METADATA }, values }]));
  expect(entry!.log).toEqual(LOG);
});

test.each([
  ['a label', { level: 'WARNING' }, 'warn'],
  ['a guess of Loki', { detected_level: 'critical' }, 'fatal'],
  ['text before a guess', { severity_text: 'debug', detected_level: 'error' }, 'debug'],
  ['the number before the text', { severity_number: '13', severity_text: 'error' }, 'warn'],
  ['nothing known', { detected_level: 'unknown' }, 'info'],
])('severity by %s', (_, stream, severity) => {
  const [entry] = parse(answer([{ stream, values: [['1', 'x']] }]));
  expect(entry!.log.severity).toBe(severity);
});

test.each([
  ['structured metadata of another name', { traceID: 'A'.repeat(32) }, 'x', 'a'.repeat(32)],
  ['a JSON line', {}, `{"traceId":"${'b'.repeat(32)}"}`, 'b'.repeat(32)],
  ['logfmt', {}, `level=info trace_id=${'c'.repeat(32)} msg=x`, 'c'.repeat(32)],
  ['no id at all', { trace_id: '0'.repeat(32) }, 'x', null],
])('trace id from %s', (_, stream, line, traceId) => {
  const [entry] = parse(answer([{ stream, values: [['1', line]] }]));
  expect(entry!.log.traceId).toBe(traceId);
});

test('a JSON line loses what is obsctl’s own', () => {
  const line = '{"msg":"x","obsctl.fault.id":"f","baggage":{"obsctl_run_id":"r","a":1}}';
  const [entry] = parse(answer([{ stream: {}, values: [['1', line]] }]));
  expect(entry!.log.body).toBe('{"msg":"x","baggage":{"a":1}}');
});

test.each([
  ['null', null],
  ['another API', { status: 'success', data: { resultType: 'vector', result: [] } }],
  ['times that are numbers', answer([{ stream: {}, values: [[1795372747108000000, 'x']] }])],
])('refuses %s', (_, body) => expect(() => parse(body)).toThrow(InvalidOtlp));

describe('property', () => {
  const nanos = fc.bigInt({ min: 0n, max: 4n * 10n ** 18n });
  const streams = fc.array(
    fc.record({
      stream: fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), fc.string(), { noNullPrototype: true }),
      values: fc.array(fc.tuple(nanos.map(String), fc.string())),
    }),
  );

  test('no entry is lost, and nanoseconds keep their order', () => {
    fc.assert(
      fc.property(streams, (result) => {
        const entries = parse(answer(result));
        expect(entries.length).toBe(result.reduce((sum, { values }) => sum + values.length, 0));
        for (const [i, { nanos: time, log }] of entries.entries()) {
          logSchema.parse(log);
          if (i > 0) expect(time >= entries[i - 1]!.nanos).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('whatever comes, it is log lines or a refusal', () => {
    const odd = fc.oneof(
      fc.anything(),
      fc.array(fc.anything()).map((result) => answer(result as object[])),
      fc.array(fc.anything()).map((values) => answer([{ stream: {}, values }], ['categorize-labels'])),
    );
    fc.assert(
      fc.property(odd, (body) => {
        try {
          for (const { log } of parse(body)) logSchema.parse(log);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidOtlp);
        }
      }),
      { numRuns: 300 },
    );
  });
});

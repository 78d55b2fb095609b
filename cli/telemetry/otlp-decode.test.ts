import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countJson, countProtobuf } from './embedded/otlp-count.ts';
import { LOGS, TRACES } from './embedded/otlp-schema.ts';
import { logsOf, spansOf } from './otlp-decode.ts';
import { InvalidOtlp } from './otlp-values.ts';

/** One span and one log line as OpenTelemetry's own JS serializer (otlp-transformer 0.223) wrote them. */
const SPAN = [
  'Co4DCjkKFQoMc2VydmljZS5uYW1lEgUKA2FwaQoeChNzZXJ2aWNlLmluc3RhbmNlLmlkEgcKBWFwaS0xEAAS0AIKBgoBeBIB',
  'MRLFAgoQCvdlGRbNQ92ESOshHIAxnBIIt61rcWkgMzEiCADwZ6oLqQK3KgtHRVQgL29yZGVyczACORXNC9ysxmwYQRWuAeKs',
  'xmwYShcKCmh0dHAucm91dGUSCQoHL29yZGVyc0ogChlodHRwLnJlc3BvbnNlLnN0YXR1c19jb2RlEgMY9wNKEgoFcmF0aW8S',
  'CSEAAAAAAADQP0oMCgZjYWNoZWQSAhAAShQKBHRhZ3MSDCoKCgMKAWEKAwoBYkoXCghuZWdhdGl2ZRILGPn//////////wFQ',
  'AFoxCQDCm+CsxmwYEglleGNlcHRpb24aGQoOZXhjZXB0aW9uLnR5cGUSBwoFRXJyb3IgAGAAaiMKEAr3ZRkWzUPdhEjrIRyA',
  'MZwSCADwZ6oLqQK4KAA1AQEAAHAAegwSCG5vIHN0b2NrGAKFAQEBAAA=',
].join('');
const SPAN_JSON = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}},{"key":"service.instance.id","value":{"stringValue":"api-1"}}],"droppedAttributesCount":0},"scopeSpans":[{"scope":{"name":"x","version":"1"},"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","parentSpanId":"00f067aa0ba902b7","name":"GET /orders","kind":2,"startTimeUnixNano":"1760000000123456789","endTimeUnixNano":"1760000000223456789","attributes":[{"key":"http.route","value":{"stringValue":"/orders"}},{"key":"http.response.status_code","value":{"intValue":503}},{"key":"ratio","value":{"doubleValue":0.25}},{"key":"cached","value":{"boolValue":false}},{"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}},{"key":"negative","value":{"intValue":-7}}],"droppedAttributesCount":0,"events":[{"attributes":[{"key":"exception.type","value":{"stringValue":"Error"}}],"name":"exception","timeUnixNano":"1760000000200000000","droppedAttributesCount":0}],"droppedEventsCount":0,"status":{"code":2,"message":"no stock"},"links":[{"attributes":[],"spanId":"00f067aa0ba902b8","traceId":"0af7651916cd43dd8448eb211c80319c","droppedAttributesCount":0,"flags":257}],"droppedLinksCount":0,"flags":257}]}]}]}`;
const LOG = [
  'CpwBCjkKFQoMc2VydmljZS5uYW1lEgUKA2FwaQoeChNzZXJ2aWNlLmluc3RhbmNlLmlkEgcKBWFwaS0xEAASXwoDCgF4ElgJ',
  'AGV98qzGbBgQDRoEd2FybioKCghyZXRyeWluZzINCgdhdHRlbXB0EgIYAjgARQEAAABKEAr3ZRkWzUPdhEjrIRyAMZxSCLet',
  'a3FpIDMxWQBGc/isxmwY',
].join('');

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

const EXPECTED_SPAN = {
  traceId: TRACE_ID,
  spanId: 'b7ad6b7169203331',
  parentSpanId: '00f067aa0ba902b7',
  name: 'GET /orders',
  kind: 'server',
  service: 'api',
  instance: 'api-1',
  start: expect.closeTo(1760000000.123457, 6),
  duration: 0.1,
  status: 'error',
  statusMessage: 'no stock',
  attributes: {
    'http.route': '/orders',
    'http.response.status_code': 503,
    ratio: 0.25,
    cached: false,
    tags: ['a', 'b'],
    negative: -7,
  },
  events: [{ time: 1760000000.2, name: 'exception', attributes: { 'exception.type': 'Error' } }],
  links: [{ traceId: TRACE_ID, spanId: '00f067aa0ba902b8' }],
};

const protobuf = (base64: string) => Buffer.from(base64, 'base64');

/** A request with one span that is valid but for `change`. */
const requestWith = (change: object) => ({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE_ID,
              spanId: 'b7ad6b7169203331',
              name: 'x',
              startTimeUnixNano: '1000',
              endTimeUnixNano: '2000',
              ...change,
            },
          ],
        },
      ],
    },
  ],
});

describe('what the SDK writes', () => {
  test('as protobuf and as JSON is the same span, in seconds, hex and flat attributes', () => {
    for (const message of [TRACES.decode(protobuf(SPAN)), JSON.parse(SPAN_JSON)]) {
      expect(spansOf(message)).toEqual({ items: [EXPECTED_SPAN], rejected: 0, reasons: [] });
    }
  });

  test('a log line keeps its trace, severity and attributes', () => {
    expect(logsOf(LOGS.decode(protobuf(LOG))).items).toEqual([
      {
        time: 1760000000.5,
        service: 'api',
        instance: 'api-1',
        severity: 'warn',
        body: 'retrying',
        traceId: TRACE_ID,
        spanId: 'b7ad6b7169203331',
        attributes: { attempt: 2 },
      },
    ]);
  });

  test('is counted without being decoded', () => {
    expect(countProtobuf('traces', protobuf(SPAN))).toBe(1);
    expect(countProtobuf('logs', protobuf(LOG))).toBe(1);
    expect(countJson('traces', JSON.parse(SPAN_JSON))).toBe(1);
    const metrics = {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: { dataPoints: [{}, {}] } }] }] }],
    };
    expect(countJson('metrics', metrics)).toBe(2);
  });
});

describe('JSON', () => {
  test('enumerations may be numbers or names', () => {
    const named = spansOf(requestWith({ kind: 'SPAN_KIND_CLIENT', status: { code: 'STATUS_CODE_ERROR' } }))
      .items[0]!;
    const numbered = spansOf(requestWith({ kind: 3, status: { code: 2 } })).items[0]!;
    expect([named.kind, named.status]).toEqual(['client', 'error']);
    expect(named).toEqual(numbered);
  });

  test('maps become dotted keys, and lists of maps too, so that each key can be judged', () => {
    const inner = { kvlistValue: { values: [{ key: 'obsctl.fault.id', value: { stringValue: 'f' } }] } };
    const attributes = [
      { key: 'a', value: inner },
      { key: 'b', value: { arrayValue: { values: [inner] } } },
      { key: 'big', value: { intValue: '9007199254740993' } },
      { key: 'nan', value: { doubleValue: 'NaN' } },
      { key: 'empty', value: {} },
    ];
    expect(spansOf(requestWith({ attributes })).items[0]!.attributes).toEqual({
      'a.obsctl.fault.id': 'f',
      'b.0.obsctl.fault.id': 'f',
      big: '9007199254740993',
      nan: 'NaN',
    });
  });
});

describe('invalid items', () => {
  test.each([
    ['a trace id of the wrong length', { traceId: 'abc' }, 'trace_id is not 16 bytes'],
    ['a trace id that is not hex', { traceId: 'z'.repeat(32) }, 'trace_id is not 16 bytes'],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }, 'trace_id is missing'],
    ['no span id', { spanId: '' }, 'span_id is missing'],
    ['an end before the start', { endTimeUnixNano: '10' }, 'the span ends before it starts'],
    ['a time that is no number', { startTimeUnixNano: 'soon' }, 'expected an unsigned 64-bit number'],
    ['a name that is no text', { name: 7 }, 'expected a string'],
  ])('%s is rejected, the rest is kept', (_what, change, reason) => {
    const [valid, broken] = [requestWith({}), requestWith(change)];
    const decoded = spansOf({ resourceSpans: [...valid.resourceSpans, ...broken.resourceSpans] });
    expect(decoded).toMatchObject({ rejected: 1, reasons: [reason] });
    expect(decoded.items.length).toBe(1);
  });

  test('an attribute nested without end is rejected', () => {
    let value: object = { stringValue: 'deep' };
    for (let i = 0; i < 100; i++) value = { kvlistValue: { values: [{ key: 'k', value }] } };
    expect(spansOf(requestWith({ attributes: [{ key: 'a', value }] })).rejected).toBe(1);
  });
});

describe('hostile input', () => {
  const harmless = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof InvalidOtlp)) throw error;
    }
  };

  test('any JSON is decoded or refused', () => {
    const names = [
      'resourceSpans',
      'scopeSpans',
      'spans',
      'resource',
      'attributes',
      'traceId',
      'status',
      'value',
    ];
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), fc.array(tie('json')), tie('object')),
      object: fc.dictionary(fc.constantFrom(...names), tie('json')),
    }));
    fc.assert(
      fc.property(json, (value) => {
        harmless(() => spansOf(value));
        harmless(() => logsOf(value));
        harmless(() => countJson('traces', value));
      }),
    );
  });

  test('damaged protobuf never counts more items than it has bytes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bytes = protobuf(SPAN);
        bytes[at % bytes.length] = byte;
        try {
          expect(countProtobuf('traces', bytes)).toBeLessThanOrEqual(bytes.length);
          spansOf(TRACES.decode(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

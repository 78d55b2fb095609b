import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../../../reports/record/common.ts';
import { type Span, spanSchema } from '../../../../reports/record/evidence.ts';
import { InvalidOtlp } from '../../otlp-values.ts';
import { parseTrace } from './trace-json.ts';

/** Cut from an answer of Tempo 2.8 to `/api/v2/traces/<id>`. */
const ANSWER = {
  trace: {
    resourceSpans: [
      {
        resource: {
          attributes: [
            { key: 'obsctl.run.id', value: { stringValue: 'run-1' } },
            { key: 'service.instance.id', value: { stringValue: 'api-2' } },
            { key: 'service.name', value: { stringValue: 'api' } },
          ],
        },
        scopeSpans: [
          {
            scope: {},
            spans: [
              {
                traceId: 'AAAAAAAAAAAAAAAAAAAABA==',
                spanId: 'AAAAAAAAADI=',
                parentSpanId: 'AAAAAAAAADE=',
                name: 'GET /orders',
                kind: 'SPAN_KIND_SERVER',
                startTimeUnixNano: '1795372746808000000',
                endTimeUnixNano: '1795372747108000000',
                attributes: [
                  { key: 'http.response.status_code', value: { intValue: '503' } },
                  { key: 'obsctl.fault.id', value: { stringValue: 'fault-1' } },
                  {
                    key: 'http.request.header.baggage',
                    value: { arrayValue: { values: [{ stringValue: 'obsctl.run.id=run-1,tenant=a' }] } },
                  },
                  { key: 'ratio', value: { doubleValue: 0.5 } },
                  { key: 'huge', value: { intValue: '9223372036854775807' } },
                  { key: 'odd', value: { doubleValue: 'NaN' } },
                ],
                events: [
                  {
                    timeUnixNano: '1795372746809000000',
                    name: 'exception',
                    attributes: [{ key: 'exception.type', value: { stringValue: 'Error' } }],
                  },
                ],
                links: [{ traceId: 'AAAAAAAAAAAAAAAAAAAABQ==', spanId: 'AAAAAAAAADI=' }],
                status: { message: 'no stock', code: 'STATUS_CODE_ERROR' },
              },
            ],
          },
        ],
      },
    ],
  },
  metrics: { inspectedBytes: '46364' },
};

test('reads a trace as Tempo writes it, without what is obsctl’s own', () => {
  const { spans, partial } = parseTrace(ANSWER);
  expect(partial).toBeNull();
  expect(spans).toEqual([
    {
      traceId: '00000000000000000000000000000004',
      spanId: '0000000000000032',
      parentSpanId: '0000000000000031',
      name: 'GET /orders',
      kind: 'server',
      service: 'api',
      instance: 'api-2',
      start: expect.closeTo(1795372746.808, 6),
      duration: expect.closeTo(0.3, 9),
      status: 'error',
      statusMessage: 'no stock',
      attributes: {
        'http.response.status_code': 503,
        'http.request.header.baggage': ['tenant=a'],
        ratio: 0.5,
        huge: '9223372036854775807',
        odd: 'NaN',
      },
      events: [
        {
          time: expect.closeTo(1795372746.809, 6),
          name: 'exception',
          attributes: { 'exception.type': 'Error' },
        },
      ],
      links: [{ traceId: '00000000000000000000000000000005', spanId: '0000000000000032' }],
    },
  ]);
});

test.each([
  ['a trace that is not there', { trace: {}, metrics: {} }],
  ['an empty body', {}],
  ['no body', null],
])('%s has no spans', (_, body) => expect(parseTrace(body)).toEqual({ spans: [], partial: null }));

test('a partial answer says so', () => {
  const answer = { ...ANSWER, status: 'PARTIAL', message: 'trace exceeds the maximum size' };
  expect(parseTrace(answer).partial).toContain('trace exceeds the maximum size');
  expect(parseTrace({ ...ANSWER, status: 1 }).partial).toContain('no reason given');
});

test('both sides of a call that share a span id stay', () => {
  const answer = structuredClone(ANSWER) as {
    trace: { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] };
  };
  const { spans } = answer.trace.resourceSpans[0]!.scopeSpans[0]!;
  spans.push({ ...spans[0], kind: 'SPAN_KIND_CLIENT' });
  expect(new Set(parseTrace(answer).spans.map(({ kind }) => kind))).toEqual(new Set(['client', 'server']));
});

test('a span that is none is told of, and the others stay', () => {
  const answer = structuredClone(ANSWER) as {
    trace: { resourceSpans: { scopeSpans: { spans: object[] }[] }[] };
  };
  answer.trace.resourceSpans[0]!.scopeSpans[0]!.spans.push({ spanId: 'AAAAAAAAADM=' });
  const { spans, partial } = parseTrace(answer);
  expect(spans.length).toBe(1);
  expect(partial).toBe('1 spans could not be read: trace_id is missing');
});

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((array) => array.some((byte) => byte > 0))
    .map((array) => Buffer.from(array).toString('hex'));
const base64 = (id: string): string => Buffer.from(id, 'hex').toString('base64');

const key = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,8})?$/).filter((text) => !/baggage/.test(text));
const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Number.isInteger(number)),
);
const value: fc.Arbitrary<AttributeValue> = fc.oneof(scalar, fc.array(scalar, { minLength: 1 }));
const attributes = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
/** Nanoseconds since 1970, of this century. */
const nanos = fc.bigInt({ min: 10n ** 18n, max: 4n * 10n ** 18n });

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

const spanArbitrary = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  parentSpanId: fc.option(hex(8)),
  name: fc.string(),
  kind: fc.constantFrom(...KINDS),
  start: nanos,
  length: fc.bigInt({ min: 0n, max: 10n ** 11n }),
  status: fc.constantFrom(...STATUSES),
  message: fc.option(fc.string({ minLength: 1 })),
  attributes,
  events: fc.array(fc.record({ time: nanos, name: key, attributes }), { maxLength: 2 }),
  links: fc.array(fc.record({ traceId: hex(16), spanId: hex(8) }), { maxLength: 2 }),
  named: fc.boolean(),
});
type Made = typeof spanArbitrary extends fc.Arbitrary<infer T> ? T : never;

const anyValue = (item: AttributeValue): object => {
  if (Array.isArray(item)) return { arrayValue: { values: item.map(anyValue) } };
  if (typeof item === 'string') return { stringValue: item };
  if (typeof item === 'boolean') return { boolValue: item };
  return Number.isInteger(item) ? { intValue: String(item) } : { doubleValue: item };
};
const keyValues = (all: Record<string, AttributeValue>) =>
  Object.entries(all).map(([name, item]) => ({ key: name, value: anyValue(item) }));

/** As protobuf's JSON has it: names of enumerations, or their numbers; what is zero left out. */
const written = (span: Made) => ({
  traceId: base64(span.traceId),
  spanId: base64(span.spanId),
  ...(span.parentSpanId && { parentSpanId: base64(span.parentSpanId) }),
  name: span.name,
  kind: span.named ? `SPAN_KIND_${span.kind.toUpperCase()}` : KINDS.indexOf(span.kind) + 1,
  startTimeUnixNano: String(span.start),
  endTimeUnixNano: String(span.start + span.length),
  attributes: keyValues(span.attributes),
  events: span.events.map((event) => ({
    timeUnixNano: String(event.time),
    name: event.name,
    attributes: keyValues(event.attributes),
  })),
  links: span.links.map((link) => ({ traceId: base64(link.traceId), spanId: base64(link.spanId) })),
  status:
    span.status === 'unset' && span.message === null
      ? {}
      : {
          code: span.named ? `STATUS_CODE_${span.status.toUpperCase()}` : STATUSES.indexOf(span.status),
          ...(span.message && { message: span.message }),
        },
});

const expected = (span: Made): Span => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: span.kind,
  service: 'api',
  instance: 'api-1',
  start: expect.closeTo(Number(span.start) / 1e9, 5),
  duration: expect.closeTo(Number(span.length) / 1e9, 9),
  status: span.status,
  statusMessage: span.message,
  attributes: span.attributes,
  events: span.events.map((event) => ({
    name: event.name,
    time: expect.closeTo(Number(event.time) / 1e9, 5),
    attributes: event.attributes,
  })),
  links: span.links,
});

const SHAPES = [
  (resource: object, spans: object[]) => ({
    trace: { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] },
  }),
  (resource: object, spans: object[]) => ({ batches: [{ resource, scopeSpans: [{ spans }] }] }),
  (resource: object, spans: object[]) => ({
    batches: [{ resource, instrumentationLibrarySpans: [{ spans }] }],
  }),
];

const ORIGIN = { attributes: keyValues({ 'service.name': 'api', 'service.instance.id': 'api-1' }) };

describe('property', () => {
  test('every span comes through every shape of the answer, oldest first', () => {
    const spans = fc.uniqueArray(spanArbitrary, { selector: ({ spanId }) => spanId, maxLength: 4 });
    fc.assert(
      fc.property(spans, fc.constantFrom(...SHAPES), (made, shape) => {
        const found = parseTrace(shape(ORIGIN, made.map(written))).spans;
        const byId = new Map(found.map((span) => [span.spanId, span]));
        expect(found.map(({ start }) => start)).toEqual(
          found.map(({ start }) => start).sort((a, b) => a - b),
        );
        expect(made.map(({ spanId }) => byId.get(spanId))).toEqual(made.map(expected));
      }),
      { numRuns: 60 },
    );
  });

  test('a span that comes twice counts once', () => {
    fc.assert(
      fc.property(spanArbitrary, (span) => {
        expect(parseTrace(SHAPES[0]!(ORIGIN, [written(span), written(span)])).spans.length).toBe(1);
      }),
      { numRuns: 20 },
    );
  });

  test('whatever comes, it is spans of the record or a refusal', () => {
    const odd = fc.oneof(
      fc.anything(),
      fc.record({ trace: fc.record({ resourceSpans: fc.array(fc.anything()) }) }),
      fc.array(fc.anything()).map((spans) => SHAPES[0]!(ORIGIN, spans as object[])),
      fc
        .tuple(
          spanArbitrary,
          fc.constantFrom('traceId', 'kind', 'status', 'events', 'endTimeUnixNano'),
          fc.anything(),
        )
        .map(([span, field, junk]) => SHAPES[1]!(ORIGIN, [{ ...written(span), [field]: junk }])),
    );
    fc.assert(
      fc.property(odd, (body) => {
        try {
          for (const span of parseTrace(body).spans) spanSchema.parse(span);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidOtlp);
        }
      }),
      { numRuns: 300 },
    );
  });
});

import protobuf from 'protobufjs/light.js';

/**
 * The part of OTLP that is read here, as field numbers. Source: opentelemetry-proto 1.x, `trace.proto`,
 * `logs.proto`, `common.proto`, `resource.proto` and the collector services. Fields that are not named are skipped
 * by the decoder, as protobuf intends. Enumerations are read as numbers.
 */
const one = (id: number, type: string) => ({ id, type });
const many = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const root = protobuf.Root.fromJSON({
  nested: {
    KeyValue: { fields: { key: one(1, 'string'), value: one(2, 'AnyValue') } },
    ArrayValue: { fields: { values: many(1, 'AnyValue') } },
    KeyValueList: { fields: { values: many(1, 'KeyValue') } },
    AnyValue: {
      fields: {
        stringValue: one(1, 'string'),
        boolValue: one(2, 'bool'),
        intValue: one(3, 'int64'),
        doubleValue: one(4, 'double'),
        arrayValue: one(5, 'ArrayValue'),
        kvlistValue: one(6, 'KeyValueList'),
        bytesValue: one(7, 'bytes'),
      },
      oneofs: {
        value: {
          oneof: [
            'stringValue',
            'boolValue',
            'intValue',
            'doubleValue',
            'arrayValue',
            'kvlistValue',
            'bytesValue',
          ],
        },
      },
    },
    Resource: { fields: { attributes: many(1, 'KeyValue') } },
    Event: {
      fields: { timeUnixNano: one(1, 'fixed64'), name: one(2, 'string'), attributes: many(3, 'KeyValue') },
    },
    Link: { fields: { traceId: one(1, 'bytes'), spanId: one(2, 'bytes') } },
    SpanStatus: { fields: { message: one(2, 'string'), code: one(3, 'int32') } },
    Span: {
      fields: {
        traceId: one(1, 'bytes'),
        spanId: one(2, 'bytes'),
        parentSpanId: one(4, 'bytes'),
        name: one(5, 'string'),
        kind: one(6, 'int32'),
        startTimeUnixNano: one(7, 'fixed64'),
        endTimeUnixNano: one(8, 'fixed64'),
        attributes: many(9, 'KeyValue'),
        events: many(11, 'Event'),
        links: many(13, 'Link'),
        status: one(15, 'SpanStatus'),
      },
    },
    ScopeSpans: { fields: { spans: many(2, 'Span') } },
    ResourceSpans: { fields: { resource: one(1, 'Resource'), scopeSpans: many(2, 'ScopeSpans') } },
    Traces: { fields: { resourceSpans: many(1, 'ResourceSpans') } },
    LogRecord: {
      fields: {
        timeUnixNano: one(1, 'fixed64'),
        severityNumber: one(2, 'int32'),
        severityText: one(3, 'string'),
        body: one(5, 'AnyValue'),
        attributes: many(6, 'KeyValue'),
        traceId: one(9, 'bytes'),
        spanId: one(10, 'bytes'),
        observedTimeUnixNano: one(11, 'fixed64'),
      },
    },
    ScopeLogs: { fields: { logRecords: many(2, 'LogRecord') } },
    ResourceLogs: { fields: { resource: one(1, 'Resource'), scopeLogs: many(2, 'ScopeLogs') } },
    Logs: { fields: { resourceLogs: many(1, 'ResourceLogs') } },
    PartialSuccess: { fields: { rejected: one(1, 'int64'), errorMessage: one(2, 'string') } },
    Response: { fields: { partialSuccess: one(1, 'PartialSuccess') } },
    /** google.rpc.Status, the body of an OTLP failure. */
    Failure: { fields: { code: one(1, 'int32'), message: one(2, 'string') } },
  },
});

export const TRACES = root.lookupType('Traces');
export const LOGS = root.lookupType('Logs');
export const RESPONSE = root.lookupType('Response');
export const FAILURE = root.lookupType('Failure');

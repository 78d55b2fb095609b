import { LOGS, TRACES } from '../../cli/telemetry/embedded/otlp-schema.ts';

/** Sends OTLP requests written in the form of OTLP/JSON, as JSON or as protobuf, with or without gzip. */
export type OtlpEncoding = 'json' | 'json-gzip' | 'protobuf' | 'protobuf-gzip';

const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);

/** OTLP/JSON writes ids in hex; protobuf has their bytes. */
const withBytes = (value: unknown, key = ''): unknown => {
  if (Array.isArray(value)) return value.map((item) => withBytes(item));
  if (typeof value === 'string' && IDS.has(key)) return Buffer.from(value, 'hex');
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withBytes(item, name)]));
};

/** The message as protobuf. */
export const toProtobuf = (signal: 'traces' | 'logs', message: object): Buffer => {
  const type = signal === 'traces' ? TRACES : LOGS;
  return Buffer.from(type.encode(type.fromObject(withBytes(message) as object)).finish());
};

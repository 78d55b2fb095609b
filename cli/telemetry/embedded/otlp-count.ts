import protobuf from 'protobufjs/light.js';
import { listOf, rawOf } from '../otlp-values.ts';

export type Signal = 'traces' | 'logs' | 'metrics';

/** Field numbers from the request down to the items (spans, log records, data points). */
const FIELDS: Record<Signal, number[][]> = {
  traces: [[1], [2], [2]],
  logs: [[1], [2], [2]],
  metrics: [[1], [2], [2], [5, 7, 9, 10, 11], [1]],
};

const NAMES: Record<Signal, string[][]> = {
  traces: [['resourceSpans'], ['scopeSpans'], ['spans']],
  logs: [['resourceLogs'], ['scopeLogs'], ['logRecords']],
  metrics: [
    ['resourceMetrics'],
    ['scopeMetrics'],
    ['metrics'],
    ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'],
    ['dataPoints'],
  ],
};

const LENGTH_DELIMITED = 2;

const countFields = (reader: protobuf.Reader, end: number, [level, ...deeper]: number[][]): number => {
  let items = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if ((tag & 7) !== LENGTH_DELIMITED || !level!.includes(tag >>> 3)) {
      reader.skipType(tag & 7);
      continue;
    }
    const length = reader.uint32();
    if (reader.pos + length > end) throw new RangeError('a field reaches past its message');
    if (deeper.length > 0) items += countFields(reader, reader.pos + length, deeper);
    else {
      items += 1;
      reader.skip(length);
    }
  }
  return items;
};

/** Items of a protobuf request, found by skipping over everything else: cheap enough to refuse a flood with. */
export const countProtobuf = (signal: Signal, body: Uint8Array): number =>
  countFields(protobuf.Reader.create(body), body.length, FIELDS[signal]);

const countNames = (value: unknown, [level, ...deeper]: string[][]): number => {
  if (level === undefined) return 1;
  let items = 0;
  for (const name of level) {
    const next = rawOf(value)[name];
    const list = Array.isArray(next) || next === undefined || next === null ? listOf(next) : [next];
    for (const item of list) items += countNames(item, deeper);
  }
  return items;
};

/** Items of a parsed JSON request. Throws InvalidOtlp when its frame is not OTLP. */
export const countJson = (signal: Signal, message: unknown): number => countNames(message, NAMES[signal]);

import type { Attributes, AttributeValue } from '../../reports/record/common.ts';

/** One item, or the request itself, that is not what OTLP allows. */
export class InvalidOtlp extends Error {}

/** A decoded message: protobuf (bytes, Long) or JSON (hex, strings, numbers). Nothing in it is to be trusted. */
export type Raw = Record<string, unknown>;

/** Deeper nesting than this is hostile, not telemetry. */
const MAX_DEPTH = 16;

export const rawOf = (value: unknown): Raw => {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new InvalidOtlp('expected an object');
  return value as Raw;
};

export const listOf = (value: unknown): unknown[] => {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new InvalidOtlp('expected a list');
  return value;
};

export const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') throw new InvalidOtlp('expected a string');
  return value;
};

const hexOf = (value: unknown): string => {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  }
  // protobufjs shows a bytes field that is not there as an empty list.
  return Array.isArray(value) && value.length === 0 ? '' : textOf(value).toLowerCase();
};

/** Lower-case hex of an id of `bytes` bytes; null when it is absent or all zero (W3C Trace Context: not an id). */
export const idOf = (value: unknown, bytes: number, name: string): string | null => {
  const hex = hexOf(value);
  if (hex === '') return null;
  if (hex.length !== bytes * 2 || !/^[0-9a-f]+$/.test(hex))
    throw new InvalidOtlp(`${name} is not ${bytes} bytes`);
  return /^0+$/.test(hex) ? null : hex;
};

/** An unsigned 64-bit number as two halves, as protobuf's Long has it: no BigInt on the fast path. */
export interface Halves {
  high: number;
  low: number;
}

const TWO_32 = 4294967296;

export const halvesOf = (value: unknown): Halves => {
  if (value === null || value === undefined) return { high: 0, low: 0 };
  if (typeof value === 'object' && 'high' in value && 'low' in value) return value as Halves;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    const big = BigInt(value);
    return { high: Number(big >> 32n), low: Number(big & 0xffffffffn) };
  }
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    return { high: Math.floor(value / TWO_32), low: value % TWO_32 };
  }
  throw new InvalidOtlp('expected an unsigned 64-bit number');
};

/** Unix seconds of nanoseconds. A double keeps about a quarter of a microsecond at today's dates. */
export const secondsOf = ({ high, low }: Halves): number => (high >>> 0) * (TWO_32 / 1e9) + (low >>> 0) / 1e9;

/** Seconds from `start` to `end`, taken before rounding: exact to the nanosecond for any sane span. */
export const secondsBetween = (start: Halves, end: Halves): number =>
  ((end.high >>> 0) - (start.high >>> 0)) * (TWO_32 / 1e9) + ((end.low >>> 0) - (start.low >>> 0)) / 1e9;

type Scalar = string | number | boolean;

const integerOf = (value: unknown): Scalar => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
};

const doubleOf = (value: unknown): Scalar => {
  const number = Number(value);
  return Number.isFinite(number) ? number : String(value);
};

/** The scalar an AnyValue holds; undefined when it is empty, a list or a map. */
const scalarOf = (value: Raw): Scalar | undefined => {
  if (Object.hasOwn(value, 'stringValue')) return textOf(value.stringValue);
  if (Object.hasOwn(value, 'intValue')) return integerOf(value.intValue);
  if (Object.hasOwn(value, 'boolValue')) return value.boolValue === true;
  if (Object.hasOwn(value, 'doubleValue')) return doubleOf(value.doubleValue);
  if (!Object.hasOwn(value, 'bytesValue')) return undefined;
  const bytes = value.bytesValue;
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : textOf(bytes);
};

/** Puts an AnyValue under `key`; maps, and lists of maps, become dotted keys, so that every key can be judged. */
const assign = (into: Attributes, key: string, any: unknown, depth: number): void => {
  if (depth > MAX_DEPTH) throw new InvalidOtlp('an attribute is nested too deeply');
  const value = rawOf(any);
  const scalar = scalarOf(value);
  if (scalar !== undefined) into[key] = scalar;
  else if (Object.hasOwn(value, 'arrayValue'))
    assignList(into, key, listOf(rawOf(value.arrayValue).values), depth);
  else if (Object.hasOwn(value, 'kvlistValue'))
    assignMap(into, `${key}.`, rawOf(value.kvlistValue).values, depth);
};

const assignList = (into: Attributes, key: string, items: unknown[], depth: number): void => {
  const scalars = items.map((item) => scalarOf(rawOf(item)));
  if (scalars.every((item) => item !== undefined)) into[key] = scalars as AttributeValue;
  else for (const [index, item] of items.entries()) assign(into, `${key}.${index}`, item, depth + 1);
};

const assignMap = (into: Attributes, prefix: string, list: unknown, depth: number): void => {
  for (const item of listOf(list)) {
    const pair = rawOf(item);
    assign(into, prefix + textOf(pair.key), pair.value, depth + 1);
  }
};

/** A list of KeyValue as flat attributes. */
export const attributesOf = (list: unknown): Attributes => {
  const attributes: Attributes = {};
  assignMap(attributes, '', list, 0);
  return attributes;
};

/** An AnyValue that is one text (a log's body): scalars as they are, anything else as flat attributes. */
export const bodyOf = (any: unknown): string | Attributes => {
  if (any === null || any === undefined) return '';
  const scalar = scalarOf(rawOf(any));
  if (scalar !== undefined) return String(scalar);
  const attributes: Attributes = {};
  assign(attributes, 'body', any, 0);
  return attributes;
};

import { isOwn } from '../../strip.ts';

/** A line that is a JSON object, as many loggers write it; null otherwise. */
const objectOf = (body: string): Record<string, unknown> | null => {
  if (!body.startsWith('{')) return null;
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return null;
  }
};

const without = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(without);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isOwn(key))
      .map(([key, item]) => [key, without(item)]),
  );
};

/** The line; one that is a JSON object without what obsctl knows of it. */
export const bodyWithoutOwn = (body: string): string => {
  const object = /obsctl/i.test(body) ? objectOf(body) : null;
  return object ? JSON.stringify(without(object)) : body;
};

const NAMES = ['trace_id', 'traceId', 'traceid', 'traceID', 'trace.id', 'otel_trace_id'];

/** The trace id that a line which is a JSON object or logfmt carries; null when it has none. */
export const traceIdInBody = (body: string): string | null => {
  const object = objectOf(body);
  const inObject = object && NAMES.map((name) => object[name]).find((value) => typeof value === 'string');
  const text = inObject ?? /\btrace_?\.?id["']?[=:]\s*["']?([0-9a-f]{32})\b/i.exec(body)?.[1];
  const id = typeof text === 'string' ? text.toLowerCase() : '';
  return /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id) ? id : null;
};

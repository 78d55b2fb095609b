import type { Log } from '../../../../reports/record/evidence.ts';
import { halvesOf, InvalidOtlp, listOf, type Raw, rawOf, secondsOf, textOf } from '../../otlp-values.ts';
import { stripLog } from '../../strip.ts';
import type { Names } from '../options.ts';
import { attributesFrom } from './attribute-names.ts';
import { bodyWithoutOwn, traceIdInBody } from './body.ts';
import { severityFrom } from './severity.ts';

/** A line with the time it has in Loki: nanoseconds, which a number of seconds cannot hold. */
export interface Entry {
  nanos: bigint;
  /** What makes two entries one. */
  key: string;
  log: Log;
}

type Labels = Record<string, string>;

const labelsOf = (value: unknown): Labels =>
  Object.fromEntries(Object.entries(rawOf(value)).map(([name, text]) => [name, textOf(text)]));

const firstOf = (labels: Labels, names: string[]): string | undefined =>
  names.map((name) => labels[name]).find((value) => value !== undefined && value !== '');

const TRACE_IDS = ['trace_id', 'traceid', 'traceID', 'TraceID', 'traceId'];
const SPAN_IDS = ['span_id', 'spanid', 'spanID', 'SpanID', 'spanId'];
const INSTANCES = ['service_instance_id', 'instance', 'pod', 'k8s_pod_name', 'host', 'host_name'];

/** A lower-case hex id of so many digits that is not all zero; null for anything else. */
const idOf = (text: string | undefined, digits: number): string | null => {
  const id = text?.toLowerCase() ?? '';
  return id.length === digits && /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id) ? id : null;
};

/** Only what came with the line itself is its attributes; where Loki does not tell apart, its labels are taken for it. */
const logOf = (nanos: string, body: string, stream: Labels, metadata: Labels | null, names: Names): Log => {
  const labels = { ...stream, ...metadata };
  return stripLog({
    time: secondsOf(halvesOf(nanos)),
    service: firstOf(labels, names.lokiService) ?? 'unknown_service',
    instance: firstOf(labels, INSTANCES) ?? '',
    severity: severityFrom(labels),
    body: bodyWithoutOwn(body),
    traceId: idOf(firstOf(labels, TRACE_IDS), 32) ?? traceIdInBody(body),
    spanId: idOf(firstOf(labels, SPAN_IDS), 16),
    attributes: attributesFrom(metadata ?? stream),
  });
};

/** With `categorize-labels` structured metadata comes with each entry, else among the labels. */
const metadataOf = (value: unknown, isCategorized: boolean): Labels | null => {
  if (value === undefined) return isCategorized ? {} : null;
  const { structuredMetadata, parsed } = rawOf(value);
  return { ...labelsOf(parsed), ...labelsOf(structuredMetadata) };
};

const entryOf = (item: unknown, stream: Labels, isCategorized: boolean, names: Names): Entry => {
  const [nanos, body, extra] = listOf(item);
  if (typeof nanos !== 'string' || !/^\d{1,19}$/.test(nanos) || typeof body !== 'string')
    throw new InvalidOtlp('an entry is not a time and a line');
  const metadata = metadataOf(extra, isCategorized);
  const key = JSON.stringify([nanos, body, stream, metadata]);
  return { nanos: BigInt(nanos), key, log: logOf(nanos, body, stream, metadata, names) };
};

const entriesOf = (item: unknown, isCategorized: boolean, names: Names): Entry[] => {
  const { stream, values } = rawOf(item);
  const labels = labelsOf(stream);
  return listOf(values).map((value) => entryOf(value, labels, isCategorized, names));
};

const dataOf = (body: unknown): Raw => {
  const data = rawOf(rawOf(body).data);
  if (data.resultType !== 'streams') throw new InvalidOtlp('the answer holds no log streams');
  return data;
};

/** Entries, oldest first, of an answer of `/loki/api/v1/query_range`. Throws InvalidOtlp when it is none. */
export const parseStreams = (body: unknown, names: Names): Entry[] => {
  const data = dataOf(body);
  const isCategorized = listOf(data.encodingFlags).includes('categorize-labels');
  const entries = listOf(data.result).flatMap((item) => entriesOf(item, isCategorized, names));
  return entries.sort((a, b) => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0));
};

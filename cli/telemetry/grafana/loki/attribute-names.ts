import type { Attributes, AttributeValue } from '../../../../reports/record/common.ts';

/**
 * Loki turns the dots of OpenTelemetry's names into underscores and every value into a text. These are the names that
 * semantic conventions (1.27 and newer, and what they replaced) and pino's own fields would have; others stay as Loki has them.
 */
const DOTTED = [
  'client.address',
  'code.file.path',
  'code.function.name',
  'code.line.number',
  'db.collection.name',
  'db.namespace',
  'db.operation.name',
  'db.query.text',
  'db.response.status_code',
  'db.statement',
  'db.system',
  'db.system.name',
  'enduser.id',
  'err.code',
  'err.message',
  'err.name',
  'err.stack',
  'err.type',
  'error.code',
  'error.message',
  'error.name',
  'error.stack',
  'error.type',
  'event.name',
  'exception.message',
  'exception.stacktrace',
  'exception.type',
  'http.method',
  'http.request.body.size',
  'http.request.header.baggage',
  'http.request.method',
  'http.request.resend_count',
  'http.response.body.size',
  'http.response.status_code',
  'http.route',
  'http.status_code',
  'http.target',
  'http.url',
  'log.file.name',
  'log.file.path',
  'log.iostream',
  'log.record.uid',
  'messaging.destination.name',
  'messaging.message.id',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.system',
  'net.peer.name',
  'net.peer.port',
  'network.peer.address',
  'network.peer.port',
  'network.protocol.name',
  'network.protocol.version',
  'peer.service',
  'rpc.method',
  'rpc.service',
  'rpc.system',
  'server.address',
  'server.port',
  'thread.id',
  'thread.name',
  'url.full',
  'url.path',
  'url.query',
  'url.scheme',
  'user_agent.original',
];

const BY_LOKI_NAME = new Map(DOTTED.map((name) => [name.replace(/[.-]/g, '_'), name]));

/** Attributes of the resource, and what Loki writes of its own: not the line's. */
const OF_RESOURCE =
  /^(service|process|host|os|telemetry|k8s|container|cloud|deployment|faas|device|webengine|scope)_|^scope(_|$)/;
const OF_LOKI =
  /^(severity_number|severity_text|detected_level|level|observed_timestamp|flags|trace_?id|span_?id|dropped_attributes_count|__.*)$/i;

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** Loki writes a list as JSON. */
const listIn = (text: string): AttributeValue | null => {
  if (!text.startsWith('[')) return null;
  try {
    const list = JSON.parse(text) as unknown[];
    return list.every(isScalar) ? (list as AttributeValue) : null;
  } catch {
    return null;
  }
};

/** A text that is written exactly as a number or boolean would be becomes one: Loki does not tell which it was. */
const typed = (text: string): AttributeValue => {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d/.test(text) && String(Number(text)) === text) return Number(text);
  return listIn(text) ?? text;
};

const isOfTheLine = (name: string): boolean => !OF_RESOURCE.test(name) && !OF_LOKI.test(name);

/** The attributes of a line out of Loki's structured metadata, under the names that semantic conventions give them. */
export const attributesFrom = (metadata: Record<string, string>): Attributes =>
  Object.fromEntries(
    Object.entries(metadata)
      .filter(([name]) => isOfTheLine(name))
      .map(([name, text]) => [BY_LOKI_NAME.get(name) ?? name, typed(text)]),
  );

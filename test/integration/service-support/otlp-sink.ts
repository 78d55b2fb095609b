import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span or log record as OTLP/JSON has it, with its resource and its attributes made plain. */
export interface SunkSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number; message?: string };
  events: { name: string; attributes: Record<string, unknown> }[];
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  start: number;
  end: number;
}

export interface SunkLog {
  traceId: string;
  spanId: string;
  severity: string;
  body: string;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

const plainValue = (value: Record<string, unknown>): unknown => {
  const [kind, content] = Object.entries(value)[0] ?? [];
  if (kind === 'kvlistValue') return plain((content as { values: KeyValue[] }).values);
  return kind === 'intValue' || kind === 'doubleValue' ? Number(content) : content;
};
const plain = (attributes: KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));

// biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
const spansOf = (body: any): SunkSpan[] =>
  // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
  (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
    scopeSpans.flatMap(({ spans }: any) =>
      // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
      spans.map((span: any) => ({
        ...span,
        status: span.status ?? {},
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
        // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
        events: (span.events ?? []).map((event: any) => ({
          name: event.name,
          attributes: plain(event.attributes),
        })),
        start: Number(span.startTimeUnixNano) / 1e9,
        end: Number(span.endTimeUnixNano) / 1e9,
      })),
    ),
  );

// biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
const logsOf = (body: any): SunkLog[] =>
  // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
  (body.resourceLogs ?? []).flatMap(({ resource, scopeLogs }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
    scopeLogs.flatMap(({ logRecords }: any) =>
      // biome-ignore lint/suspicious/noExplicitAny: OTLP/JSON as it comes
      logRecords.map((log: any) => ({
        traceId: log.traceId ?? '',
        spanId: log.spanId ?? '',
        severity: String(log.severityText),
        body: String(log.body?.stringValue),
        attributes: plain(log.attributes),
        resource: plain(resource.attributes),
      })),
    ),
  );

/** Takes OTLP/HTTP in JSON and keeps what came. */
export const startOtlpSink = async () => {
  const spans: SunkSpan[] = [];
  const logs: SunkLog[] = [];
  const raw: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    raw.push(text);
    spans.push(...spansOf(JSON.parse(text)));
    logs.push(...logsOf(JSON.parse(text)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    logs,
    raw,
    /** The spans of one trace. */
    trace: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
export type OtlpSink = Awaited<ReturnType<typeof startOtlpSink>>;

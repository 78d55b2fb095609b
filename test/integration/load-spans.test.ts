import { afterEach, describe, expect, it } from 'vitest';
import { SpanExporter, type SpanExporterOptions } from '../../cli/load/span-exporter.ts';
import type { Span } from '../../reports/record/evidence.ts';
import { startOtlp } from './load-stubs.ts';

/** The exporter against a receiver that refuses. */

const toClose: { close(): Promise<unknown> }[] = [];
afterEach(() => Promise.all(toClose.splice(0).map((each) => each.close())));

const receiver = async (answer?: Parameters<typeof startOtlp>[0]) => {
  const otlp = await startOtlp(answer);
  toClose.push(otlp);
  return otlp;
};

const exporter = (otlpUrl: string, more: Partial<SpanExporterOptions> = {}) =>
  new SpanExporter({
    otlpUrl,
    resource: { 'service.name': 'k6' },
    scope: { name: 'k6', version: '1' },
    ...more,
  });

const spans = (count: number): Span[] =>
  Array.from({ length: count }, (_, i) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (i + 1).toString(16).padStart(16, '0'),
    parentSpanId: null,
    name: 'GET /products',
    kind: 'client',
    service: 'k6',
    instance: 'k6',
    start: 1,
    duration: 1,
    status: 'unset',
    statusMessage: null,
    attributes: {},
    events: [],
    links: [],
  }));

const send = (to: SpanExporter, count: number) => {
  to.add(spans(count));
  return to.close();
};

describe('the exporter of client spans', () => {
  it('sends all in batches', async () => {
    const otlp = await receiver();
    expect(await send(exporter(otlp.url, { batchSize: 10 }), 25)).toEqual({ exported: 25, lost: 0 });
    expect(otlp.requests()).toBe(3);
    expect(new Set(otlp.spans.map(({ spanId }) => spanId)).size).toBe(25);
  });

  it.each([429, 502, 503, 504])('tries again after %i, when the receiver says', async (status) => {
    const otlp = await receiver((request) =>
      request < 3 ? { status, headers: { 'retry-after': '0' } } : {},
    );
    expect(await send(exporter(otlp.url), 5)).toEqual({ exported: 5, lost: 0 });
    expect(otlp.requests()).toBe(3);
    expect(otlp.spans).toHaveLength(5);
  });

  it('counts as lost what is refused for good, and goes on', async () => {
    const otlp = await receiver((request) => (request === 1 ? { status: 400 } : {}));
    expect(await send(exporter(otlp.url, { batchSize: 10 }), 15)).toEqual({ exported: 5, lost: 10 });
    expect(otlp.requests()).toBe(2);
  });

  it('counts as lost what a partial success rejects', async () => {
    const otlp = await receiver(() => ({
      body: { partialSuccess: { rejectedSpans: '2', errorMessage: 'no' } },
    }));
    expect(await send(exporter(otlp.url), 5)).toEqual({ exported: 3, lost: 2 });
  });

  it('gives up when nobody answers, within its time', async () => {
    const otlp = await startOtlp();
    await otlp.close();
    expect(await send(exporter(otlp.url, { retryFor: 0.5 }), 5)).toEqual({ exported: 0, lost: 5 });
  });

  it('closes within its time, even when told to wait', async () => {
    const otlp = await receiver(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    const closing = send(exporter(otlp.url, { closeWithin: 0.2, retryFor: 3600 }), 5);
    expect(await closing).toEqual({ exported: 0, lost: 5 });
  });

  it('holds no more than its limit', async () => {
    const otlp = await receiver();
    expect(await send(exporter(otlp.url, { queueLimit: 10, batchSize: 50 }), 25)).toEqual({
      exported: 10,
      lost: 15,
    });
  });
});

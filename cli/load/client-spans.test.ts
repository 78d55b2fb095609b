import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Span, spanSchema } from '../../reports/record/evidence.ts';
import { ClientSpanBuilder } from './client-spans.ts';
import { parseSample, type Sample } from './k6-samples.ts';

const golden = readFileSync(new URL('../../test/fixtures/load/k6-samples.ndjson', import.meta.url), 'utf8');
const samples = golden.split('\n').flatMap((line) => parseSample(line) ?? []);
const context = { runId: 'golden', baseUrl: 'http://127.0.0.1:8080' };

const spansOf = (taken: Sample[]): Span[] => {
  const builder = new ClientSpanBuilder(context);
  const spans = taken.flatMap((sample) => {
    if (sample.kind === 'attempt') builder.attempt(sample);
    return sample.kind === 'logical' ? builder.logical(sample) : [];
  });
  return [...spans, ...builder.interrupted()];
};

const traceOf = (spans: Span[], traceId: string) => spans.filter((span) => span.traceId === traceId);
const rootsOf = (spans: Span[]) => spans.filter((span) => span.parentSpanId === null);

describe('client spans', () => {
  const spans = spansOf(samples);

  it('are one root for each logical request and one child for each attempt', () => {
    expect(rootsOf(spans)).toHaveLength(7);
    expect(spans).toHaveLength(7 + 11);
    for (const span of spans) expect(spanSchema.safeParse(span).error).toBeUndefined();
  });

  it('nest: every attempt lies within its root', () => {
    for (const span of spans.filter(({ parentSpanId }) => parentSpanId !== null)) {
      const root = spans.find(({ spanId }) => spanId === span.parentSpanId)!;
      expect(root.traceId).toBe(span.traceId);
      expect(span.start).toBeGreaterThanOrEqual(root.start);
      expect(span.start + span.duration).toBeLessThanOrEqual(root.start + root.duration + 1e-6);
    }
  });

  it('show a time-out and the attempt that came after it', () => {
    const [root, first, second] = traceOf(spans, '48a06290447eebad769823c80d32c4f3');
    expect(root).toMatchObject({ name: 'POST /orders', kind: 'internal', service: 'k6', status: 'unset' });
    expect(first).toMatchObject({ kind: 'client', status: 'error', statusMessage: 'request timeout' });
    expect(first!.attributes).toEqual({
      'http.request.method': 'POST',
      'url.full': 'http://127.0.0.1:8080/orders',
      'url.template': '/orders',
      'server.address': '127.0.0.1',
      'server.port': 8080,
      'error.type': 'timeout',
      'obsctl.run.id': 'golden',
    });
    expect(second!.attributes).toMatchObject({
      'http.response.status_code': 201,
      'http.request.resend_count': 1,
    });
    expect(second!.status).toBe('unset');
  });

  it('mark the root when the last attempt failed too', () => {
    const trace = traceOf(spans, '48a06290447eebad72d4e5d88aaaec1c');
    expect(trace.map(({ status }) => status)).toEqual(['error', 'error', 'error', 'error']);
    expect(trace[0]!.statusMessage).toBe('HTTP status 503');
    expect(trace.slice(1).map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
      1,
      2,
    ]);
  });

  it('of a request that the end of the load cut off still have their root', () => {
    const attempts = samples.filter((sample) => sample.kind === 'attempt').slice(1, 2);
    const cut = spansOf(attempts);
    expect(cut).toHaveLength(2);
    expect(cut[0]).toMatchObject({ parentSpanId: null, status: 'error', statusMessage: 'interrupted' });
    expect(cut[1]!.parentSpanId).toBe(cut[0]!.spanId);
  });
});

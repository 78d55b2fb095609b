import { expect, test } from 'vitest';
import { fakeSpan } from '../fake-telemetry-source.fixture.ts';
import { exemplarFromTrace, isComplete } from './from-trace.ts';

const SPIKE = { from: 1000, to: 1010, kind: 'error' as const, service: 'api', baseline: 0 };

test.each([
  ['http.request.method', 'http.response.status_code'],
  ['http.method', 'http.status_code'],
])('reads method and status of %s and %s', (method, status) => {
  const span = fakeSpan(1, { attributes: { [method]: 'PUT', [status]: 503, 'http.route': '/a' } });
  expect(exemplarFromTrace([span], SPIKE)).toMatchObject({ method: 'PUT', status: 503, route: '/a' });
});

test('a span without a status has none', () => {
  expect(exemplarFromTrace([fakeSpan(1, { attributes: {}, status: 'error' })], SPIKE)).toMatchObject({
    status: null,
    method: '',
  });
});

test('a trace is complete with every parent there, or without that of what a client calls whose spans nobody keeps', () => {
  const called = fakeSpan(1, { spanId: 'b', parentSpanId: 'client', kind: 'server', service: 'api' });
  const further = fakeSpan(2, { spanId: 'c', parentSpanId: 'b', kind: 'server', service: 'inventory' });
  const lost = { ...further, parentSpanId: 'gone' };
  expect([isComplete([called, further]), isComplete([called, further], 'api')]).toEqual([false, true]);
  expect(isComplete([called, lost], 'api')).toBe(false);
  expect(isComplete([{ ...called, kind: 'internal' }], 'api')).toBe(false);
});

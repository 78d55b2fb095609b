import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../reports/record/evidence.ts';
import { stripOwn, stripSpan } from './strip.ts';

describe('obsctl marks', () => {
  test('go, wherever in the key they stand; what only looks like them stays', () => {
    const attributes = {
      'obsctl.fault.id': 'f',
      obsctl: 1,
      'OBSCTL.run': 'r',
      'baggage.obsctl.run.id': 'r',
      'meta.0.obsctl.seed': 3,
      'http.route': '/orders',
      'notobsctl.x': 1,
      'obsctlx.y': 2,
    };
    expect(stripOwn(attributes)).toEqual({ 'http.route': '/orders', 'notobsctl.x': 1, 'obsctlx.y': 2 });
  });

  test('go out of a baggage header, encoded or not; its other members stay', () => {
    expect(
      stripOwn({
        baggage: 'tenant=a,obsctl.run.id=r;p=1, obsctl%2Efault=f,user=b',
        'http.request.header.baggage': ['obsctl.run.id=r', 'tenant=%zz,obsctl.a=1'],
      }),
    ).toEqual({ baggage: 'tenant=a,user=b', 'http.request.header.baggage': ['', 'tenant=%zz'] });
  });

  test('go out of a span with its events', () => {
    const span: Span = {
      ...{
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        parentSpanId: null,
        name: 'x',
        service: 'api',
        instance: 'api-1',
      },
      ...{
        start: 1,
        duration: 1,
        statusMessage: null,
        links: [],
        kind: 'server',
        status: 'unset',
      },
      attributes: { 'obsctl.a': 1, kept: true },
      events: [
        { time: 1, name: 'exception', attributes: { 'obsctl.b': 1, 'exception.type': 'Error' } },
        { time: 1, name: 'obsctl.fault', attributes: {} },
      ],
    };
    const { attributes, events } = stripSpan(span);
    expect(attributes).toEqual({ kept: true });
    expect(events).toEqual([{ time: 1, name: 'exception', attributes: { 'exception.type': 'Error' } }]);
  });

  test('no key with an obsctl part is ever left', () => {
    const part = fc.constantFrom('obsctl', 'Obsctl', 'a', 'baggage', 'x1');
    const key = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.dictionary(key, fc.string()), (attributes) => {
        const left = Object.keys(stripOwn(attributes));
        const expected = Object.keys(attributes).filter(
          (name) => !name.toLowerCase().split('.').includes('obsctl'),
        );
        expect(left).toEqual(expected);
      }),
    );
  });
});

import { expect, it } from 'vitest';
import { exportRequest } from './otlp-json.ts';

it('writes spans as OTLP/JSON', () => {
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: null,
    name: 'GET /products',
    kind: 'client' as const,
    service: 'k6',
    instance: 'k6',
    start: 1_795_350_903.939_092,
    duration: 0.25,
    status: 'error' as const,
    statusMessage: 'request timeout',
    attributes: { 'server.port': 80, 'url.template': '/products', ratio: 0.5, flag: true, list: ['a', 1] },
    events: [],
    links: [],
  };
  expect(exportRequest([span], { 'service.name': 'k6' }, { name: 'k6', version: '1' })).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'k6' } }] },
        scopeSpans: [
          {
            scope: { name: 'k6', version: '1' },
            spans: [
              {
                traceId: span.traceId,
                spanId: span.spanId,
                flags: 1,
                name: 'GET /products',
                kind: 3,
                startTimeUnixNano: '1795350903939092000',
                endTimeUnixNano: '1795350904189092000',
                attributes: [
                  { key: 'server.port', value: { intValue: '80' } },
                  { key: 'url.template', value: { stringValue: '/products' } },
                  { key: 'ratio', value: { doubleValue: 0.5 } },
                  { key: 'flag', value: { boolValue: true } },
                  {
                    key: 'list',
                    value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } },
                  },
                ],
                status: { code: 2, message: 'request timeout' },
              },
            ],
          },
        ],
      },
    ],
  });
});

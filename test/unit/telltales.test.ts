import { describe, expect, test } from 'vitest';
import { telltaleIn, telltalesIn } from '../support/telltales.ts';

describe('the telltale scan', () => {
  test.each([
    'chaos',
    'the Injector',
    'obsctl.fault.id',
    'GET /faults',
    'a default fault',
    'lease ran out',
    'poolExhaustion',
    'pool_exhaustion',
    'pool exhaustion',
    'cpu-burn began',
    'the slow-query is on',
    'CacheStampede',
    'Error: x\n    at Object.handle (/app/service/faults/latency.ts:20:5)',
    'Error: x\n    at FaultRegistry.victimsFor (/app/dist/chunk-ABCD.js:20:5)',
    'Error: x\n    at asThrownAt (/app/dist/chunk-ABCD.js:20:5)',
    'Error: x\n    at play (file:///app/service/plugins/route-handler.ts:20:5)',
  ])('finds %j', (text) => {
    expect(telltaleIn(text)).toBeDefined();
  });

  test.each([
    'by default',
    'client released, please',
    'read ECONNRESET: connection reset by peer',
    'slow request',
    'slow query',
    'latency',
    'error',
    'deadlock detected',
    'TypeError: x\n    at Object.getProduct (/app/service/routes/products.ts:20:5)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    'Error: x\n    at async play (/app/node_modules/pg-pool/index.js:45:11)',
  ])('lets %j pass', (text) => {
    expect(telltaleIn(text)).toBeUndefined();
  });

  test('looks into keys, lists and maps, and says where', () => {
    const value = {
      spans: [{ name: 'GET /', attributes: { 'x.victim': 1 } }],
      more: new Map([['a', 'chaos']]),
    };
    expect(telltalesIn(value).map(({ path }) => path)).toEqual(['.spans.0.attributes', '.more.0.1']);
  });

  test('leaves aside where the checkout lies', () => {
    expect(telltaleIn(`at f (${process.cwd()}/service/routes/products.ts:1:1)`)).toBeUndefined();
  });
});

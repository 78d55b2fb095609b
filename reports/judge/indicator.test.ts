import { expect, it } from 'vitest';
import { FIXTURE_START, quietEvidence } from '../../test/fixtures/evidence/index.ts';
import { clientEvidence } from '../../test/fixtures/evidence/points.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import type { Indicator, Measure } from '../record/indicator.ts';
import { indicatorOver } from './indicator.ts';

const client = (measure: Measure, operation: string | null = null): Indicator => ({
  ...{ measure, viewpoint: 'client', service: null, operation },
});
const at = (from: number, to: number) => ({ from: FIXTURE_START + from, to: FIXTURE_START + to });

it('measures the client second by second and over the window', () => {
  const record = recordOf(
    clientEvidence(60, (i) => ({ requests: 10, failures: i % 2, p95: i < 20 ? 0.05 : 0.2 })),
    null,
  );
  const ratio = indicatorOver(record, client('error-ratio'), at(0, 20));
  expect(ratio).toMatchObject({ value: 0.05, matched: true, good: 190, total: 200, missing: 0 });
  expect(ratio.points.slice(0, 2)).toEqual([
    { t: FIXTURE_START, seconds: 1, value: 0 },
    { t: FIXTURE_START + 1, seconds: 1, value: 0.1 },
  ]);
  expect(indicatorOver(record, client('requests-per-second'), at(0, 20)).value).toBe(10);
  // Half of the requests of these forty seconds took 50 ms, the others 200 ms; a bucket is 2 % wide.
  expect(indicatorOver(record, client('p95'), at(0, 40)).value).toBeCloseTo(0.2, 2);
  expect(indicatorOver(record, client('p50'), at(0, 40)).value).toBeCloseTo(0.05, 2);
});

it('says where nothing ended, and where nothing is meant', () => {
  const record = recordOf(
    clientEvidence(40, (i) => (i < 10 ? { requests: 0, failures: 0, p95: null } : {})),
    null,
  );
  expect(indicatorOver(record, client('p95'), at(0, 10))).toMatchObject({ value: null, matched: true });
  expect(indicatorOver(record, client('requests-per-second'), at(0, 10)).value).toBe(0);
  expect(indicatorOver(record, client('p95', 'GET /nothing'), at(0, 40))).toMatchObject({
    ...{ value: null, matched: false, points: [] },
  });
});

it("reads one operation of the client, and one route of a service from its buckets' bounds", () => {
  const record = recordOf(quietEvidence(), null);
  const window = record.phases.find(({ name }) => name === 'steady')!;
  const orders = indicatorOver(record, client('error-ratio', 'POST /orders'), window);
  const all = indicatorOver(record, client('error-ratio'), window);
  expect(orders.total).toBeGreaterThan(0);
  expect(orders.total).toBeLessThan(all.total);
  const server = { measure: 'p95', viewpoint: 'server', service: 'inventory', operation: null } as const;
  const reservations = indicatorOver(record, { ...server, operation: 'POST /reservations' }, window);
  expect(reservations.value).toBeGreaterThan(0);
  expect(reservations.value).toBe(indicatorOver(record, server, window).value);
  expect(indicatorOver(record, { ...server, service: 'nobody' }, window).matched).toBe(false);
});

it('counts what the load generator dropped as missing', () => {
  const record = recordOf(
    clientEvidence(40, (i) => ({ droppedIterations: i === 5 ? 3 : 0 })),
    null,
  );
  expect(indicatorOver(record, client('error-ratio'), at(0, 20)).missing).toBe(3);
  expect(indicatorOver(record, client('error-ratio'), at(20, 40)).missing).toBe(0);
});

import { describe, expect, it } from 'vitest';
import { emptyEvidence } from '../../../../test/fixtures/evidence/index.ts';
import type { Evidence, RedSeries, RuntimeSeries } from '../../../record/evidence.ts';
import { missingInstances } from './instances.ts';

const STEADY = { from: 0, to: 100 };
const WINDOW = { from: 100, to: 300 };

const up = (service: string, value: (t: number) => number): RuntimeSeries => ({
  ...{ name: 'up', unit: '1', service, instance: `${service}-1`, labels: {} },
  points: Array.from({ length: 20 }, (_, i) => [i * 15 + 5, value(i * 15 + 5)]),
});

const served = (service: string): RedSeries => ({
  ...{ service, instance: `${service}-1`, route: '/', method: 'GET', bounds: [], points: [] },
});

const missing = (changes: Partial<Evidence>): string[] =>
  missingInstances({ ...emptyEvidence(), entryService: 'api', ...changes }, STEADY, WINDOW).map(
    ({ instance }) => instance,
  );

describe('an instance is missing', () => {
  const gone = (t: number) => (t > 150 && t < 220 ? 0 : 1);

  it('when it stopped answering and its service takes part', () => {
    expect(missing({ red: [served('cart')], runtime: [up('cart', gone)] })).toEqual(['cart-1']);
  });

  it('not when its service has nothing to do with the requests', () => {
    expect(missing({ runtime: [up('unrelated', gone)] })).toEqual([]);
  });

  it('not when it never answered', () => {
    expect(missing({ red: [served('cart')], runtime: [up('cart', () => 0)] })).toEqual([]);
  });

  it('not when it came and went like that before', () => {
    const flaps = (t: number) => (t % 60 < 30 ? 0 : 1);
    expect(missing({ red: [served('cart')], runtime: [up('cart', flaps)] })).toEqual([]);
  });

  it('when an orchestrator saw it end, whatever its service', () => {
    const incident = {
      ...{ time: 160, service: 'postgres', instance: 'postgres-1', kind: 'exit' as const, detail: 'SIGKILL' },
    };
    expect(missing({ incidents: [incident] })).toEqual(['postgres-1']);
  });
});

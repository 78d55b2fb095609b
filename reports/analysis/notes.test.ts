import { expect, it } from 'vitest';
import { emptyEvidence, FIXTURE_START } from '../../test/fixtures/evidence/index.ts';
import type { Evidence, RedSeries, RuntimeSeries } from '../record/evidence.ts';
import { notesOf } from './notes.ts';

/** Requests of an instance of api, at the ends of 15 s, from one scrape to another. */
const served = (instance: string, intervals: number[]): RedSeries => ({
  ...{ service: 'api', instance, route: '/orders', method: 'POST', bounds: [] },
  points: intervals.map((i) => ({
    ...{ t: FIXTURE_START + 15 * i, seconds: 15, requests: 50, errors: 0, durationSum: 1, buckets: [50] },
  })),
});

const up = (service: string, instance: string, values: number[], step = 1): RuntimeSeries => ({
  ...{ name: 'up', unit: '1', service, instance, labels: {} },
  points: values.map((value, i) => [FIXTURE_START + i * step, value]),
});

const notes = (changes: Partial<Evidence>): string[] =>
  notesOf({ ...emptyEvidence(), entryService: 'api', ...changes }, []);

const ALL = [1, 2, 3, 4, 5, 6, 7, 8];

it('tells how long a replica was silent in seconds, however far apart the scrapes are', () => {
  const silent = (missing: number[]) =>
    notes({
      red: [
        served('api-1', ALL),
        served(
          'api-2',
          ALL.filter((i) => !missing.includes(i)),
        ),
      ],
    }).filter((note) => note.includes('finished no request'));
  expect(silent([3, 4, 5, 6])).toEqual(['api-2 finished no request for 60 s while its peers finished 200.']);
  expect(silent([3, 4])).toEqual(['api-2 finished no request for 30 s while its peers finished 100.']);
  expect(silent([3])).toEqual([]);
});

it('sums replicas in the same steps, also one of which little is known', () => {
  const red = [served('api-1', ALL), served('api-2', [1, 8])];
  expect(notes({ red })).toContainEqual(expect.stringMatching(/api-2 finished no request for 90 s/));
});

it('speaks of intervals where each may hold several scrapes', () => {
  const runtime = [up('api', 'api-1', [1, 0, 0, 1, 1], 30), up('api', 'api-2', [1, 0, 1, 1])];
  expect(notes({ runtime })).toEqual(
    expect.arrayContaining([
      'api-1 did not answer every scrape in 2 of 5 intervals of 30 s.',
      'api-2 did not answer 1 scrape.',
    ]),
  );
});

it('says nothing of targets that take no part, and names few of many', () => {
  const many = Array.from({ length: 9 }, (_, i) => up('api', `api-${i}`, [1, 0, 1]));
  const told = notes({ runtime: [up('blackbox-old', 'x:1', [0, 0, 0]), ...many] }).filter((note) =>
    note.includes('scrape'),
  );
  expect(told.join()).not.toContain('x:1');
  expect(told).toHaveLength(6);
  expect(told.at(-1)).toBe('4 further instances did not answer every scrape.');
});

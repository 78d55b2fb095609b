import { expect, it } from 'vitest';
import { versionsFrom } from './version-range.ts';

it('takes the first version, and none from the end on', () => {
  const { accepts, accepted } = versionsFrom('2.10.2', '3.0.0');
  const versions = [
    '2.9.9',
    '2.10.1',
    '2.10.2',
    '2.10.2-rc.0',
    '2.10.8',
    '2.11',
    '3.0.0-rc.1',
    '3.0.0',
    '10.0.0',
  ];
  expect(versions.filter(accepts)).toEqual(['2.10.2', '2.10.2-rc.0', '2.10.8', '2.11']);
  expect(accepted).toBe('2.10.2 or newer below 3.0.0');
});

it('takes nothing that is no version', () => {
  const { accepts } = versionsFrom('1.0.0', '2.0.0');
  expect(['', 'unknown', 'main-1234'].filter(accepts)).toEqual([]);
});

import { expect, test } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import { type Answer, throwRefusals } from './refusals.ts';

const refused = (instance: string, ...details: string[]): Answer => ({
  instance,
  error: new ObsctlError('FAULT_REFUSED', `${instance} refused it.`, { details }),
});
const taken = (instance: string): Answer => ({ instance, error: null });

test('nobody refused: nothing is thrown', () => throwRefusals('latency', [taken('api-1'), taken('api-2')]));

test('each reason once, with who gave it where not all did', () => {
  const answers = [refused('api-1', 'no route', 'too much'), refused('api-2', 'no route')];
  expect(() => throwRefusals('latency', answers)).toThrow(
    expect.objectContaining({
      code: 'FAULT_REFUSED',
      message: 'api-1, api-2 cannot carry latency like that.',
      details: ['no route', 'api-1: too much'],
    }),
  );
});

test('one that does not answer comes first: nobody knows what it would say', () => {
  const silent = { instance: 'api-2', error: new ObsctlError('ADMIN_UNAVAILABLE', 'api-2 does not answer.') };
  expect(() => throwRefusals('latency', [refused('api-1', 'no route'), silent])).toThrow(
    expect.objectContaining({ code: 'ADMIN_UNAVAILABLE' }),
  );
});

import { expect, it } from 'vitest';
import { BackendError } from './backend-error.ts';
import { Patience } from './patience.ts';

const FACTS = { backend: 'tempo', path: '/api/search' } as const;
const lost = new BackendError('BACKEND_UNREACHABLE', 'no answer within 30.0 s', { ...FACTS, again: true });
const refused = new BackendError('BACKEND_FAILED', 'HTTP 400', FACTS);

const started = () => {
  let now = 0;
  const patience = new Patience(10, () => now);
  const asks = (): boolean => {
    try {
      patience.check(FACTS);
      return true;
    } catch {
      return false;
    }
  };
  return {
    patience,
    asks,
    wait: (seconds: number) => {
      now += seconds;
    },
  };
};

it('asks no more once three questions in a row have failed, and says why', () => {
  const { patience, asks } = started();
  for (const expected of [true, true, false]) {
    patience.failed(lost);
    expect(asks()).toBe(expected);
  }
  expect(() => patience.check(FACTS)).toThrow(
    'tempo: /api/search: not asked, as 3 questions in a row had failed, the last with: no answer within 30.0 s',
  );
});

it('tries one question after a rest, and rests again where it fails', () => {
  const { patience, asks, wait } = started();
  for (let i = 0; i < 3; i++) patience.failed(lost);
  wait(10);
  expect(asks()).toBe(true);
  patience.failed(lost);
  expect(asks()).toBe(false);
  wait(10);
  patience.answered();
  patience.failed(lost);
  expect(asks()).toBe(true);
});

it('takes a time-out, after which there was no time left to ask again, for a failure', () => {
  const { patience, asks } = started();
  for (let i = 0; i < 3; i++) patience.failed(new BackendError('BACKEND_UNREACHABLE', 'no answer', FACTS));
  expect(asks()).toBe(false);
});

it('does not lose patience with questions that are answered, or refused for good', () => {
  const { patience, asks } = started();
  for (let i = 0; i < 9; i++) {
    patience.failed(lost);
    patience.answered();
    patience.failed(refused);
  }
  expect(asks()).toBe(true);
});

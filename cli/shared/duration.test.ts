import { expect, test } from 'vitest';
import { formatSeconds, parseDuration } from './duration.ts';

test.each([
  ['60s', 60],
  ['1m30s', 90],
  ['500ms', 0.5],
  ['1.5m', 90],
  ['20', 20],
  ['1h', 3600],
])('%s is %d seconds', (text, seconds) => expect(parseDuration(text, '--duration')).toBeCloseTo(seconds));

test.each(['', '-5s', 'soon', '10x', '5s later', 'ms', 'NaN', 'Infinity'])('%j is no duration', (text) => {
  expect(() => parseDuration(text, '--duration')).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('--duration') }),
  );
});

test.each([
  [0.25, '250 ms'],
  [1.54, '1.5 s'],
  [90.2, '90 s'],
])('%d seconds read as %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

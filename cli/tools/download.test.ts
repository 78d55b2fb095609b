import { expect, test } from 'vitest';
import { addressInWords, fetchText } from './download.ts';

test('an address is told without what could be a secret in it', () => {
  expect(addressInWords('https://ci:hunter2@mirror:8443/x?token=hunter2')).toBe('https://mirror:8443/x');
  expect(addressInWords('ci:hunter2')).not.toContain('hunter2');
  expect(addressInWords('not //hunter2')).not.toContain('hunter2');
});

test('a download that fails says where, without credentials', async () => {
  const failure = await fetchText('http://ci:hunter2@127.0.0.1:1/sums').catch(String);
  expect(failure).toContain('http://127.0.0.1:1/sums: ');
  expect(failure).not.toContain('hunter2');
});

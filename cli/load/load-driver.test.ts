import { expect, test, vi } from 'vitest';
import { type LoadDriver, type LoadOptions, withScript } from './load-driver.ts';

test('a script that is known by a name is started from its path, and nothing else is', async () => {
  const start = vi.fn();
  const load = { list: () => [], prepare: async () => {}, start } as unknown as LoadDriver;
  const options = {} as LoadOptions;
  await withScript(load, 'load.js@1', '/x/load.js').start('load.js@1', options);
  await withScript(load, 'load.js@1', '/x/load.js').start('steady', options);
  await withScript(load, 'steady', undefined).start('steady', options);
  expect(start.mock.calls.map(([name]) => name)).toEqual(['/x/load.js', 'steady', 'steady']);
});

import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { stateDirectory } from './paths.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['/somewhere', '/somewhere/obsctl'],
  ['relative', join(homedir(), '.local/state/obsctl')],
  ['', join(homedir(), '.local/state/obsctl')],
])('XDG_STATE_HOME=%j', (value, expected) => {
  vi.stubEnv('XDG_STATE_HOME', value);
  expect(stateDirectory()).toBe(expected);
});

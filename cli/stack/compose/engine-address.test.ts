import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineAddress } from './engine-address.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-docker-'));
  const digest = createHash('sha256').update('colima').digest('hex');
  const context = join(folder, 'contexts/meta', digest);
  mkdirSync(context, { recursive: true });
  const meta = { Name: 'colima', Endpoints: { docker: { Host: 'unix:///colima.sock' } } };
  writeFileSync(join(context, 'meta.json'), JSON.stringify(meta));
});
afterEach(() => rmSync(folder, { recursive: true }));

const use = (name: string) => writeFileSync(join(folder, 'config.json'), `{"currentContext":"${name}"}`);

test('DOCKER_HOST, then DOCKER_CONTEXT, then the context in use', () => {
  use('colima');
  const env = { DOCKER_CONFIG: folder };
  expect(engineAddress(env)).toBe('unix:///colima.sock');
  expect(engineAddress({ ...env, DOCKER_HOST: 'tcp://127.0.0.1:1' })).toBe('tcp://127.0.0.1:1');
  expect(engineAddress({ ...env, DOCKER_CONTEXT: 'default' })).toMatch(/^unix:.*docker\.sock$/);
});

test('a context that is not there is no reason to take another engine', () => {
  use('nowhere');
  expect(() => engineAddress({ DOCKER_CONFIG: folder })).toThrow('There is no Docker context "nowhere"');
  expect(() => engineAddress({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'typo' })).toThrow('"typo"');
});

test('a file that is torn counts as none', () => {
  writeFileSync(join(folder, 'config.json'), '{"curr');
  expect(engineAddress({ DOCKER_CONFIG: folder })).toMatch(/^unix:.*docker\.sock$/);
});

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ObsctlError } from '../../shared/errors.ts';
import { findCompose } from './compose-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-compose-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that says its version as Docker Compose does. */
const program = (name: string, says: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
};

const none = async () => null;
const nowhere: [string] = ['/nowhere/docker-compose'];

test('the first way that is there is taken', async () => {
  const plugin = program('docker', '2.40.3');
  const alone = program('docker-compose', '2.30.0');
  expect(await findCompose(none, [[plugin, 'compose'], [alone]])).toEqual({
    words: [plugin, 'compose'],
    version: '2.40.3',
  });
  expect((await findCompose(none, [nowhere, [alone]])).words).toEqual([alone]);
  expect((await findCompose(none, [[program('next', 'v5.1.0')]])).version).toBe('5.1.0');
});

test('v1 and what is too old are refused by name; what obsctl itself has brought is taken then', async () => {
  const v1 = program('v1', '1.29.2');
  const old = program('old', '2.19.9');
  const refusal = (await findCompose(none, [[v1], [old], nowhere]).catch((error) => error)) as ObsctlError;
  expect(refusal.code).toBe('COMPOSE_UNAVAILABLE');
  expect(refusal.details).toEqual([
    `${v1}: 1.29.2, v1, which is no longer maintained`,
    `${old}: 2.19.9, older than 2.20`,
    `${nowhere}: not here`,
  ]);
  const own = program('own', '2.40.3');
  expect(await findCompose(async () => own, [[v1]])).toEqual({ words: [own], version: '2.40.3' });
});

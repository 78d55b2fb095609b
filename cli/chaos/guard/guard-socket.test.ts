import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { listenIfPossible } from './guard-socket.ts';

test('only the owner may open the socket; one that cannot be made is told, not thrown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'obsctl-socket-'));
  const umask = process.umask();
  const app = Fastify();
  const socket = join(folder, 'guard.sock');
  expect(await listenIfPossible(app, socket)).toBeNull();
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await app.close();
  expect(await listenIfPossible(Fastify(), join(folder, 'nowhere', 'guard.sock'))).toContain('nowhere');
  expect(process.umask()).toBe(umask);
  rmSync(folder, { recursive: true });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SECRETS } from './support/compose-file.ts';
import { docker } from './support/docker.ts';

/** What npm publishes has all that Docker Compose needs: the image of the service is built from it as from a checkout. */

const IMAGE = 'obsctl/service:packed';
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-packed-'));
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  await execa('sh', ['-c', 'tar xzf *.tgz'], { cwd: folder });
});
afterAll(async () => {
  await docker('image', 'rm', '--force', IMAGE);
  rmSync(folder, { recursive: true });
});

test('the image of the service is built from the package', async () => {
  const env = { ...SECRETS, SERVICE_IMAGE: IMAGE };
  await execa('docker', ['compose', 'build', 'api'], { cwd: join(folder, 'package'), env, stdin: 'ignore' });
  const worksOn = await docker('run', '--rm', '--entrypoint', 'ls', IMAGE, 'dist/service', 'node_modules');
  expect(worksOn).toContain('server.js');
  expect(worksOn).toContain('fastify');
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ObsctlError } from '../../shared/errors.ts';
import { VERSION } from '../../shared/version.ts';
import { composeConfigSchema } from './compose-config.ts';
import { FakeEngine } from './fake-engine.fixture.ts';
import { assertNoneOfOthers, assertPortsFree, assertVolumesFit, portVariable } from './in-the-way.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const refusal = (attempt: Promise<unknown>): Promise<[string, string]> =>
  attempt.then(
    () => ['fits', ''],
    ({ code, message, details }: ObsctlError) => [code, [message, ...details].join('\n')],
  );

test('a port that somebody listens on is named, with the ways to another', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = (target: number) =>
    composeConfigSchema.parse({
      services: { traefik: { image: 'x', ports: [{ target, published: String(port) }, { target: 9999 }] } },
    });
  const [code, said] = await refusal(assertPortsFree(config(8000)));
  expect(code).toBe('PORT_TAKEN');
  expect(said).toContain(`Port ${port} on 127.0.0.1 is in use`);
  expect(said).toContain('for traefik; another one: --port or GATEWAY_PORT');
  expect((await refusal(assertPortsFree(config(8080))))[1]).toContain('another one: TRAEFIK_PORT');
  server.close();
  await once(server, 'close');
  expect(await refusal(assertPortsFree(config(8000)))).toEqual(['fits', '']);
});

test('two that want the same port are named, each with the way to another', async () => {
  const ports = [8000, 8080].map((target) => ({ target, published: '8080' }));
  const config = composeConfigSchema.parse({ services: { traefik: { image: 'x', ports } } });
  const [code, said] = await refusal(assertPortsFree(config));
  expect(code).toBe('PORT_TAKEN');
  expect(said).toContain('Port 8080 on 127.0.0.1 is wanted twice.');
  expect(said).toContain('--port or GATEWAY_PORT');
  expect(said).toContain('TRAEFIK_PORT');
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: as Compose writes them.
test('finds the variable of a port in the Compose file', () => {
  const file = 'ports: ["127.0.0.1:${A_PORT:-80}:8000", "127.0.0.1:${B_PORT:-}:800"]';
  expect([8000, 800, 80].map((port) => portVariable(port, file))).toEqual(['A_PORT', 'B_PORT', undefined]);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: .

test('volumes of another version, or of none, are named', async () => {
  engine.volumes = [{ name: 'obsctl_loki', labels: { 'obsctl.version': VERSION } }];
  expect(await refusal(assertVolumesFit(engine.client()))).toEqual(['fits', '']);
  engine.volumes.push({ name: 'obsctl_postgres', labels: { 'obsctl.version': '0.0.9' } });
  engine.volumes.push({ name: 'obsctl_tempo', labels: {} });
  const [code, said] = await refusal(assertVolumesFit(engine.client()));
  expect(code).toBe('VOLUME_MISMATCH');
  expect(said).toContain('obsctl_postgres was made by 0.0.9');
  expect(said).toContain('obsctl_tempo was made by an unknown version');
  expect(said).not.toContain('loki');
});

test('containers of the project that another environment file made are in the way; our own are not', async () => {
  const label = 'com.docker.compose.project.environment_file';
  engine.containers = [{ id: 'a', service: 'api', labels: { [label]: '/ours' } }];
  expect(await refusal(assertNoneOfOthers(engine.client(), '/ours'))).toEqual(['fits', '']);
  engine.containers.push({ id: 'b', service: 'redis' });
  const [code, said] = await refusal(assertNoneOfOthers(engine.client(), '/ours'));
  expect([code, said]).toEqual(['STACK_BUSY', expect.stringContaining('obsctl-redis-1')]);
  expect(said).not.toContain('obsctl-api-1');
});

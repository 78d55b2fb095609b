import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { startEmbeddedTelemetry } from '../../cli/telemetry/embedded/embedded-telemetry.ts';
import { createEmbeddedTelemetrySource } from '../../cli/telemetry/embedded/embedded-telemetry-source.ts';
import { registerTelemetryRoutes } from '../../cli/telemetry/embedded/telemetry-routes.ts';
import { type SourceUnderTest, telemetrySourceContract } from '../contract/telemetry-source.ts';

const temporary = (): string => mkdtempSync(join(tmpdir(), 'obsctl-telemetry-'));

const inProcess = async (): Promise<SourceUnderTest> => {
  const folder = temporary();
  const embedded = await startEmbeddedTelemetry({ file: join(folder, 'telemetry.duckdb'), targets: [] });
  return {
    source: embedded.source,
    otlpUrl: embedded.otlpUrl,
    scrape: async (targets) => embedded.setTargets(targets),
    close: async () => {
      await embedded.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** As the CLI has it: the source behind a unix socket. */
const overSocket = async (): Promise<SourceUnderTest> => {
  const resident = await inProcess();
  const folder = temporary();
  const socketPath = join(folder, 'supervisor.sock');
  const app = Fastify({ forceCloseConnections: true });
  registerTelemetryRoutes(app, resident.source);
  await app.listen({ path: socketPath });
  return {
    ...resident,
    source: createEmbeddedTelemetrySource(
      axios.create({ socketPath, baseURL: 'http://supervisor', proxy: false }),
    ),
    close: async () => {
      await app.close();
      await resident.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

telemetrySourceContract('embedded, JSON', inProcess, { encoding: 'json' });
telemetrySourceContract('embedded over the socket, protobuf and gzip', overSocket, {
  encoding: 'protobuf-gzip',
});

test('a source whose supervisor is gone says so', async () => {
  const http = axios.create({
    socketPath: join(tmpdir(), 'obsctl-no-such.sock'),
    baseURL: 'http://supervisor',
  });
  const source = createEmbeddedTelemetrySource(http);
  await expect(source.ready()).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' });
});

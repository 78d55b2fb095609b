import { chmodSync, rmSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { identify, isAlive } from '../../shared/process-identity.ts';
import { createGrafanaTelemetrySource } from '../../telemetry/grafana/grafana-telemetry-source.ts';
import type { FromHost } from '../host-process.ts';
import { type StackPaths, stackPaths } from '../local/state-file.ts';
import type { UpOptions } from '../stack.ts';
import type { ComposeCommand } from './compose-command.ts';
import { ComposeHost } from './compose-host.ts';
import { createEngine } from './engine.ts';

/** Composition root of the background process that owns one stack of containers. */
const OWNER_CHECK_MS = 1000;

const paths = stackPaths();
const options = JSON.parse(process.argv[2]!) as UpOptions;
const command = JSON.parse(process.argv[3]!) as ComposeCommand;

/** The command that started us listens only until we are ready; later changes go unheard. */
const tell = (message: FromHost): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });

let starting = true;
const host = new ComposeHost(options, {
  paths,
  command,
  engine: createEngine(),
  sourceOver: ({ prometheus, loki, tempo }) =>
    createGrafanaTelemetrySource({
      prometheus: { url: prometheus },
      loki: { url: loki },
      tempo: { url: tempo },
    }),
  onChange: (status) => void tell({ type: 'status', status }),
});

const leave = async (code: number): Promise<never> => {
  await host.down().catch((error) => console.error(`the stack was not taken down: ${messageOf(error)}`));
  process.exit(code);
};

/** Talks to the commands over a socket that only its owner may open. */
const listen = async (target: StackPaths): Promise<FastifyInstance> => {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.get('/status', () => host.lookAndTell());
  app.post('/guard', async (_request, reply) => {
    try {
      return { socket: await host.guardSocket() };
    } catch (error) {
      return reply.code(503).send({ message: messageOf(error) });
    }
  });
  app.post('/down', async () => {
    setImmediate(() => leave(0));
    return { stopping: true };
  });
  rmSync(target.socket, { force: true });
  const before = process.umask(0o177);
  await app.listen({ path: target.socket });
  process.umask(before);
  chmodSync(target.socket, 0o600);
  return app;
};

const watchOwner = (pid: number): void => {
  const owner = identify(pid);
  setInterval(() => {
    if (!owner || !isAlive(owner)) void leave(0);
  }, OWNER_CHECK_MS);
};

if (!host.claim()) {
  await tell({ type: 'taken' });
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave(0));
process.on('disconnect', () => {
  if (starting) void leave(1);
});
if (options.ownerPid !== undefined) watchOwner(options.ownerPid);

// Whoever asked for the stack may have died before we could listen for it.
if (!process.connected) await leave(1);

try {
  const secrets = await host.up();
  await listen(paths);
  starting = false;
  await tell({ type: 'ready', status: await host.lookAndTell(), secrets });
} catch (error) {
  const { code, message, details } =
    error instanceof ObsctlError ? error : new ObsctlError('STACK_FAILED', messageOf(error));
  await tell({ type: 'failed', code, message, details });
  await leave(1);
}

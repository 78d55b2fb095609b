import { chmodSync, rmSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import { ObsctlError } from '../../shared/errors.ts';
import { identify, isAlive } from '../../shared/process-identity.ts';
import type { UpOptions } from '../stack.ts';
import { registerControlRoutes } from './control-routes.ts';
import { type StackPaths, stackPaths } from './state-file.ts';
import { Supervisor, type SupervisorParts } from './supervisor.ts';
import { BACKEND_PORTS, type Binary, type TelemetryPlan } from './telemetry-plan.ts';

/** Composition root of the background process that owns one local stack. */
const OWNER_CHECK_MS = 1000;

const paths = stackPaths();
const options = JSON.parse(process.argv[2]!) as UpOptions;
const plan = JSON.parse(process.argv[3]!) as TelemetryPlan;
const toxiproxy = JSON.parse(process.argv[4]!) as Binary | null;

/** The command that started us listens only until we are ready; later changes go unheard. */
const tell = (message: object): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });

/** Only the telemetry that was chosen is loaded. */
const telemetryOf = (chosen: TelemetryPlan): SupervisorParts['telemetry'] =>
  chosen.kind === 'embedded'
    ? {
        kind: 'embedded',
        // One that was chosen with all others: else it might be one that a child is about to listen on.
        ports: 1,
        start: async (place) =>
          (await import('./embedded-stack-telemetry.ts')).startEmbeddedStackTelemetry(place),
      }
    : {
        kind: 'grafana',
        ports: BACKEND_PORTS.length,
        start: async (place) =>
          (await import('./grafana/grafana-stack-telemetry.ts')).planGrafanaTelemetry(place, chosen.binaries),
      };

const supervisor = new Supervisor(options, {
  paths,
  onChange: (status) => void tell({ type: 'status', status }),
  telemetry: telemetryOf(plan),
  toxiproxy,
});

const leave = async (code: number): Promise<never> => {
  await supervisor.down();
  process.exit(code);
};

/** Talks to the commands over a socket that only its owner may open. */
const listen = async (target: StackPaths): Promise<FastifyInstance> => {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true });
  app.get('/status', async () => supervisor.status());
  app.post('/down', async () => {
    setImmediate(() => leave(0));
    return { stopping: true };
  });
  registerControlRoutes(app, supervisor);
  supervisor.registerTelemetry(app);
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

if (!supervisor.claim()) {
  await tell({ type: 'taken' });
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave(0));
process.on('disconnect', () => {
  if (supervisor.status().state === 'starting') void leave(1);
});
if (options.ownerPid !== undefined) watchOwner(options.ownerPid);

// Whoever asked for the stack may have died before we could listen for it.
if (!process.connected) await leave(1);

try {
  await supervisor.up();
  await listen(paths);
  await tell({ type: 'ready', status: supervisor.status() });
} catch (error) {
  const { code, message, details } =
    error instanceof ObsctlError ? error : new ObsctlError('STACK_FAILED', String(error));
  await tell({ type: 'failed', code, message, details });
  await leave(1);
}

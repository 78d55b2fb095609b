import { chmodSync, rmSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { identify, isAlive } from '../shared/process-identity.ts';
import type { FromHost } from './host-process.ts';
import type { StackStatus, UpOptions } from './stack.ts';

const OWNER_CHECK_MS = 1000;

/** What owns one stack in a background process of its own. */
export interface StackHost {
  /** False when another process has the state file. */
  claim(): boolean;
  /** Brings everything up and returns the secrets that it had to make; on any failure what had started is gone again. */
  up(): Promise<Record<string, string>>;
  down(): Promise<void>;
  status(): StackStatus | Promise<StackStatus>;
  /** The socket of the lease guard, started where none lives. */
  guardSocket(): Promise<string>;
  /** What else it answers; called once it is up. */
  routes?(app: FastifyInstance): void;
}

/** Tells the command that started us, which listens only until we are ready; later messages go unheard. */
export const tellStarter = (message: FromHost): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });

/** Talks to the commands over a socket that only its owner may open. */
const listen = async (socket: string, host: StackHost, leave: () => void): Promise<void> => {
  const app = Fastify({ logger: false, bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true });
  app.get('/status', async () => host.status());
  app.post('/guard', async (_request, reply) => {
    try {
      return { socket: await host.guardSocket() };
    } catch (error) {
      return reply.code(503).send({ message: messageOf(error) });
    }
  });
  app.post('/down', async () => {
    setImmediate(leave);
    return { stopping: true };
  });
  host.routes?.(app);
  rmSync(socket, { force: true });
  const before = process.umask(0o177);
  await app.listen({ path: socket });
  process.umask(before);
  chmodSync(socket, 0o600);
};

/**
 * The life of the process that owns a stack: brings it up, answers on its socket, and takes it down when it is told to, is
 * signalled, or its owner (or, before it is ready, whoever started it) is gone.
 */
export const runHost = async (host: StackHost, socket: string, { ownerPid }: UpOptions): Promise<void> => {
  let starting = true;
  const leave = async (code: number): Promise<never> => {
    await host.down().catch((error) => console.error(`the stack was not taken down: ${messageOf(error)}`));
    process.exit(code);
  };
  const watchOwner = (pid: number): void => {
    const owner = identify(pid);
    setInterval(() => {
      if (!owner || !isAlive(owner)) void leave(0);
    }, OWNER_CHECK_MS);
  };

  if (!host.claim()) {
    await tellStarter({ type: 'taken' });
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave(0));
  process.on('disconnect', () => {
    if (starting) void leave(1);
  });
  if (ownerPid !== undefined) watchOwner(ownerPid);

  // Whoever asked for the stack may have died before we could listen for it.
  if (!process.connected) await leave(1);

  try {
    const secrets = await host.up();
    await listen(socket, host, () => void leave(0));
    starting = false;
    await tellStarter({ type: 'ready', status: await host.status(), secrets });
  } catch (error) {
    const { code, message, details } =
      error instanceof ObsctlError ? error : new ObsctlError('STACK_FAILED', messageOf(error));
    await tellStarter({ type: 'failed', code, message, details });
    await leave(1);
  }
};

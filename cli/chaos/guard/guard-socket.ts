import { chmodSync, rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { messageOf } from '../../shared/errors.ts';

/**
 * Listens on a socket that only its owner may open. Returns why it cannot, or null: the guard then hears of nothing new,
 * but still has to end what is open.
 */
export const listenIfPossible = async (app: FastifyInstance, socket: string): Promise<string | null> => {
  const before = process.umask(0o177);
  try {
    rmSync(socket, { force: true });
    await app.listen({ path: socket });
    chmodSync(socket, 0o600);
    return null;
  } catch (error) {
    return messageOf(error);
  } finally {
    process.umask(before);
  }
};

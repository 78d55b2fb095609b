import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Only a TCP socket can be reset; any other (TLS, a unix socket) is cut instead. */
const reset = (socket: Socket): void => {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
};

/** Resets the connection of this request (TCP RST) unless it has its answer; undefined where there is no connection. */
export const resetOf = (request: FastifyRequest, reply: FastifyReply): (() => void) | undefined => {
  const { socket } = request.raw;
  if (typeof socket?.resetAndDestroy !== 'function') return undefined;
  return () => {
    if (!reply.raw.writableFinished && !socket.destroyed) reset(socket);
  };
};

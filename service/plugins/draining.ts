import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

const plugin = async (app: FastifyInstance): Promise<void> => {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    if (closing) reply.header('connection', 'close');
    return payload;
  });
};

/** Ends kept-alive connections with their last response while the app closes; the close would wait for them else. */
export const draining = fp(plugin, { name: 'draining', fastify: '5.x' });

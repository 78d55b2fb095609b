import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { GuardRefusal, type LeaseTable } from './lease-table.ts';
import { orderSchema, renewSchema } from './protocol.ts';

interface OfLease {
  Params: { id: string };
}

const statusOf = (error: unknown): number => {
  if (error instanceof z.ZodError) return 400;
  return error instanceof GuardRefusal ? 409 : 500;
};

const textOf = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);

/** The guard's API, for its owner-only socket. Errors are `{message}`; 404: the lease has ended; 409: it is refused. */
export const createGuardApp = (table: LeaseTable): FastifyInstance => {
  const app = Fastify({ logger: false, bodyLimit: 65_536, forceCloseConnections: true });
  const unlessEnded = (reply: FastifyReply, value: unknown) =>
    value ?? reply.code(404).send({ message: 'this lease has ended' });
  app.setErrorHandler((error, _request, reply) =>
    reply.code(statusOf(error)).send({ message: textOf(error) }),
  );
  app.get('/leases', async () => table.list());
  app.post('/leases', async ({ body }) => table.open(orderSchema.parse(body)));
  app.post<OfLease>('/leases/:id/renew', async ({ params, body }, reply) =>
    unlessEnded(reply, await table.renew(params.id, renewSchema.parse(body).leaseSeconds)),
  );
  app.delete<OfLease>('/leases/:id', async ({ params }, reply) =>
    unlessEnded(reply, await table.close(params.id)),
  );
  return app;
};

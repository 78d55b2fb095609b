import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { SupervisedChild } from './supervised-child.ts';

/** What may be done to a stack besides looking at it. */
export interface Controlled {
  child(name: string): SupervisedChild | undefined;
}

const holdSchema = z.strictObject({ seconds: z.number().positive().max(3600) });

interface Named {
  Params: { name: string };
}

/** For the supervisor's socket: `/components/<name>/hold` and so on. */
export const registerControlRoutes = (app: FastifyInstance, stack: Controlled): void => {
  const refuse = (reply: FastifyReply, code: number, message: string) => reply.code(code).send({ message });
  const seconds = (body: unknown) => holdSchema.parse(body).seconds;
  const on = (path: string, act: (child: SupervisedChild, body: unknown) => Promise<boolean>) =>
    app.post<Named>(`/components/:name/${path}`, async ({ params, body }, reply) => {
      const child = stack.child(params.name);
      if (!child) return refuse(reply, 404, `there is no component ${JSON.stringify(params.name)}`);
      return (await act(child, body)) ? { done: true } : refuse(reply, 409, `${params.name} is not held`);
    });

  on('hold', async (child, body) => {
    await child.hold(seconds(body));
    return true;
  });
  on('extend-hold', async (child, body) => child.extendHold(seconds(body)));
  on('release', async (child) => {
    child.release();
    return true;
  });
};

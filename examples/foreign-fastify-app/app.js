import { FastifyOtelInstrumentation } from '@fastify/otel';
import Fastify from 'fastify';
import { chaos } from 'obsctl/fastify';
import { TodoStore } from './store.js';
import todos from './todos.js';

/**
 * The app, not listening yet. `admin` (token, port) makes it a carrier of faults; without it there is no admin API.
 * The plugin comes first, then tracing, then the routes: each wraps what is registered after it.
 */
export const buildApp = async ({ admin, store = new TodoStore() } = {}) => {
  const app = Fastify({ logger: true });
  if (admin) {
    await app.register(chaos, {
      service: 'todo',
      instance: 'todo-1',
      // Faults name the role that carries them: an app that answers requests carries those of `api`.
      role: 'api',
      token: admin.token,
      adminPort: admin.port,
    });
  }
  await app.register(new FastifyOtelInstrumentation().plugin());
  await app.register(todos, { store });
  return app;
};

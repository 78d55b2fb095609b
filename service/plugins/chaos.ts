import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createAdminApp } from '../chaos/admin-app.ts';
import { FaultRegistry } from '../chaos/fault-registry.ts';
import type { FaultDefinition, FaultHost } from '../faults/fault.ts';
import { FAULTS } from '../faults/index.ts';
import { listeningPort } from './listening-port.ts';
import { guarded } from './route-handler.ts';

export interface ChaosOptions {
  /** service.name and service.instance.id, as the admin API reports them. */
  service: string;
  instance: string;
  /** Bearer token of the admin API. */
  token: string;
  /** Which carrier this app is; faults of another are refused. Default: `service`. */
  role?: string;
  /** Loopback unless you know better. */
  adminHost?: string;
  /** 0 or absent: any free port; null: the admin API does not listen. */
  adminPort?: number | null;
  /** Registers under NODE_ENV=production too. */
  allowProduction?: boolean;
  host?: FaultHost;
  faults?: Record<string, FaultDefinition>;
}

declare module 'fastify' {
  interface FastifyInstance {
    faultAdmin: { registry: FaultRegistry; app: FastifyInstance; port: () => number };
  }
}

const plugin = async (app: FastifyInstance, options: ChaosOptions): Promise<void> => {
  if (process.env.NODE_ENV === 'production' && !options.allowProduction) {
    throw new Error('Faults are refused under NODE_ENV=production; set allowProduction if you mean it.');
  }
  if (app.hasRequestDecorator('opentelemetry')) {
    throw new Error(
      'Register the faults before @fastify/otel, or its handler spans would not show what they do.',
    );
  }
  const { service, instance, token, adminHost = '127.0.0.1', adminPort = 0 } = options;
  const registry = new FaultRegistry({
    role: options.role ?? service,
    faults: options.faults ?? FAULTS,
    host: options.host ?? {},
  });
  const admin = createAdminApp({ service, instance, token, registry });
  app.decorate('faultAdmin', { registry, app: admin, port: () => listeningPort(admin) });
  app.addHook('onRoute', function onRoute(route) {
    if (route.config?.internal) return;
    registry.knowRoute(route.method, route.url);
    route.handler = guarded(route.handler, registry, onRoute);
  });
  app.addHook('onReady', async () => {
    if (adminPort !== null) await admin.listen({ host: adminHost, port: adminPort });
  });
  app.addHook('onClose', async () => {
    try {
      await registry.clearAll();
    } finally {
      await admin.close();
    }
  });
};

/**
 * Makes a Fastify app a carrier of faults, with an admin API on a server of its own. Register it before
 * @fastify/otel and before the routes. The plain plugin name is there because @fastify/otel writes plugin names
 * into spans.
 */
export const chaos = fp(plugin, { name: 'lifecycle', fastify: '5.x' });

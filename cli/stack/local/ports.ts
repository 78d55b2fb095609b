import { createServer, type Server } from 'node:net';
import { ObsctlError } from '../../shared/errors.ts';

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

const portOf = (server: Server): number => (server.address() as { port: number }).port;

/** `count` different ports of 127.0.0.1 on which nothing listens now. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
};

/** Throws PORT_TAKEN when something listens on 127.0.0.1:`port`, or it may not be used. */
export const assertPortFree = async (port: number): Promise<void> => {
  try {
    await close(await listen(port));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code})`;
    throw new ObsctlError('PORT_TAKEN', `Port ${port} on 127.0.0.1 ${why}.`, { cause });
  }
};

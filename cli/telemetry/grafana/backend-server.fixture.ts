import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A server on a free loopback port that answers as it is told to. */
export interface FakeBackend {
  url: string;
  /** What it was asked, oldest first. */
  asked: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

export type Reply = (
  request: FakeBackend['asked'][number],
  response: Parameters<RequestListener>[1],
  index: number,
) => void;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
};

export const startFakeBackend = async (
  reply: Reply,
  tls?: { key: string; cert: string },
): Promise<FakeBackend> => {
  const asked: FakeBackend['asked'] = [];
  const listener: RequestListener = async (request, response) => {
    const body = await bodyOf(request);
    asked.push({ method: request.method!, path: request.url!, headers: request.headers, body });
    reply(asked.at(-1)!, response, asked.length - 1);
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

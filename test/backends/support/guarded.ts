import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A back end of somebody's: lets in who shows the right `Authorization`, counts what it is asked. */
export class Guarded {
  requests = 0;
  private readonly server: Server;

  private constructor(target: string, authorization: string) {
    this.server = createServer(async (request, response) => {
      this.requests++;
      if (request.headers.authorization !== authorization)
        return void response.writeHead(401).end('who are you?');
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const answer = await fetch(new URL(request.url!, target), {
        method: request.method!,
        headers: {
          'content-type': request.headers['content-type'] ?? 'text/plain',
          accept: 'application/json',
        },
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
      });
      const type = answer.headers.get('content-type') ?? 'application/json';
      response
        .writeHead(answer.status, { 'content-type': type })
        .end(Buffer.from(await answer.arrayBuffer()));
    });
  }

  static async before(target: string, authorization: string): Promise<Guarded> {
    const guarded = new Guarded(target, authorization);
    await new Promise<void>((done) => guarded.server.listen(0, '127.0.0.1', done));
    return guarded;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

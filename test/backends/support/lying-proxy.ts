import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type BackendName = 'prometheus' | 'loki' | 'tempo';

/** A question on its way to a back end. */
export interface Asked {
  backend: BackendName;
  path: string;
  /** Of the address or the form, whichever the question has. */
  parameters: URLSearchParams;
  /** How many questions that back end got before this one. */
  before: number;
}

/** What becomes of a question and its answer; everything left out stays as it is. */
export interface Lie {
  /** Asked with these parameters instead. */
  parameters?: (parameters: URLSearchParams) => URLSearchParams;
  /** Answered by the proxy itself. */
  status?: number;
  /** The answer's JSON, changed. */
  body?: (body: unknown) => unknown;
  /** Only so much of the answer's text, 0..1, under its own length. */
  part?: number;
  delaySeconds?: number;
  /** The connection is cut without an answer. */
  down?: boolean;
}

/** The lie told to a question; null: the truth. */
export type Liar = (asked: Asked) => Lie | null;

const bodyOf = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

const pause = (seconds = 0): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

/** Proxies in front of the query APIs of real back ends, that lie as they are told. */
export class LyingProxy {
  liar: Liar = () => null;
  private readonly servers = new Map<BackendName, Server>();
  private readonly counts = new Map<BackendName, number>();

  private constructor(private readonly targets: Record<BackendName, string>) {}

  static async start(targets: Record<BackendName, string>): Promise<LyingProxy> {
    const proxy = new LyingProxy(targets);
    for (const name of Object.keys(targets) as BackendName[]) {
      const server = createServer((req, res) => void proxy.serve(name, req, res).catch(() => res.destroy()));
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      proxy.servers.set(name, server);
    }
    return proxy;
  }

  /** Address of the proxy in front of that back end. */
  url(name: BackendName): string {
    return `http://127.0.0.1:${(this.servers.get(name)!.address() as AddressInfo).port}`;
  }

  /** Tells the truth again, and counts questions from none. */
  reset(liar: Liar = () => null): void {
    this.liar = liar;
    this.counts.clear();
  }

  async stop(): Promise<void> {
    for (const server of this.servers.values()) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  private async serve(backend: BackendName, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const address = new URL(req.url ?? '/', this.targets[backend]);
    const form = req.method === 'POST' ? new URLSearchParams(await bodyOf(req)) : null;
    const before = this.counts.get(backend) ?? 0;
    this.counts.set(backend, before + 1);
    const parameters = form ?? address.searchParams;
    const lie = this.liar({ backend, path: address.pathname, parameters, before }) ?? {};
    await pause(lie.delaySeconds);
    if (lie.down) {
      res.destroy();
      return;
    }
    if (lie.status) {
      res.writeHead(lie.status, { 'content-type': 'text/plain' }).end('the lying proxy says so');
      return;
    }
    await this.forward(address, form, req, res, lie);
  }

  private async forward(
    address: URL,
    form: URLSearchParams | null,
    req: IncomingMessage,
    res: ServerResponse,
    { parameters, body, part }: Lie,
  ): Promise<void> {
    const change = parameters ?? ((same) => same);
    if (!form) address.search = change(new URLSearchParams(address.search)).toString();
    const { status, type, text } = await this.ask(address, form && change(form), req);
    const json = type.includes('json');
    const told = body && json && status < 300 ? JSON.stringify(body(JSON.parse(text))) : text;
    const cut = part === undefined ? told : told.slice(0, Math.floor(told.length * part));
    res.writeHead(status, { 'content-type': type }).end(cut);
  }

  private ask(address: URL, form: URLSearchParams | null, { headers, method }: IncomingMessage) {
    return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
      const { accept = 'application/json', 'content-type': type } = headers;
      const sent = request(
        address,
        { method, headers: { accept, ...(form && type ? { 'content-type': type } : {}) } },
        (answer) =>
          bodyOf(answer).then(
            (text) =>
              resolve({
                status: answer.statusCode ?? 502,
                type: String(answer.headers['content-type']),
                text,
              }),
            reject,
          ),
      );
      sent.on('error', reject);
      sent.end(form?.toString());
    });
  }
}

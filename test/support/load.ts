import { newTrace } from '../integration/service-support/platform.ts';

/** How often a round of requests goes out, and how long an answer may take, milliseconds. */
const EVERY = 150;
const PATIENCE = 2_000;

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}

/** GET routes of the API's own description, without those of the lab and of operations. */
export const readRoutes = async (docsUrl: string): Promise<string[]> => {
  const { paths } = (await (await fetch(new URL('json', docsUrl))).json()) as OpenApi;
  return Object.entries(paths)
    .filter(([path, methods]) => 'get' in methods && !/simulate|health|ready|metrics|docs/.test(path))
    .map(([path]) => path);
};

/** One request as k6 sends it: a trace of its own, and the run in the baggage. Undefined when no answer comes. */
const send = async (url: string, init: RequestInit = {}): Promise<{ id?: string } | undefined> => {
  const headers = {
    'content-type': 'application/json',
    traceparent: newTrace().traceparent,
    baggage: 'obsctl.run.id=20261122-090000-test',
  };
  try {
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(PATIENCE) });
    return (await response.json()) as { id?: string };
  } catch {
    return undefined;
  }
};

/** Light load on every route and on orders, until it is stopped; `stop` resolves when the last answer is in. */
export const startLoad = (baseUrl: string, routes: string[]) => {
  const open = new Set<Promise<unknown>>();
  let orderId = '1';
  let product = 0;
  const keep = (request: Promise<unknown>) => {
    open.add(request);
    void request.finally(() => open.delete(request));
  };
  const order = async () => {
    const body = JSON.stringify({ productId: 1 + (product++ % 20), quantity: 1 });
    orderId = (await send(`${baseUrl}/orders`, { method: 'POST', body }))?.id ?? orderId;
  };
  const get = (path: string) => {
    const id = path.includes('orders') ? orderId : String(1 + (product % 20));
    return send(baseUrl + path.replace(/\{\w+\}/, id));
  };
  const timer = setInterval(() => {
    keep(order());
    for (const path of routes) keep(get(path));
  }, EVERY);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
};

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { k6LoadDriver } from '../../cli/load/k6-load-driver.ts';
import type { LoadOptions, LoadProgress } from '../../cli/load/load-driver.ts';
import type { FoundTool } from '../../cli/tools/tool.ts';
import { installTool } from '../../cli/tools/tools.ts';
import { startOtlp } from './load-stubs.ts';

/** Anybody's k6 script, run by real k6 against a small server: every third answer of /some is a 500. */

let k6: FoundTool;
let directory: string;
let server: ReturnType<typeof createServer>;
let baseUrl: string;
let calls: string[];

beforeAll(async () => {
  k6 = await installTool('k6');
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.statusCode = request.url === '/some' && calls.length % 3 === 0 ? 500 : 200;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  calls = [];
  directory = await mkdtemp(join(tmpdir(), 'load-script-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const start = async (text: string, options: Partial<LoadOptions> = {}, name = 'mine.js') => {
  const file = join(directory, name);
  await writeFile(file, text);
  const driver = k6LoadDriver({ binary: async () => k6 });
  return driver.start(file, { runId: 'r', baseUrl, seed: 1, directory: join(directory, 'out'), ...options });
};

const PLAIN = `
  import http from 'k6/http';
  export const options = { vus: 2, iterations: 30, thresholds: THRESHOLDS };
  export default function () {
    http.get(__ENV.BASE_URL + '/some');
    http.get(__ENV.BASE_URL + '/things/' + __ITER + '?page=2', { tags: { name: 'a thing' } });
  }`;
const withThresholds = (thresholds: object) => PLAIN.replace('THRESHOLDS', JSON.stringify(thresholds));

interface K6Summary {
  metrics: Record<string, { count?: number; passes?: number; value?: number }>;
}

describe("a k6 script of somebody's own", () => {
  it('is measured by its HTTP requests, as k6 itself counts them', async () => {
    const run = await start(withThresholds({ http_req_failed: ['rate<0.5'] }));
    const told: LoadProgress[] = [];
    run.onProgress((progress) => told.push(progress));
    const result = await run.done;
    const { metrics } = result.summary as K6Summary;
    expect(calls).toHaveLength(60);
    expect(metrics.http_reqs?.count).toBe(60);
    expect(result).toMatchObject({ requests: 60, attempts: 60, droppedIterations: 0, exitCode: 0 });
    expect(result.failures).toBeGreaterThan(0);
    expect(result.failures).toBe(metrics.http_req_failed?.passes);
    expect(result.thresholds).toEqual([{ metric: 'http_req_failed', expression: 'rate<0.5', ok: true }]);
    expect(told.at(-1)).toMatchObject({ requests: 60, failures: result.failures, attempts: 60 });
  });

  it('gives series by its own names, or by method and path', async () => {
    const result = await (await start(withThresholds({}))).done;
    expect(result.series.operations.map(({ operation }) => operation)).toEqual(['a thing', 'GET /some']);
    const counted = result.series.overall.reduce((total, { requests }) => total + requests, 0);
    expect(counted).toBe(60);
    expect(result.endedAt).toBeGreaterThan(result.startedAt);
  });

  it('keeps its thresholds and their exit code', async () => {
    const result = await (await start(withThresholds({ http_req_failed: ['rate<0.01'] }))).done;
    expect(result.exitCode).toBe(99);
    expect(result.thresholds).toEqual([{ metric: 'http_req_failed', expression: 'rate<0.01', ok: false }]);
  });

  it('has no traces and no client spans', async () => {
    const otlp = await startOtlp();
    const result = await (await start(withThresholds({}), { otlpUrl: otlp.url })).done;
    await otlp.close();
    expect(result).toMatchObject({ traces: [], spans: { exported: 0, lost: 0 } });
    expect(otlp.requests()).toBe(0);
  });

  it('is told what was said and no more, and sees the environment, but no K6_ of it', async () => {
    vi.stubEnv('MY_SETTING', 'tea');
    vi.stubEnv('K6_ITERATIONS', '7');
    const script = `
      import http from 'k6/http';
      const names = ['BASE_URL', 'RUN_ID', 'SEED', 'RATE', 'VUS', 'DURATION', 'MY_SETTING'];
      export default function () {
        const seen = names.filter((name) => __ENV[name]).map((name) => name + '=' + __ENV[name]);
        http.get(__ENV.BASE_URL + '/' + seen.slice(1).join(','));
      }`;
    await (await start(script)).done;
    expect(calls).toEqual(['GET /RUN_ID=r,SEED=1,MY_SETTING=tea']);
    await (await start(script, { rate: 4, vus: 2, duration: 3 })).done;
    expect(calls.at(-1)).toBe('GET /RUN_ID=r,SEED=1,RATE=4,VUS=2,DURATION=3,MY_SETTING=tea');
  });

  it('may be TypeScript, and write a summary of its own', async () => {
    const script = `
      import http from 'k6/http';
      export function handleSummary(): Record<string, string> { return { stdout: 'that is all' }; }
      export default function (): void { http.get(__ENV.BASE_URL); }`;
    const result = await (await start(script, {}, 'mine.ts')).done;
    expect(result).toMatchObject({ exitCode: 0, requests: 1 });
    expect((result.summary as K6Summary).metrics.http_reqs?.count).toBe(1);
  });

  it('counts once what goes through our library, and is traced there', async () => {
    const library = pathToFileURL(new URL('../../scenarios/lib/', import.meta.url).pathname);
    const script = `
      import http from 'k6/http';
      import { clientWith } from '${library}request.ts';
      import { listProducts } from '${library}shop.ts';
      export const options = { iterations: 3 };
      export default function () {
        clientWith({ attempts: 1, timeout: 2, backoff: 0 }).send(listProducts());
        http.get(__ENV.BASE_URL + '/some');
      }`;
    const result = await (await start(script)).done;
    expect(calls).toHaveLength(6);
    expect(result).toMatchObject({ requests: 6, attempts: 6 });
    expect(result.traces).toHaveLength(3);
  });
});

describe('what is no script', () => {
  it('a syntax error: LOAD_FAILED with the line', async () => {
    await expect((await start('export default function () { htt p }')).done).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: 'k6 ended with exit code 107 before the first request of "mine.js".',
      details: [expect.stringMatching(/mine\.js: Line 1:\d+ Unexpected identifier/)],
    });
  });

  it('a path at which nothing is, and a folder: UNKNOWN_SCENARIO, before anything is started', async () => {
    const driver = k6LoadDriver({ binary: () => Promise.reject(new Error('asked for k6')) });
    const options = { runId: 'r', baseUrl, seed: 1, directory };
    for (const path of [join(directory, 'none.js'), directory]) {
      await expect(driver.start(path, options)).rejects.toMatchObject({ code: 'UNKNOWN_SCENARIO' });
    }
  });
});

// What telemetry costs one api replica: requests a second over loopback with the OpenTelemetry SDK loaded and exporting,
// against the same process without it, in turns on the same stack. Takes the environment of a running api replica from
// /proc, so it runs on Linux only. Prints JSON.
//   node scripts/bench/telemetry-cost.mjs [seconds a turn]
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = 8;
const TURNS = 3;

const home = mkdtempSync(join(tmpdir(), 'obsctl-bench-'));
const env = { ...process.env, XDG_STATE_HOME: join(home, 'state') };
const obsctl = (...args) =>
  execFileSync(process.execPath, [join(root, 'bin/obsctl.js'), ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const environmentOf = (pid) =>
  Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter(Boolean)
      .map((entry) => {
        const at = entry.indexOf('=');
        return [entry.slice(0, at), entry.slice(at + 1)];
      }),
  );

const start = async (base, withTelemetry) => {
  const [PORT, ADMIN_PORT] = [await freePort(), await freePort()].map(String);
  const preload = withTelemetry ? ['--import', join(root, 'dist/service/register.js')] : [];
  const own = { PORT, ADMIN_PORT, SERVICE_INSTANCE_ID: withTelemetry ? 'api-with' : 'api-without' };
  const child = spawn(process.execPath, [...preload, join(root, 'dist/service/server.js')], {
    env: { ...base, ...own },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the replica ended with ${code}`)));
  });
  return { child, url: `http://127.0.0.1:${PORT}` };
};

/** Closed loop: each connection asks again as soon as it has its answer. */
const throughput = async (url) => {
  let answers = 0;
  const end = performance.now() + SECONDS * 1000;
  const loop = async (i) => {
    while (performance.now() < end) {
      const answer = await fetch(`${url}/products/${1 + (i++ % 50)}`);
      await answer.arrayBuffer();
      if (answer.ok) answers++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => loop(i)));
  return answers / SECONDS;
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const replicas = [];
try {
  const status = JSON.parse(obsctl('up', '--json'));
  const base = environmentOf(status.components.find(({ name }) => name === 'api-1').pid);
  const figures = { withTelemetry: [], without: [] };
  for (const name of Object.keys(figures))
    replicas.push({ name, ...(await start(base, name === 'withTelemetry')) });
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const { name, url } of replicas) {
      const figure = await throughput(url);
      // The first turn warms up.
      if (turn > 0) figures[name].push(figure);
    }
  }
  console.log(
    JSON.stringify({ withTelemetry: median(figures.withTelemetry), without: median(figures.without) }),
  );
} finally {
  for (const { child } of replicas) child.kill('SIGTERM');
  obsctl('down');
  rmSync(home, { recursive: true, force: true });
}

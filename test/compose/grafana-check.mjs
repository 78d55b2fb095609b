// Asks a real Grafana whether it has taken what infra/grafana provisions: every data source answers through it, every
// dashboard is there, and nothing was logged as an error. Fails on the stand-in, which has none of it.
// The platform is up by `docker compose --profile full up -d`, with its settings in .env.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const PATIENCE_SECONDS = 90;

const compose = (...args) =>
  execFileSync('docker', ['compose', '--profile', 'full', ...args], { encoding: 'utf8' }).trim();

const { GF_SECURITY_ADMIN_USER: user, GF_SECURITY_ADMIN_PASSWORD: password } = JSON.parse(
  compose('config', '--format', 'json'),
).services.grafana.environment;
const address = `http://${compose('port', 'grafana', '3000')}`;
const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const getText = async (path) => {
  const response = await fetch(`${address}/api/${path}`, { headers: { authorization } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.text();
};

const get = async (path) => JSON.parse(await getText(path));

/** A question that each kind of source answers however little it holds. */
const QUESTIONS = { prometheus: 'api/v1/query?query=up', loki: 'loki/api/v1/labels', tempo: 'api/echo' };

/** Waits until the request succeeds and its answer satisfies; throws its last failure. */
const eventually = async (path, satisfies, ask = get) => {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const answer = await ask(path).catch((error) => error);
    if (!(answer instanceof Error) && satisfies(answer)) return answer;
    if (Date.now() > end)
      throw answer instanceof Error ? answer : new Error(`${path}: ${JSON.stringify(answer)}`);
    await new Promise((resume) => setTimeout(resume, 1000));
  }
};

await eventually('health', ({ database }) => database === 'ok');
const sources = await get('datasources');
for (const { uid, name, type } of sources) {
  await eventually(`datasources/proxy/uid/${uid}/${QUESTIONS[type]}`, (text) => text !== '', getText);
  console.log(`${name} answers`);
}
const files = readdirSync('infra/grafana/dashboards').filter((file) => file.endsWith('.json'));
const dashboards = await eventually('search?type=dash-db', (found) => found.length === files.length);
for (const { title } of dashboards) console.log(`dashboard: ${title}`);
const errors = compose('logs', '--no-log-prefix', 'grafana')
  .split('\n')
  .filter((line) => /level=error/.test(line));
if (sources.length === 0 || errors.length > 0) throw new Error(errors.join('\n') || 'no data source');

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StackStatus } from '../../cli/stack/stack.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { type Outcome, User } from '../support/cli.ts';
import { Guarded } from './support/guarded.ts';

/** The most HTTP requests one report may cost somebody's back ends. */
const MOST_REQUESTS = 200;
const SECRETS = {
  OBSCTL_PROMETHEUS_TOKEN: 'prom-4711',
  OBSCTL_LOKI_USERNAME: 'reader',
  OBSCTL_LOKI_PASSWORD: 'loki-0815',
};
const TEMPO_TOKEN = 'tempo-2342';

const user = new User();
const guards: Guarded[] = [];
let ofRun: RunRecord;

const asBasic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

/** All files of a folder, as text. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

const report = (args: string[] = [], secrets: Record<string, string> = SECRETS): Promise<Outcome> => {
  const [reference, window, recovery] = ['steady', 'fault', 'recovery'].map(
    (name) => ofRun.phases.find((phase) => phase.name === name)!,
  );
  return user.run(
    [
      ...['report', '--since', String(window!.from), '--until', String(recovery!.to)],
      ...['--baseline-window', `${reference!.to - reference!.from}s`, '--out', 'foreign', ...args],
    ],
    secrets,
  );
};

/** Other people's back ends: ours with a guard before each, and nothing said of the stack behind them. */
const guardThem = async (): Promise<void> => {
  const { backends } = (await user.json<StackStatus>(['status'])).endpoints!;
  const { prometheus, loki, tempo } = backends!;
  guards.push(
    await Guarded.before(prometheus, `Bearer ${SECRETS.OBSCTL_PROMETHEUS_TOKEN}`),
    await Guarded.before(loki, asBasic(`${SECRETS.OBSCTL_LOKI_USERNAME}:${SECRETS.OBSCTL_LOKI_PASSWORD}`)),
    await Guarded.before(tempo, `Bearer ${TEMPO_TOKEN}`),
  );
  const [p, l, t] = guards.map(({ url }) => url);
  const token = join(user.home, 'tempo-token');
  writeFileSync(token, `${TEMPO_TOKEN}\n`);
  writeFileSync(
    join(user.home, 'obsctl.yaml'),
    `service: api\nbackends:\n  prometheus: {url: '${p}'}\n  loki: {url: '${l}'}\n  tempo: {url: '${t}', tokenFile: '${token}'}\n`,
  );
};

beforeAll(async () => {
  await user.run(['up', '--telemetry', 'grafana']);
  const phases = ['--warm-up', '3s', '--steady', '60s', '--duration', '40s', '--recovery', '25s'];
  const run = [
    'run',
    '--telemetry',
    'grafana',
    '--fault',
    'downstream-error',
    '--set',
    'rate=0.5',
    '--load-rate',
    '15',
    ...phases,
  ];
  const { code, stdout, stderr } = await user.run([...run, '--json']);
  if (code === null || code > 6) throw new Error(`${stdout}\n${stderr}`);
  ofRun = JSON.parse(readFileSync(JSON.parse(stdout).record, 'utf8'));
  await guardThem();
}, 600_000);

afterAll(async () => {
  for (const guard of guards) guard.close();
  await user.leave();
}, 120_000);

describe('a run on the real back ends', () => {
  test('is seen through: the last request shows in all three', () => {
    const { ingestionLagSeconds, settle } = ofRun.completeness!;
    expect(Object.values(ingestionLagSeconds)).not.toContain(null);
    expect(settle).toMatchObject({ traces: 0, logs: 0, metric: false });
  });

  test('is counted alike by k6, the counters and the server spans, or the rest is explained', () => {
    const { client, metrics, spans, disagreement, explanations } = ofRun.completeness!.crossCheck!;
    expect(client).toBeGreaterThan(1000);
    expect([metrics, spans]).not.toContain(null);
    if (disagreement! > 0.01) expect(explanations.length).toBeGreaterThan(0);
  });
});

describe('a system that obsctl did not start', () => {
  test('is reported on by its telemetry alone, and the culprit is named', async () => {
    const { code, stdout, stderr } = await report(['--json']);
    expect(stderr + stdout).not.toMatch(/prom-4711|loki-0815|tempo-2342/);
    expect(code).toBe(0);
    const said = JSON.parse(stdout) as { record: string };
    const record = JSON.parse(readFileSync(said.record, 'utf8')) as RunRecord;
    expect(record).toMatchObject({
      kind: 'observation',
      load: null,
      faults: [],
      verdict: { name: 'observed' },
    });
    expect(new Set(record.findings!.spikes.map(({ viewpoint }) => viewpoint))).toEqual(new Set(['server']));
    expect(record.findings!.attribution.suspects[0]).toMatchObject({
      dependency: 'inventory',
      kind: 'error',
    });
    expect(record.findings!.spikes[0]!.examples.length).toBeGreaterThan(0);
    for (const text of filesOf(join(user.home, 'foreign')))
      expect(text).not.toMatch(/prom-4711|loki-0815|tempo-2342/);
    expect(guards.reduce((sum, { requests }) => sum + requests, 0)).toBeLessThanOrEqual(MOST_REQUESTS);
  }, 120_000);

  test.each([
    [
      'wrong credentials',
      [],
      { ...SECRETS, OBSCTL_LOKI_PASSWORD: 'wrong-1234' },
      9,
      /loki.*\n?.*BACKEND_REFUSED/,
    ],
    ['no credentials', [], {}, 9, /BACKEND_REFUSED/],
    ['an unknown service', ['--service', 'apj'], SECRETS, 2, /UNKNOWN_SERVICE[\s\S]*nearest: api/],
  ] as [string, string[], Record<string, string>, number, RegExp][])(
    'with %s it is refused, and nothing is left',
    async (_, args, secrets, exit, why) => {
      const { code, stderr } = await report(['--out', 'refused', ...args], secrets);
      expect(stderr).toMatch(why);
      expect(stderr).not.toMatch(/wrong-1234/);
      expect(code).toBe(exit);
      expect(readdirSync(join(user.home, 'refused'))).toEqual([]);
    },
    60_000,
  );

  test('what is not Prometheus is told from it', async () => {
    const { code, stderr } = await report(['--out', 'refused', '--prometheus', guards[1]!.url]);
    expect([code, stderr]).toEqual([9, expect.stringMatching(/prometheus: .*\[BACKEND_(UNKNOWN|REFUSED)\]/)]);
  }, 60_000);
});

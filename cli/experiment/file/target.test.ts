import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { listScenarios } from '../../load/catalogue.ts';
import type { ObsctlError } from '../../shared/errors.ts';
import { parseExperiment } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'obsctl-target-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, settings = {}) =>
  parseExperiment(text, join(folder, 'x.yaml'), { scenarios: listScenarios(), settings });

const violations = (text: string, settings = {}): string[] => {
  try {
    read(text, settings);
  } catch (error) {
    expect((error as ObsctlError).code).toBe('EXPERIMENT_INVALID');
    return (error as ObsctlError).details.map((line) => line.replace(`${folder}/`, ''));
  }
  return expect.unreachable('it was taken');
};

const HEAD = 'title: T\nload: { scenario: steady }\n';
const REPLICAS = `  replicas:
    - { replica: todo-1, adminUrl: 'http://127.0.0.1:3001', tokenVariable: TODO }
    - { replica: stock-1, service: stock, role: inventory, adminUrl: 'https://stock/admin', tokenFile: t }
`;
const TARGET = `${HEAD}target:\n  baseUrl: http://127.0.0.1:3000\n  service: todo\n${REPLICAS}`;

describe('a target that obsctl did not start', () => {
  test('stands in for the stack; its replicas carry the faults of their roles', () => {
    const { experiment, target } = read(
      `${TARGET}faults: [{ fault: latency }, { fault: downstream-error }]\n`,
    );
    expect(target).toMatchObject({ baseUrl: 'http://127.0.0.1:3000', service: 'todo', telemetry: {} });
    expect(target!.replicas.map(({ role }) => role)).toEqual(['api', 'inventory']);
    expect(experiment.faults.map((fault) => fault.target.instances)).toEqual([['todo-1'], ['stock-1']]);
    expect(experiment.stack).toEqual({ service: 'todo' });
  });

  test('makes it another experiment by its service and never by its addresses', () => {
    const hash = (text: string) => read(text).experiment.hash;
    expect(hash(TARGET.replace('127.0.0.1:3000', 'shop.example.com'))).toBe(hash(TARGET));
    expect(hash(TARGET.replace('service: todo', 'service: shop'))).not.toBe(hash(TARGET));
    expect(hash(HEAD)).not.toBe(hash(TARGET));
  });

  test('can be set from the command line, each part of it', () => {
    const { target } = read(TARGET, {
      'target.baseUrl': 'http://localhost:1',
      'target.telemetry.loki.url': 'http://l:3100',
      'target.replicas.0.adminUrl': 'http://localhost:2',
    });
    expect(target).toMatchObject({
      baseUrl: 'http://localhost:1',
      telemetry: { loki: { url: 'http://l:3100' } },
    });
    expect(target!.replicas[0]!.adminUrl).toBe('http://localhost:2');
  });
});

describe('refused before anything is touched', () => {
  test.each([
    [
      'what only a stack of ours can do',
      `${TARGET}faults:\n  - fault: replica-kill\n  - fault: network-latency\n`,
      [
        expect.stringMatching(/^x\.yaml:10:5 faults\.0\.fault: is done by the stack that obsctl starts/),
        expect.stringMatching(/^x\.yaml:11:5 faults\.1\.fault: is done by the stack/),
      ],
    ],
    [
      'a fault that none of its replicas carries, or not the one that is named',
      `${TARGET}faults:\n  - fault: heavy-task\n  - { fault: latency, target: { replicas: [stock-1] } }\n`,
      [
        expect.stringMatching(/^x\.yaml:10:5 faults\.0\.fault: target\.replicas has none of role worker/),
        expect.stringMatching(
          /^x\.yaml:11:44 faults\.1\.target\.replicas\.0: .* no such replica of role api \(there are todo-1\)/,
        ),
      ],
    ],
    [
      'a stack besides',
      `${TARGET}stack: { replicas: 2 }\n`,
      ['x.yaml:9:1 stack: is what obsctl starts: leave it out where there is a target'],
    ],
    [
      'a replica twice, and a token that would cross a network in clear text',
      `${TARGET}    - { replica: todo-1, adminUrl: 'http://10.0.0.7:3001', tokenVariable: TODO }\n`,
      [
        'x.yaml:9:9 target.replicas.2.replica: is target.replicas.0 already',
        expect.stringMatching(/^x\.yaml:9:26 target\.replicas\.2\.adminUrl: must be https, or a tunnel/),
      ],
    ],
    [
      'addresses that are none',
      `${HEAD}target: { baseUrl: shop, service: todo, otlpUrl: 'ftp://x', telemetry: { loki: { url: 'http://l?x=1' } } }\n`,
      [
        expect.stringMatching(/^x\.yaml:3:11 target\.baseUrl: must be an address/),
        expect.stringMatching(/^x\.yaml:3:41 target\.otlpUrl: must be an address/),
        expect.stringMatching(/^x\.yaml:3:82 target\.telemetry\.loki\.url: must not have a query/),
      ],
    ],
  ])('%s', (_what, text, expected) => expect(violations(text)).toEqual(expected));

  test('secrets, which are not shown again', () => {
    const found = violations(
      `${HEAD}target:
  baseUrl: http://me:hunter2@shop
  service: todo
  telemetry: { tempo: { password: hunter2 } }
  replicas: [{ replica: a, adminUrl: 'http://127.0.0.1:1', token: hunter2, adminToken: hunter2 }]
`,
    );
    expect(found).toEqual([
      expect.stringContaining('x.yaml:4:3 target.baseUrl: must not hold credentials'),
      expect.stringMatching(
        /6:25 target\.telemetry\.tempo\.password: a secret has no place .*OBSCTL_TEMPO_TOKEN/,
      ),
      expect.stringMatching(/7:14 target\.replicas\.0: tokenVariable or tokenFile is needed/),
      expect.stringMatching(/7:60 target\.replicas\.0\.token: a secret has no place .* tokenVariable/),
      expect.stringMatching(/7:76 target\.replicas\.0\.adminToken: /),
    ]);
    expect(found.join()).not.toContain('hunter2');
  });
});

describe('a k6 script of the team', () => {
  const WITH = 'title: T\nload: { scenario: ./load.js, rate: 5 }\n';
  writeFileSync(join(folder, 'load.js'), 'export default function () {}\n');

  test('is found from the folder of the file, and called by its name and what it holds', () => {
    const { script, experiment } = read(WITH);
    expect(script).toBe(join(folder, 'load.js'));
    expect(experiment).toMatchObject({
      scenario: expect.stringMatching(/^load\.js@[0-9a-f]{12}$/),
      rate: 5,
      vus: null,
    });
    writeFileSync(join(folder, 'other.js'), 'export default function () { }\n');
    expect(read(WITH.replace('load.js', 'other.js')).experiment.hash).not.toBe(experiment.hash);
  });

  test.each([
    ['./none.js', /there is no script/i],
    ['./', /is a folder/],
    ['/dev/zero', /it is no file/],
  ])('%s is refused', (path, why) =>
    expect(violations(WITH.replace('./load.js', path))).toEqual([expect.stringMatching(why)]),
  );
});

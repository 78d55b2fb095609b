import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listScenarios } from '../../load/catalogue.ts';
import type { ObsctlError } from '../../shared/errors.ts';
import { experimentPath, shippedExperiments } from './find.ts';
import { parseExperiment, readExperimentFile } from './read.ts';
import type { FileSettings } from './settings.ts';

const scenarios = listScenarios();
const read = (text: string, settings: FileSettings = {}) =>
  parseExperiment(text, 'x.yaml', { scenarios, settings });

const refused = (make: () => unknown): string[] => {
  try {
    make();
  } catch (error) {
    expect((error as ObsctlError).code).toBe('EXPERIMENT_INVALID');
    expect((error as ObsctlError).exitCode).toBe(2);
    return (error as ObsctlError).details;
  }
  return expect.unreachable('it was taken');
};
const violations = (text: string, settings: FileSettings = {}) => refused(() => read(text, settings));

const SHORT = 'title: T\nload: { scenario: steady }\n';

describe('an experiment file', () => {
  test('says as little as a title and a scenario', () => {
    const { experiment, stack, description } = read(SHORT);
    expect(experiment).toMatchObject({
      title: 'T',
      rate: 20,
      seed: 1,
      durations: { warmUp: 5, steady: 20, fault: 20, recovery: 15 },
      ...{ faults: [], hypothesis: [], stopConditions: [], recoveryWithin: null, objectives: [], stack: {} },
    });
    expect([stack, description]).toEqual([{}, null]);
  });

  test('or all there is', () => {
    const { experiment, stack } = read(`
title: All
stack: { on: local, telemetry: embedded, replicas: 3, retryBudget: 0.1 }
load: { scenario: retry-storm, rate: 12, vus: 90, seed: 7 }
phases: { warmUp: 2s, steady: 15, fault: 1m, recovery: 40s }
hypothesis:
  - { measure: p95, viewpoint: server, service: inventory, operation: POST /reservations, atMost: 250ms, when: [during] }
  - { measure: requests-per-second, atLeast: 5 }
faults:
  - { fault: latency, at: 5s, lease: 1s, target: { rate: 0.5, route: /orders, replicas: [api-1] }, parameters: { ms: 9 } }
  - { fault: latency, at: 10s }
stopConditions:
  - { measure: error-ratio, above: 0.9, for: 5s }
recoveryWithin: 20s
objectives: [shop]
`);
    expect(experiment).toMatchObject({
      ...{ rate: 12, vus: 90, seed: 7, recoveryWithin: 20, objectives: ['shop'] },
      durations: { warmUp: 2, steady: 15, fault: 60, recovery: 40 },
      stack: { replicas: 3, retryBudget: 0.1 },
      stopConditions: [{ measure: 'error-ratio', above: 0.9, below: null, for: 5 }],
    });
    expect(experiment.hypothesis).toEqual([
      {
        indicator: {
          ...{ measure: 'p95', viewpoint: 'server', service: 'inventory' },
          operation: 'POST /reservations',
        },
        tolerance: { atMost: 0.25, atLeast: null },
        when: ['during'],
      },
      {
        indicator: { measure: 'requests-per-second', viewpoint: 'client', service: null, operation: null },
        tolerance: { atMost: null, atLeast: 5 },
        when: ['before', 'after'],
      },
    ]);
    expect(experiment.faults).toEqual([
      {
        ...{ fault: 'latency', at: 5, duration: 1, parameters: { ms: 9, jitter: 0 } },
        target: { rate: 0.5, route: '/orders', seed: 1, instances: ['api-1'] },
      },
      {
        ...{ fault: 'latency', at: 10, duration: 50, parameters: { ms: 500, jitter: 0 } },
        target: { rate: 1, seed: 1 },
      },
    ]);
    expect(stack.on).toBe('local');
  });

  test('the same experiment has the same hash, whatever it is called; a retry budget makes it another one', () => {
    const { hash } = read(SHORT).experiment;
    expect(read(SHORT.replace('T', 'Other')).experiment.hash).toBe(hash);
    expect(read(`${SHORT}stack: { replicas: 2, on: local }\n`).experiment.hash).toBe(hash);
    expect(read(`${SHORT}stack: { retryBudget: 0.1 }\n`).experiment.hash).not.toBe(hash);
  });
});

test('every violation of a file, each with its line and column', () => {
  expect(
    violations(`title: ''
load:
  scenario: stedy
  rate: fast
phases:
  steady: 5s
  fault: soon
colour: red
hypothesis:
  - { measure: p95, atMost: -1 }
  - measure: error-ratio
    atMost: 5
faults:
  - fault: latancy
  - fault: latency
    parameters:
      ms: 1000000
      colour: red
  - fault: replica-kill
    target: { route: /orders }
`),
  ).toEqual([
    expect.stringMatching(/^x\.yaml:1:1 title: .*\(it is ""\)$/),
    expect.stringMatching(/^x\.yaml:3:3 load\.scenario: there is no such scenario/),
    expect.stringMatching(/^x\.yaml:4:3 load\.rate: .*number.*\(it is "fast"\)$/),
    expect.stringMatching(/^x\.yaml:6:3 phases\.steady: must be at least 10 s/),
    expect.stringMatching(/^x\.yaml:7:3 phases\.fault: must be a duration.*\(it is "soon"\)$/),
    expect.stringMatching(/^x\.yaml:8:1 colour: there is no such key \(there are title, .*objectives\)/),
    expect.stringMatching(/^x\.yaml:10:21 hypothesis\.0\.atMost: must/),
    expect.stringMatching(
      /^x\.yaml:12:5 hypothesis\.1\.atMost: a ratio is at most 1: 1 % is 0\.01 \(it is 5\)/,
    ),
    expect.stringMatching(/^x\.yaml:14:5 faults\.0\.fault: there is no such fault \(nearest: latency/),
    expect.stringMatching(/^x\.yaml:17:7 faults\.1\.parameters\.ms: .*10000.*\(it is 1000000\)/),
    expect.stringMatching(
      /^x\.yaml:18:7 faults\.1\.parameters\.colour: there is no such key \(there are ms, jit/,
    ),
  ]);
});

describe('refused before anything is touched', () => {
  const FAULTS = `${SHORT}phases: { fault: 20s, recovery: 20s }\n`;
  test.each([
    [
      'a timeline past the end',
      `${FAULTS}faults:\n  - fault: latency\n    at: 15s\n    lease: 6s\n  - { fault: error, at: 20s }\n`,
      [
        'x.yaml:7:5 faults.0.lease: ends at 21 s, past the fault phase, which lasts 20 s (it is "6s")',
        'x.yaml:8:21 faults.1.at: comes past the fault phase, which lasts 20 s (it is "20s")',
      ],
    ],
    [
      'exclusive faults at once',
      `${FAULTS}faults:\n  - fault: cache-stampede\n  - fault: cache-down\n    at: 5s\n`,
      [
        'x.yaml:6:5 faults.1.fault: cache-down and cache-stampede cannot be on at the same carrier at the same time, and faults.0 is on then (it is "cache-down")',
      ],
    ],
    [
      'a stop condition that is true from the start',
      `${SHORT}stopConditions:\n  - { measure: requests-per-second, below: 50, for: 5s }\n`,
      [expect.stringMatching(/^x\.yaml:4:5 stopConditions\.0: .*true from the start/)],
    ],
    [
      'an aim that the fault does not take',
      `${FAULTS}faults:\n  - fault: replica-kill\n    target: { route: /orders, rate: 0.5 }\n`,
      [
        expect.stringMatching(/^x\.yaml:6:15 faults\.0\.target\.route: replica-kill acts on a resource/),
        expect.stringMatching(/^x\.yaml:6:31 faults\.0\.target\.rate: replica-kill has no shares/),
      ],
    ],
    [
      'a time to recover that no recovery phase shows',
      `${FAULTS}recoveryWithin: 20s\n`,
      [expect.stringMatching(/^x\.yaml:4:1 recoveryWithin: must be shorter than the recovery phase/)],
    ],
    [
      'a hypothesis about a recovery of which nothing is left',
      `${SHORT}phases: { recovery: 3s }\nhypothesis: [{ measure: p95, atMost: 1s }]\nfaults: [{ fault: pool-exhaustion }]\n`,
      [expect.stringMatching(/^x\.yaml:4:\d+ hypothesis\.0(\.when)?: nothing is left to judge/)],
    ],
    [
      'a rate for users who set their own',
      'title: T\nload:\n  scenario: smoke\n  rate: 5\n',
      ['x.yaml:4:3 load.rate: smoke is a closed model: its users (vus) set the rate (it is 5)'],
    ],
    [
      'objectives that are not there',
      `${SHORT}objectives: [shopp]\n`,
      [expect.stringMatching(/^x\.yaml:3:14 objectives\.0: .*nearest: shop/)],
    ],
    [
      'limits that mean nothing',
      `${SHORT}hypothesis:\n  - { measure: p95 }\n  - { measure: p95, atMost: 1, atLeast: 2 }\n  - { measure: error-ratio, atMost: 300ms }\n  - { measure: p95, atMost: 1, service: api }\nstopConditions:\n  - { measure: p95, for: 5s }\n`,
      [
        expect.stringMatching(/:4:5 hypothesis\.0: atMost or atLeast is needed/),
        expect.stringMatching(/:5:32 hypothesis\.1\.atLeast: is above atMost/),
        expect.stringMatching(/:6:29 hypothesis\.2\.atMost: only a latency/),
        expect.stringMatching(/:7:32 hypothesis\.3\.service: goes with `viewpoint: server`/),
        expect.stringMatching(/:9:5 stopConditions\.0: above or below is needed/),
      ],
    ],
  ])('%s', (_what, text, expected) => expect(violations(text)).toEqual(expected));

  test('the rest of a file is looked at too where one part of it is wrong', () => {
    const found = violations(`title: T
load: { scenario: steady }
phases: { fault: 20s }
colour: red
faults:
  - { fault: latency, at: 30s }
`);
    expect(found).toEqual([
      expect.stringContaining('x.yaml:4:1 colour'),
      expect.stringContaining('x.yaml:6:23 faults.0.at'),
    ]);
  });
});

test('a scenario that is not there beside a rate that cannot be: both are told', () =>
  expect(violations('title: T\nload: { scenario: stedy, rate: -3 }\n')).toEqual([
    expect.stringContaining('there is no such scenario'),
    expect.stringContaining('load.rate'),
  ]));

test('a scenario that is not there', () =>
  expect(violations('title: T\nload: { scenario: stedy }\n')).toEqual([
    expect.stringMatching(
      /^x\.yaml:2:9 load\.scenario: there is no such scenario, nearest: steady.*\(it is "stedy"\)/,
    ),
  ]));

describe('what is no experiment at all', () => {
  test.each([
    ['nothing', '', /^x\.yaml:1:1 it is empty/],
    ['a list', '- a\n', /^x\.yaml:1:1 .*expected object/],
    ['two of them', `${SHORT}---\n${SHORT}`, /^x\.yaml:4:1 a file holds one experiment/],
    ['a key twice', `${SHORT}title: U\n`, /^x\.yaml:3:1 Map keys must be unique/],
    ['a bracket that is not closed', 'title: [a\n', /^x\.yaml:\d+:\d+ /],
    ['what is nested without end', '['.repeat(60_000), /^x\.yaml:1:1 it is nested too deeply/],
    ['blocks nested without end', '- '.repeat(60_000), /^x\.yaml:1:1 it is nested too deeply/],
    [
      'a key that is nobody’s',
      `${SHORT}__proto__: { a: 1 }\n`,
      /^x\.yaml:3:1 __proto__: there is no such key/,
    ],
  ])('%s', (_what, text, message) => expect(violations(text)[0]).toMatch(message));

  test('a billion laughs', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(violations(lines.join('\n'))[0]).toMatch(/alias/);
  });

  test('thousands of faults that exclude each other, and thousands of keys, are no reason to think for long', () => {
    const faults = `${SHORT}faults:\n${' - {fault: slow-query}\n'.repeat(10_000)}`;
    expect(violations(faults).length).toBeLessThan(300);
    const keys = `${SHORT}${Array.from({ length: 5000 }, (_, i) => `k${i}: 1\n`).join('')}`;
    const told = violations(keys);
    expect([told[0], told.length, told.at(-1)]).toEqual([
      expect.stringMatching(/^x\.yaml:3:1 k0: there is no such key/),
      201,
      'and 4800 more',
    ]);
  });

  test('a huge file and one that never ends are not read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'obsctl-experiment-'));
    const huge = join(folder, 'huge.yaml');
    writeFileSync(huge, `${SHORT}# ${'x'.repeat(300 * 1024)}\n`);
    const why = (file: string) => refused(() => readExperimentFile(file, { scenarios }))[0];
    expect(why(huge)).toMatch(/longer than 256 KiB/);
    expect(why('/dev/zero')).toMatch(/it is no file/);
    rmSync(folder, { recursive: true });
  });
});

describe('--set', () => {
  const FAULT = `${SHORT}faults:\n  - fault: latency\n`;

  test('sets one thing of the file by its path; a fault is found by its name', () => {
    const settings = {
      'load.rate': 7,
      'phases.fault': '30s',
      'faults.latency.parameters.ms': 300,
      'faults.0.target.replicas': '[api-1, api-2]',
      'stack.retryBudget': 0.2,
    };
    const { experiment } = read(FAULT, settings);
    expect(experiment).toMatchObject({ rate: 7, durations: { fault: 30 }, stack: { retryBudget: 0.2 } });
    expect(experiment.faults[0]).toMatchObject({
      parameters: { ms: 300 },
      target: { instances: ['api-1', 'api-2'] },
    });
  });

  test('is blamed for what it got wrong, and the file is not', () => {
    const settings = {
      'load.rate': -3,
      'lood.rate': 2,
      'faults.1.at': 3,
      'title.text': 'x',
      '__proto__.a': 1,
    };
    expect(violations(`${FAULT}colour: red\n`, settings)).toEqual([
      expect.stringMatching(/^x\.yaml:5:1 colour: there is no such key/),
      '--set faults.1.at=3: faults.1: the list has no such entry',
      '--set title.text=x: title: there is nothing within it',
      '--set __proto__.a=1: __proto__: there is no such key',
      expect.stringMatching(/^--set load\.rate=-3: load\.rate /),
      expect.stringMatching(/^--set lood\.rate=2: lood there is no such key/),
    ]);
  });
});

test('--set takes a text that looks like a number where a text is wanted, and only there', () => {
  const { experiment } = read(`${SHORT}description: x\n`, { title: 2026, description: 7, 'load.rate': 9 });
  expect(experiment).toMatchObject({ title: '2026', rate: 9 });
  expect(violations(SHORT, { objectives: 5 })).toEqual([
    expect.stringMatching(/^--set objectives=5: objectives /),
  ]);
});

test('--set sets any key of the schema', () => {
  const all = {
    ...{ stack: '{ on: local }', 'stack.profile': 'full', 'stack.telemetry': 'grafana', 'stack.replicas': 3 },
    ...{
      'load.scenario': 'retry-storm',
      'load.vus': 50,
      'load.seed': 3,
      'phases.warmUp': '1s',
      'phases.steady': 12,
    },
    ...{ 'phases.recovery': '1m', recoveryWithin: '20s', objectives: '[shop]' },
    ...{ hypothesis: '[{ measure: p95, atMost: 300ms }]', 'hypothesis.0.when': '[during]' },
    ...{ faults: '[{ fault: error }]', 'faults.error.at': '2s', 'faults.0.lease': '3s' },
    ...{ 'faults.error.target.method': 'GET', 'faults.error.target.header': 'a=b' },
    ...{ stopConditions: '[{ measure: error-ratio, above: 0.5, for: 5s }]', 'stopConditions.0.for': '9s' },
  };
  const { experiment, stack } = read(SHORT, all);
  expect(stack).toMatchObject({ on: 'local', profile: 'full', telemetry: 'grafana', replicas: 3 });
  expect(experiment).toMatchObject({
    ...{ scenario: 'retry-storm', vus: 50, seed: 3, recoveryWithin: 20, objectives: ['shop'] },
    durations: { warmUp: 1, steady: 12, fault: 20, recovery: 60 },
    hypothesis: [{ tolerance: { atMost: 0.3 }, when: ['during'] }],
    faults: [{ fault: 'error', at: 2, duration: 3, target: { method: 'GET', header: 'a=b' } }],
    stopConditions: [{ above: 0.5, for: 9 }],
  });
});

test('--set is blamed also where the file itself has a better value', () =>
  expect(violations(SHORT, { 'load.scenario': 'stedy' })).toEqual([
    expect.stringMatching(/^--set load\.scenario=stedy: load\.scenario there is no such scenario/),
  ]));

describe('the shipped experiments', () => {
  const shipped = shippedExperiments();

  test('are all that a team needs to begin with', () => {
    expect(shipped.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['retry-storm', 'retry-storm-with-budget', 'cache-stampede', 'cache-down', 'pool-exhaustion'],
        ...['slow-query', 'downstream-timeout', 'event-loop-block', 'replica-kill'],
      ]),
    );
  });

  test.each(shipped)('$name is valid, breaks something, and says what has to hold', ({ path }) => {
    const { experiment, description, objectives } = readExperimentFile(path, { scenarios });
    expect(experiment.faults.length).toBeGreaterThan(0);
    expect(experiment.hypothesis.length).toBeGreaterThan(0);
    expect(experiment.recoveryWithin).not.toBeNull();
    expect([description, objectives]).toEqual([expect.any(String), ['shop']]);
  });

  test('differ in more than their titles', () => {
    const hashes = shipped.map(({ path }) => readExperimentFile(path, { scenarios }).experiment.hash);
    expect(new Set(hashes).size).toBe(shipped.length);
  });

  test('are found by name; an unknown one is answered with the nearest', () => {
    expect(experimentPath('cache-down')).toMatch(/scenarios\/experiments\/cache-down\.yaml$/);
    expect(() => experimentPath('cache-dwn')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_EXPERIMENT', details: [expect.stringMatching(/cache-down/)] }),
    );
  });
});

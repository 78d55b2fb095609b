import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { User } from '../support/cli.ts';

const user = new User();
afterAll(() => user.leave());

const file = (name: string, text: string): string => {
  writeFileSync(join(user.home, name), text);
  return name;
};
const nothingIsUp = () => expect(existsSync(join(user.home, 'state/obsctl/stack/state.json'))).toBe(false);

const GOOD = `title: Mine
load: { scenario: steady, rate: 10 }
phases: { fault: 10s }
faults: [{ fault: latency, target: { rate: 0.5 } }]
`;

file('mine.yaml', GOOD);

describe('obsctl experiment', () => {
  test('list names what is shipped, with files that validate', async () => {
    const shipped = await user.json<{ name: string; file: string }[]>(['experiment', 'list']);
    expect(shipped.length).toBeGreaterThanOrEqual(8);
    const { code, stdout } = await user.run(['experiment', 'validate', ...shipped.map((one) => one.file)]);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(shipped.length);
  });

  test('validate names every violation of every file, and ends with 2', async () => {
    file('good.yaml', GOOD);
    file('one.yaml', `${GOOD}colour: red\n`);
    file('two.yaml', GOOD.replace('latency', 'latancy'));
    const { code, stderr } = await user.run(['experiment', 'validate', 'one.yaml', 'good.yaml', 'two.yaml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/2 of 3 files.*EXPERIMENT_INVALID/);
    expect(stderr).toMatch(/one\.yaml:5:1 colour/);
    expect(stderr).toMatch(/two\.yaml:4:12 faults\.0\.fault: there is no such fault \(nearest: latency/);
  });
});

describe('obsctl run FILE', () => {
  test('--dry-run shows the timeline and who would feel it, and starts nothing', async () => {
    const args = ['run', 'mine.yaml', '--dry-run', '--set', 'faults.latency.target.rate=0.2'];
    const { code, stdout } = await user.run(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/25 s {2}latency on api-1, api-2/);
    expect(stdout).toMatch(/latency on api-1, api-2 for 10 s: felt by about 20 requests/);
    expect(existsSync(join(user.home, 'runs'))).toBe(false);
    nothingIsUp();
  });

  test.each([
    [['run', 'bad.yaml'], 'EXPERIMENT_INVALID', /bad\.yaml:5:20 stopConditions\.0: .*true from the start/],
    [['run', 'mine.yaml', '--set', 'load.rate=-1'], 'EXPERIMENT_INVALID', /--set load\.rate=-1: /],
    [['run', 'mine.yaml', '--load-rate', '5'], 'USAGE', /--load-rate: say --set load\.rate=VALUE/],
    [['run', 'mine.yaml', '--fault', 'latency'], 'USAGE', /leave --fault out/],
    [
      ['run', 'mine.yaml', '--dry-run', '--set', 'faults.0.target.replicas=[api-9]'],
      ...(['UNKNOWN_TARGET', /api-1, api-2/] as const),
    ],
    [['run', 'cache-dwn'], 'UNKNOWN_EXPERIMENT', /nearest: cache-down/],
    [['run'], 'USAGE', /Name an experiment file/],
  ] as [string[], string, RegExp][])('%j is refused before anything is touched', async (args, error, why) => {
    file('bad.yaml', `${GOOD}stopConditions: [  { measure: error-ratio, below: 0.5, for: 5s }]\n`);
    const { code, stderr } = await user.run(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(why)]);
    expect(stderr).toContain(`[${error}]`);
    nothingIsUp();
  });
});

describe('on a stack that is up', () => {
  test('a retry budget that it has not got is refused; a dry run asks its replicas and changes nothing', async () => {
    await user.json(['up']);
    const refused = await user.run(['run', 'retry-storm-with-budget', '--out', user.runs]);
    expect([refused.code, refused.stderr]).toEqual([
      9,
      expect.stringMatching(/its retry budget is none, not 0\.1/),
    ]);
    const preview = await user.json<{ stackIsUp: boolean; faults: { carriers: string[] }[] }>([
      'run',
      'replica-kill',
      '--dry-run',
    ]);
    expect(preview.stackIsUp).toBe(true);
    expect(preview.faults[0]!.carriers).toEqual(['inventory-1']);
    const wrong = await user.run([
      'run',
      'mine.yaml',
      '--dry-run',
      '--set',
      'faults.0.target.replicas=[api-9]',
    ]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('api-9')]);
    expect(await user.json(['chaos', 'status'])).toMatchObject([]);
  });

  test('runs a file: the record says what was asked for, and how the hypothesis came out', async () => {
    const asked = `${GOOD}hypothesis: [{ measure: error-ratio, atMost: 0.01 }]\nobjectives: [shop]\n`;
    file('run.yaml', asked.replace('fault: 10s', 'warmUp: 3s, steady: 15s, fault: 10s, recovery: 10s'));
    const { code, stdout, stderr } = await user.run(['run', 'run.yaml', '--out', user.runs, '--json']);
    expect([0, 3, 6], stderr).toContain(code);
    const { record: path, verdict } = JSON.parse(stdout);
    expect(verdict.exitCode).toBe(code);
    const record = JSON.parse(readFileSync(path, 'utf8'));
    expect(record.experiment).toMatchObject({ title: 'Mine', objectives: ['shop'], rate: 10 });
    expect(record.experiment.command).toMatch(/run run\.yaml/);
    expect(record.hypothesis.map(({ when }: { when: string }) => when)).toEqual(['before', 'after']);
    expect(record.hypothesis[0].held).toBe(true);
    expect(record.objectives.length).toBeGreaterThan(0);
  });
});

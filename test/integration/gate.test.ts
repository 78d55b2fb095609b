import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from 'xmlbuilder2';
import type { RunRecord } from '../../reports/record/record.ts';
import { eventually, User } from '../support/cli.ts';

/** Objectives, baselines and the gate on real runs of one experiment; the second run is made worse while it is on. */

const user = new User();
const EXPERIMENT = ['--fault', 'error', '--replica', 'api-1', '--rate', '0.4', '--load-rate', '20'];
const PHASES = ['--warm-up', '3s', '--steady', '12s', '--duration', '12s', '--recovery', '8s'];
const RUN = ['run', ...EXPERIMENT, ...PHASES, '--json'];

const sloOf = (phases: string, operation = ''): string => `apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop
  annotations: { obsctl/phases: "${phases}" }
spec:
  budgetingMethod: Occurrences
  indicator:
    spec:
      ratioMetric:
        good: { metricSource: { type: obsctl, spec: { count: successes${operation} } } }
        total: { metricSource: { type: obsctl, spec: { count: requests${operation} } } }
  objectives:
    - target: 0.9
`;

const write = (name: string, text: string): string => {
  const file = join(user.home, name);
  writeFileSync(file, text);
  return file;
};

interface Ran {
  runId: string;
  record: string;
  verdict: RunRecord['verdict'];
}
let first: Ran;

beforeAll(async () => {
  await user.run(['up']);
  const { stdout, stderr, code } = await user.run(RUN);
  if (code !== 0) throw new Error(`the first run ended with ${code}: ${stderr}`);
  first = JSON.parse(stdout);
});
afterAll(() => user.leave());

describe('gate', () => {
  it('lets a run pass that failed only while it was broken, and writes nothing into its record', async () => {
    const before = readFileSync(first.record, 'utf8');
    const { code, stdout } = await user.run(['gate', 'latest', '--slo', write('ok.yaml', sloOf('recovery'))]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('allowed');
    expect(readFileSync(first.record, 'utf8')).toBe(before);
  });

  it('ends with 3 where the objective counts while it is broken, as JUnit and for GitHub too', async () => {
    const junit = join(user.home, 'out/junit.xml');
    const [summary, outputs] = [write('summary.md', ''), write('outputs', '')];
    const slo = write('strict.yaml', sloOf('fault, recovery'));
    const { code, stderr } = await user.run(
      ['gate', first.runId, '--slo', slo, '--junit', junit, '--github'],
      {
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_OUTPUT: outputs,
      },
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/^::error title=obsctl%3A slo-breach \(3\)::/m);
    expect(readFileSync(summary, 'utf8')).toContain('slo-breach');
    expect(readFileSync(outputs, 'utf8')).toBe(`verdict=slo-breach\nexit-code=3\nrun-id=${first.runId}\n`);
    expect(convert(readFileSync(junit, 'utf8'), { format: 'object' })).toMatchObject({
      testsuites: { '@failures': '2', '@errors': '0' },
    });
  });

  it('ends with 6 where the query matches nothing, and names it', async () => {
    const slo = write('none.yaml', sloOf('recovery', ", operation: 'GET /nothing'"));
    const { code, stdout } = await user.run(['gate', first.runId, '--slo', slo]);
    expect(code).toBe(6);
    expect(stdout).toContain('GET /nothing');
    expect(stdout).toContain('GET /products');
  });

  it('ends with 2 on an invalid file, with the line of each violation', async () => {
    const slo = write('bad.yaml', sloOf('recovery').replace('0.9', '9').replace('Occurrences', 'Sometimes'));
    const { code, stderr } = await user.run(['gate', first.runId, '--slo', slo]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:7:\d+ spec\.budgetingMethod/);
    expect(stderr).toMatch(/bad\.yaml:14:\d+ spec\.objectives\.0\.target: must be below 1/);
  });
});

describe('run', () => {
  it('ends with 3 where an objective is breached that counts while it is broken, and its record says so', async () => {
    const { code, stdout, stderr } = await user.run([...RUN, '--slo', write('hard.yaml', sloOf('fault'))]);
    expect(code, stderr).toBe(3);
    const { verdict, objectives }: RunRecord = JSON.parse(
      readFileSync((JSON.parse(stdout) as Ran).record, 'utf8'),
    );
    expect(verdict.reasons[0]).toContain('during the fault phase');
    expect(objectives.map(({ phase, outcome }) => [phase, outcome])).toEqual([
      ['steady', 'met'],
      ['fault', 'breached'],
      ['recovery', 'met'],
    ]);
  });
});

describe('baselines', () => {
  it('end with 4 where the same experiment goes worse, as the run and as the gate see it', async () => {
    const running = user.start([...RUN, '--baseline', first.runId]);
    let said = '';
    running.stderr!.on('data', (chunk) => (said += chunk));
    await eventually('the fault to be on', () => said.includes('injected error'), 60);
    await user.json(['chaos', 'error', '--replica', 'api-2', '--rate', '1', '--duration', '8s']);
    const { code, stdout, stderr } = await running.outcome;
    expect(code, stderr).toBe(4);
    const second: Ran = JSON.parse(stdout);
    expect(second.verdict.name).toBe('regression');
    const compared = await user.run(['compare', first.runId, second.runId]);
    expect(compared.code).toBe(4);
    expect(compared.stdout).toMatch(/error ratio.*during the fault phase.*: worse\./i);
    const gate = await user.run(['gate', second.runId, '--baseline', first.runId]);
    expect(gate.code).toBe(4);
  });

  it('are refused where they are of another experiment', async () => {
    const other = [...RUN, '--steady', '11s', '--baseline', first.runId];
    const { code, stderr } = await user.run(other);
    expect(code).toBe(2);
    expect(stderr).toContain('BASELINE_MISMATCH');
    expect(stderr).toContain('durations');
  });
});

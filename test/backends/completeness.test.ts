import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../reports/record/record.ts';
import { runRecordSchema } from '../../reports/record/record.ts';
import { User } from '../support/cli.ts';

/** Runs that lose their own telemetry on the real back ends: what is missing is counted, and nothing is concluded from it. */
const user = new User();
const GRAFANA = ['--telemetry', 'grafana'];
const PHASES = ['--warm-up', '3s', '--steady', '12s', '--duration', '12s', '--recovery', '4s'];

beforeAll(() => user.run(['up', ...GRAFANA]));
afterAll(() => user.leave());

interface Lossy {
  code: number | null;
  record: RunRecord;
  report: string;
}

const lose = async (...fault: string[]): Promise<Lossy> => {
  const args = ['run', ...GRAFANA, '--fault', ...fault, ...PHASES, '--json'];
  const { code, stdout, stderr } = await user.run(args);
  const answer = JSON.parse(stdout || '{}') as { record?: string };
  if (!answer.record) throw new Error(`no record; exit code ${code}: ${stderr}`);
  const record = runRecordSchema.parse(JSON.parse(readFileSync(answer.record, 'utf8')));
  return { code, record, report: readFileSync(join(dirname(answer.record), 'report.md'), 'utf8') };
};

const arrivalsIn = ({ completeness, phases }: RunRecord, inFault: boolean) => {
  const fault = phases.find(({ name }) => name === 'fault')!;
  return completeness!.arrivals.filter(({ time }) => (time > fault.from && time < fault.to) === inFault);
};

describe('5 % of the spans lost', () => {
  let run: Lossy;
  beforeAll(async () => {
    run = await lose('trace-loss', '--rate', '0.05');
  });

  it('leave traces partial, not missing, while the fault is on', () => {
    const { followed } = run.record.completeness!.reconciled!;
    expect(followed.partial).toBeGreaterThan(0);
    expect(followed.partial).toBeGreaterThan(followed.missing);
    expect(followed.complete + followed.partial + followed.missing + followed.unknown).toBe(
      followed.requests,
    );
    const partial = (inFault: boolean) =>
      arrivalsIn(run.record, inFault).filter(({ spans, whole }) => spans !== null && !whole).length;
    expect(partial(true)).toBeGreaterThan(partial(false));
  });

  it('end inconclusive, naming the pipeline, and no service', () => {
    expect([run.code, run.record.verdict.name]).toEqual([6, 'inconclusive']);
    expect(run.record.findings!.telemetryLoss.map(({ signal }) => signal)).toEqual(['traces']);
    expect(run.report).toMatch(/trace complete [\d,]+, partial [1-9]/);
    expect(run.report).toContain('got lost');
  });
});

describe('all logs lost', () => {
  let run: Lossy;
  beforeAll(async () => {
    run = await lose('log-loss', '--rate', '1');
  });

  it('leave every trace whole, and its requests without a line', () => {
    const { followed } = run.record.completeness!.reconciled!;
    expect(followed.missing).toBe(0);
    expect(followed.lines.found).toBeLessThan(followed.lines.asked);
    expect(arrivalsIn(run.record, true).filter(({ lines }) => lines === 0).length).toBeGreaterThan(0);
  });

  it('end inconclusive, naming the pipeline, and no service', () => {
    expect([run.code, run.record.verdict.name]).toEqual([6, 'inconclusive']);
    expect(run.record.findings!.telemetryLoss.map(({ signal }) => signal)).toEqual(['logs']);
    expect(run.report).toMatch(/with log lines \d+ of \d+/);
  });
});

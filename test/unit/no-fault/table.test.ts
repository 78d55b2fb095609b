import { describe, expect, it } from 'vitest';
import { readSlos } from '../../../cli/objectives/find-slo.ts';
import { type TelemetryLoss, UNFELT } from '../../../reports/record/findings.ts';
import type { RunRecord } from '../../../reports/record/record.ts';
import { alarmsOf, toldOf } from '../../../scripts/no-fault/alarm.ts';
import type { MachineSample } from '../../../scripts/no-fault/machine.ts';
import { readme } from '../../../scripts/no-fault/markdown.ts';
import { rowsOf } from '../../../scripts/no-fault/row.ts';
import { linesOf, tableOf } from '../../../scripts/no-fault/table.ts';
import { poolAttribution, unknownAttribution } from '../../fixtures/evidence/attribution.ts';
import { broken, failing, quiet, resultsOf, withFindings } from './fixture.ts';

const slos = readSlos(['shop']);
const rows = (records: (RunRecord | null)[], samples: MachineSample[] = []) =>
  rowsOf(resultsOf(records), samples, slos);
const table = (records: (RunRecord | null)[]) => tableOf('embedded', ['here'], rows(records));
const share = (of: ReturnType<typeof table>, what: string) => {
  const { hits, n } = of.shares.find((one) => one.what.includes(what))!.rate;
  return [hits, n];
};

const calm = Array.from({ length: 6 }, (_, i) => quiet(i));
/** A quiet run with what the analysis found where something really broke. */
const alarmed = withFindings(quiet(6), { spikes: broken.findings!.spikes });
const { steady, from } = {
  steady: calm[0]!.phases.find(({ name }) => name === 'steady')!.from,
  from: calm[0]!.phases.find(({ name }) => name === 'fault')!.from,
};
const LOSS: TelemetryLoss = {
  ...{ signal: 'logs', from: from + 3, to: from + 5, detectedAt: from + 4, share: 0.5 },
  ...{ where: 'there', text: 'Half got lost.', evidence: [] },
};

describe('a run in which nothing happened', () => {
  it('is quiet, and inconclusive for no other reason', () => {
    expect(calm[0]!.findings!.conclusiveness.reasons).toEqual([UNFELT]);
    expect(rows([calm[0]!])[0]).toMatchObject({
      ...{ verdict: 'inconclusive', excluded: null, alarms: [], culprit: null, doubts: [], watched: 18 },
      gate: { verdict: 'passed', breaches: [], compared: null },
    });
    expect(toldOf(calm[0]!)).toBe('inconclusive; quiet');
    expect(toldOf(null)).toBe('no record');
  });

  it('counts no share of anything', () => {
    const of = table(calm);
    expect(of.shares.map(({ rate }) => rate.hits)).toEqual(of.shares.map(() => 0));
    expect(share(of, 'runs that alarmed')).toEqual([0, 6]);
    expect(share(of, 'regression')).toEqual([0, 6]);
    expect(of.verdicts).toEqual({ inconclusive: 6 });
    expect(of.watchedSeconds).toBe(6 * 18);
  });
});

describe('an alarm', () => {
  it('is told with its SLI, its value, and when it came', () => {
    const all = alarmsOf(alarmed);
    expect(all.length).toBe(broken.findings!.spikes.length);
    const first = all[0]!;
    expect(first.after).toBeCloseTo(first.detectedAt - from);
    expect(first.detectedAt).toBe(Math.min(...broken.findings!.spikes.map(({ detectedAt }) => detectedAt)));
    expect(toldOf(alarmed)).toMatch(
      /; ALARMED: .*client-errors of api \S+ s after the steady phase: \S+ % failed, 0 % in steady/,
    );
    expect(all.find(({ name }) => name === 'client-latency')!.value).toMatch(/^p95 .+ in steady$/);
  });

  it('counts its run once, and each SLI apart', () => {
    const [spike] = broken.findings!.spikes.filter(({ sli }) => sli === 'client-latency');
    const twice = withFindings(quiet(7), { spikes: [spike!, spike!] });
    const of = table([calm[0]!, alarmed, twice]);
    expect(share(of, 'runs that alarmed')).toEqual([2, 3]);
    expect(share(of, '`client-latency`')).toEqual([2, 3]);
    expect(share(of, '`client-errors`')).toEqual([1, 3]);
    expect(share(of, '`job-latency`')).toEqual([0, 3]);
  });

  it('is telemetry that is said to be lost, too', () => {
    const of = table([calm[0]!, withFindings(quiet(1), { telemetryLoss: [LOSS] })]);
    expect(share(of, 'runs that alarmed')).toEqual([1, 2]);
    expect(share(of, '`telemetry-loss`')).toEqual([1, 2]);
    expect(of.rows[1]!.alarms[0]).toMatchObject({ service: 'logs', value: '50 % lost', after: 4 });
  });

  it('has beside it what the machine was doing then, the second before included', () => {
    const at = Math.floor(from + 3);
    const sample = (time: number, load: number) => ({ time, busy: 0.5, steal: 0, load, late: 0 });
    const samples = [sample(steady + 1, 3), sample(at - 1, 1), sample(at + 1, 2), sample(at + 9, 5)];
    const [row] = rows([withFindings(quiet(1), { telemetryLoss: [LOSS] })], samples);
    expect(row!.alarms[0]!.machine).toMatchObject({ load: 2 });
    expect(row!.machine).toMatchObject({ load: 5 });
    expect(rows([alarmed])[0]!.machine).toBeNull();
  });
});

describe('what else is false of such a run', () => {
  it('is a culprit', () => {
    const blamed = withFindings(quiet(1), { attribution: poolAttribution() });
    const of = table([blamed, withFindings(quiet(2), { attribution: broken.findings!.attribution })]);
    expect(share(of, 'named culprit')).toEqual([2, 2]);
    expect(of.rows[0]!.culprit).toBe('api / postgresql / pool');
    expect(toldOf(blamed)).toContain('named: api / postgresql / pool');
    const nobody = table([withFindings(quiet(1), { attribution: unknownAttribution() })]);
    expect(share(nobody, 'named culprit')).toEqual([0, 1]);
  });

  it('is an objective that it missed, by itself or at the gate', () => {
    const thresholds = [{ metric: 'logical_request_duration', expression: 'p(95)<1', ok: false }];
    const crossed = quiet(1, { load: { ...calm[1]!.load!, thresholds } });
    const of = table([calm[0]!, crossed, failing(quiet(2))]);
    expect(share(of, 'missed an objective')).toEqual([2, 3]);
    expect(of.rows[1]!.gate!.breaches[0]).toContain('logical_request_duration');
    expect(of.rows[2]!.gate!.breaches[0]).toContain('99 %');
  });

  it('is evidence that is called incomplete', () => {
    const reasons = [UNFELT, 'There are no traces.'];
    const of = table([withFindings(quiet(1), { conclusiveness: { conclusive: false, reasons } })]);
    expect(share(of, 'incomplete')).toEqual([1, 1]);
    expect(of.rows[0]!.doubts).toEqual(['There are no traces.']);
  });
});

describe('the comparison', () => {
  it('calls a regression what is worse than five others, and better what was better', () => {
    const of = table([...calm, failing(quiet(6))]);
    expect(share(of, 'regression')).toEqual([1, 7]);
    expect(of.rows.at(-1)!.gate!.compared!.worse[0]).toMatch(/worse\.$/);
    const good = table([...calm.slice(0, 5).map(failing), calm[5]!]);
    expect(good.rows.at(-1)!.gate!.compared!.better[0]).toMatch(/better\.$/);
    expect(share(good, 'better')).toEqual([1, 6]);
  });

  it('takes the nearest five of the same experiment, never the run itself', () => {
    const { compared } = rows([...calm, quiet(6)])[6]!.gate!;
    expect(compared!.baseline).toEqual(['run-1', 'run-2', 'run-3', 'run-4', 'run-5']);
    const other = { ...calm[0]!.experiment, hash: 'ffff'.repeat(16) };
    const of = table([...calm.slice(0, 5), quiet(5, { experiment: other })]);
    expect(of.rows.map(({ gate }) => gate!.compared)).toEqual([null, null, null, null, null, null]);
    expect(share(of, 'regression')).toEqual([0, 0]);
  });
});

describe('runs that cannot be counted', () => {
  const unmet = withFindings(quiet(1), { baseline: { observed: true, met: false, reasons: ['p95 rose.'] } });
  const failed = quiet(2, { execution: { ...calm[0]!.execution, status: 'failed', error: 'k6 is gone' } });
  const mute = quiet(3, { findings: null });
  const of = table([calm[0]!, unmet, failed, mute, null]);

  it('are in no share but their own, and in the verdicts', () => {
    expect(share(of, 'runs that alarmed')).toEqual([0, 1]);
    expect(share(of, 'in none of these shares')).toEqual([4, 5]);
    expect(Object.values(of.verdicts).reduce((sum, count) => sum + count)).toBe(5);
    expect(of.verdicts['no record']).toBe(1);
  });

  it('are no baseline', () => {
    const compared = rows([...calm.slice(0, 5), unmet, failed]).map(({ gate }) => gate?.compared ?? null);
    expect(compared).toEqual(compared.map(() => null));
  });

  it('are named with the reason, and no path of the machine', () => {
    const page = readme({ tables: [of] });
    for (const why of ['p95 rose', 'not carried out to its end', 'no findings', 'exit code 9'])
      expect(page).toContain(why);
    expect(page + JSON.stringify(of)).not.toContain('/home');
  });
});

describe('page', () => {
  const of = table([...calm, alarmed]);

  it('says the shares with their intervals, what alarmed, and every run', () => {
    const page = readme({ tables: [of] });
    expect(page).toMatch(/\| runs that alarmed \| 1 of 7 \| 14.3 % \(2.57 % to 51.3 %\) \|/);
    expect(page).toContain('Verdicts: 7 `inconclusive`.');
    expect(page.split('\n').filter((line) => line.startsWith('| `steady-40-'))).not.toHaveLength(0);
    expect(page).toContain('robust z');
    expect(page).toBe(readme({ tables: [of] }));
    expect(page).not.toMatch(/undefined|NaN|null/);
  });

  it('reads well without a single run', () => {
    const page = readme({ tables: [table([])] });
    expect(page).toContain('0 of 0');
    expect(page).not.toMatch(/undefined|NaN|null/);
  });

  it('lets nothing that telemetry says act', () => {
    const poison = '`` | <script>alert(1)</script> ![x](http://evil) password=hunter2 \u001b[31m\n# h1';
    const [spike] = broken.findings!.spikes;
    const hostile = withFindings(quiet(1), {
      spikes: [{ ...spike!, service: poison, evidence: poison }],
      conclusiveness: { conclusive: false, reasons: [poison] },
    });
    const page = readme({ tables: [table([hostile])] });
    expect(page).not.toMatch(/hunter2|\u001b|^# h1/m);
    const outsideCode = page.replace(/\\[^\s\w]/g, '').replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(outsideCode).not.toMatch(/<script|\]\(http/);
  });

  it('is printed as lines, too', () => {
    expect(linesOf(of)).toContain('  runs that alarmed: 1 of 7, 14.3 % (2.57 % to 51.3 %)');
    expect(linesOf(of).at(-1)).toBe('  verdicts: 7 inconclusive');
  });
});

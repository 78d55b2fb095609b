import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addExperimentOptions,
  experimentFrom,
  faultNamesIn,
} from '../../../cli/commands/experiment-options.ts';
import { listScenarios } from '../../../cli/load/catalogue.ts';
import type { LoadDriver } from '../../../cli/load/load-driver.ts';
import { ERROR_RULE } from '../../../reports/analysis/detection/errors.ts';
import { QUIET_POINTS } from '../../../reports/analysis/detection/runs.ts';
import { argumentsOf, loadSeconds } from '../../../scripts/campaign/entry.ts';
import { BASELINE_RUNS } from '../../../scripts/no-fault/gate.ts';
import { parseOptions } from '../../../scripts/no-fault/main.ts';
import { type CalmEntry, LOADS, planOf, SHORT_PHASES } from '../../../scripts/no-fault/plan.ts';

/** Plans the entry as `obsctl run` does with these arguments. */
const planned = (of: CalmEntry) => {
  const command = addExperimentOptions(
    new Command().option('--fault <name>', '', faultNamesIn).option('--json'),
  );
  const { fault, ...options } = command.parse(argumentsOf(of, 'there').slice(1), { from: 'user' }).opts();
  const load = { list: listScenarios } as unknown as LoadDriver;
  return experimentFrom(fault, options as Record<string, never>, load, 'x');
};

describe('plan', () => {
  it('takes the loads in turn, each often enough to be compared with itself', () => {
    const thirty = planOf(30);
    expect(thirty.slice(0, LOADS.length).map(({ load }) => load)).toEqual(LOADS.map(({ name }) => name));
    for (const { name } of LOADS)
      expect(thirty.filter(({ load }) => load === name).length).toBeGreaterThan(BASELINE_RUNS);
    expect(new Set(thirty.map(({ id }) => id)).size).toBe(30);
    expect(new Set(LOADS.map(({ seed }) => seed)).size).toBe(LOADS.length);
  });

  it('keeps its names however many are run', () => {
    expect(planOf(30).slice(0, 3)).toEqual(planOf(3));
  });

  it('leaves the rules the seconds that they look at', () => {
    const { steady, fault, recovery } = SHORT_PHASES;
    const longest = Math.max(...ERROR_RULE.windowsSeconds);
    expect(steady).toBeGreaterThanOrEqual(longest);
    expect(fault + recovery).toBeGreaterThan(longest);
    expect(recovery).toBeGreaterThan(QUIET_POINTS);
  });

  it.each(planOf(LOADS.length))('obsctl takes $id: nothing broken, a constant load', (entry) => {
    const { faults, seed, durations, scenario, hash } = planned(entry);
    expect(faults).toEqual([]);
    expect(seed).toBe(entry.seed);
    expect(durations).toEqual(SHORT_PHASES);
    expect(loadSeconds(entry)).toBe(36);
    expect(['spike', 'stress']).not.toContain(scenario);
    expect(planned({ ...entry, id: 'again' }).hash).toBe(hash);
  });
});

describe('options', () => {
  it('count runs, and refuse what is no number', () => {
    expect(parseOptions([]).entries).toHaveLength(30);
    expect(parseOptions([])).toMatchObject({ telemetry: 'embedded', only: [], resume: false });
    expect(parseOptions(['--runs', '3', '--telemetry', 'grafana'])).toMatchObject({
      telemetry: 'grafana',
      entries: planOf(3),
    });
    for (const text of ['0', '-1', '3.5', 'many', ''])
      expect(() => parseOptions([`--runs=${text}`])).toThrow('must be a whole number from 1');
  });

  it('refuse what is not known', () => {
    expect(parseOptions(['--only', 'smoke-2']).entries.map(({ id }) => id)).toEqual(['smoke-2']);
    expect(() => parseOptions(['--only', 'spike-1'])).toThrow('--only spike-1: known are steady-40-1,');
    expect(() => parseOptions(['--telemetry', 'none'])).toThrow('must be one of grafana, embedded');
  });
});

import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../cli/chaos/catalogue.ts';
import {
  addExperimentOptions,
  experimentFrom,
  faultNamesIn,
} from '../../../cli/commands/experiment-options.ts';
import { listScenarios } from '../../../cli/load/catalogue.ts';
import type { LoadDriver } from '../../../cli/load/load-driver.ts';
import { argumentsOf } from '../../../scripts/campaign/entry.ts';
import { parseOptions } from '../../../scripts/matrix/main.ts';
import { chosen, type Entry, PLAN } from '../../../scripts/matrix/plan.ts';

const singles = PLAN.filter(({ faults }) => faults.length === 1);
const variantsOf = (fault: string, half: Entry['half']): Entry[] =>
  singles.filter((entry) => entry.faults[0] === fault && entry.half === half);

describe('plan', () => {
  it('runs every fault there is, three variants to tune on and two unseen ones', () => {
    expect(new Set(singles.flatMap(({ faults }) => faults))).toEqual(new Set(faultNames()));
    for (const fault of faultNames()) {
      expect(variantsOf(fault, 'tuning')).toHaveLength(3);
      expect(variantsOf(fault, 'unseen')).toHaveLength(2);
    }
  });

  it('gives no two runs of a fault the same parameters, nor the halves the same seed', () => {
    for (const fault of faultNames()) {
      const flags = singles.filter(({ faults }) => faults[0] === fault).map((entry) => entry.flags.join(' '));
      expect(new Set(flags).size).toBe(flags.length);
    }
    const seeds = (half: Entry['half']) => PLAN.filter((e) => e.half === half).map(({ seed }) => seed);
    expect(seeds('tuning').filter((seed) => seeds('unseen').includes(seed))).toEqual([]);
  });

  it('has enough runs without a fault, and of pairs, among the unseen', () => {
    const unseen = PLAN.filter(({ half }) => half === 'unseen');
    expect(unseen.filter(({ faults }) => faults.length === 0).length).toBeGreaterThanOrEqual(5);
    expect(unseen.filter(({ faults }) => faults.length === 2).length).toBeGreaterThanOrEqual(3);
  });

  it('names every folder once', () => {
    expect(new Set(PLAN.map(({ id }) => id)).size).toBe(PLAN.length);
  });
});

describe('choice', () => {
  it('takes a half, single faults, and pairs only with both of theirs', () => {
    expect(chosen({ half: 'tuning', only: ['latency'] }).map(({ id }) => id)).toEqual([
      'latency-tuning-1',
      'latency-tuning-2',
      'latency-tuning-3',
    ]);
    const both = chosen({ half: 'unseen', only: ['latency', 'connection-reset'] });
    expect(both.filter(({ faults }) => faults.length === 2)).toHaveLength(1);
    expect(chosen({ half: 'all', only: ['none'] }).every(({ faults }) => faults.length === 0)).toBe(true);
    expect(chosen({ half: 'all', only: ['pair-unseen-2'] }).map(({ id }) => id)).toEqual(['pair-unseen-2']);
    expect(chosen({ half: 'all', only: [] })).toEqual(PLAN);
  });

  it('refuses what it does not know', () => {
    expect(() => parseOptions(['--half', 'other'])).toThrow('one of tuning, unseen, all');
    expect(() => parseOptions(['--only', 'latency,latincy'])).toThrow('--only latincy');
    expect(parseOptions(['--only', 'none', '--resume'])).toMatchObject({ only: ['none'], resume: true });
  });
});

/** Plans the entry as `obsctl run` does with these arguments. */
const planned = (of: Entry) => {
  const command = addExperimentOptions(
    new Command().option('--fault <name>', '', faultNamesIn).option('--json'),
  );
  const { fault, ...options } = command.parse(argumentsOf(of, 'there').slice(1), { from: 'user' }).opts();
  const load = { list: listScenarios } as unknown as LoadDriver;
  return experimentFrom(fault, options as Record<string, never>, load, 'x');
};

it.each(
  PLAN.filter(
    // No thread may burn for which there is no core.
    ({ flags }) => availableParallelism() > 1 || !flags.includes('threads=2'),
  ),
)('obsctl takes $id', (of) => {
  const { faults, seed } = planned(of);
  expect(faults.map(({ fault }) => fault)).toEqual(of.faults);
  expect(seed).toBe(of.seed);
});

it('takes no fault alone, and never beside another', () => {
  const calm = PLAN.find(({ faults }) => faults.length === 0)!;
  expect(planned(calm).title).toBe('no fault under steady');
  expect(() => planned({ ...calm, faults: ['none', 'latency'] })).toThrow('stands alone');
});

it('spells the command out', () => {
  const pair = PLAN.find(({ faults }) => faults.length === 2)!;
  const text = argumentsOf(pair, 'there').join(' ');
  expect(text).toMatch(/^run --fault \S+ --fault \S+ --seed 31 --warm-up 3s --steady 15s --duration 15s/);
  expect(text).toMatch(/--out there --json$/);
  const calm = PLAN.find(({ faults }) => faults.length === 0)!;
  expect(argumentsOf(calm, 'there').join(' ')).toContain('--fault none');
});

import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../chaos/catalogue.ts';
import { findScenario, listScenarios } from '../load/catalogue.ts';
import { DEMO_FAULT, PRESETS, presetFor } from './presets.ts';

describe('the presets', () => {
  it('are there for every fault, and for nothing else', () => {
    expect(Object.keys(PRESETS).sort()).toEqual(Object.keys(CATALOGUE).sort());
    expect(CATALOGUE).toHaveProperty(DEMO_FAULT);
  });

  it.each(Object.values(CATALOGUE))('of $name fits the fault and its scenario', (fault) => {
    const { scenario, loadRate, target, parameters } = presetFor(fault.name);
    expect(fault.parameters.safeParse(parameters).error?.issues ?? []).toEqual([]);
    expect(findScenario(scenario, listScenarios()).model).toBe('open');
    expect(loadRate).toBeGreaterThan(0);
    if (fault.share === null) expect(target).toEqual({});
    else if (target.rate !== undefined) expect(target.rate > 0 && target.rate <= 1).toBe(true);
  });
});

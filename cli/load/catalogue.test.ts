import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findScenario, listScenarios } from './catalogue.ts';

describe('the catalogue of scenarios', () => {
  it('names files that are there', () => {
    const scenarios = listScenarios();
    expect(scenarios.map(({ name }) => name)).toEqual([
      'smoke',
      'steady',
      'retry-storm',
      'cache-stampede',
      'spike',
      'stress',
      'soak',
    ]);
    for (const { file } of scenarios) expect(existsSync(file), file).toBe(true);
  });

  it('finds by name and by alias', () => {
    expect(findScenario('smoke', listScenarios()).name).toBe('smoke');
    expect(findScenario('load-test', listScenarios()).name).toBe('steady');
  });

  it('names the nearest when there is none', () => {
    expect(() => findScenario('stedy', listScenarios())).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_SCENARIO',
        message: 'There is no scenario "stedy".',
        details: [expect.stringMatching(/^nearest: steady/)],
      }),
    );
  });
});

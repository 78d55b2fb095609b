import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listScenarios } from '../../load/catalogue.ts';
import { shippedExperiments } from './find.ts';
import { parseExperiment } from './read.ts';

const index = readFileSync('docs/experiments/README.md', 'utf8');

test.each(shippedExperiments())(
  '$name has a page that says what it teaches, and is in the index',
  ({ name }) => {
    const page = `docs/experiments/${name}.md`;
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, 'utf8');
    for (const part of [`obsctl run ${name}`, '**What it teaches.**', '**Time to detect**'])
      expect(text).toContain(part);
    expect(text).toMatch(/\*\*Time to detect\*\*.*\d+\.\d s/);
    expect(index).toContain(`](${name}.md)`);
  },
);

test('the example of how one is written is valid', () => {
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(index)!;
  const { experiment } = parseExperiment(example!, 'README.md', { scenarios: listScenarios() });
  expect([experiment.faults.length, experiment.hypothesis.length]).toEqual([1, 3]);
});

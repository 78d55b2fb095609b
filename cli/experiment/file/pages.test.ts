import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../chaos/catalogue.ts';
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

describe('a target that obsctl did not start', () => {
  const page = readFileSync('docs/experiments/external-target.md', 'utf8');
  const example = 'examples/foreign-fastify-app/experiment.yaml';
  const read = (text: string) => parseExperiment(text, example, { scenarios: listScenarios() });

  test('the page and the example are valid', () => {
    const [, onPage] = /```yaml\n([\s\S]*?)```/.exec(page)!;
    expect(read(onPage!).target!.replicas.map(({ role }) => role)).toEqual(['api', 'inventory']);
    expect(read(readFileSync(example, 'utf8'))).toMatchObject({ target: { service: 'todo' } });
    expect(index).toContain('](external-target.md)');
  });

  test('every fault that cannot be done there is named on the page', () => {
    const ours = Object.values(CATALOGUE).filter(({ carriedBy }) => carriedBy === 'stack');
    for (const { name } of ours) expect(page).toContain(`\`${name}\``);
  });
});

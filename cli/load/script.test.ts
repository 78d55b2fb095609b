import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listScenarios } from './catalogue.ts';
import { findScript, isScriptPath } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'script-'));
afterAll(() => rmSync(folder, { recursive: true }));

const find = (name: string) => findScript(name, listScenarios());
const refused = (message: string) => expect.objectContaining({ code: 'UNKNOWN_SCENARIO', message });

describe('what k6 is to run', () => {
  it.each([
    ['./x', true],
    ['x.js', true],
    ['x.ts', true],
    ['steady', false],
    ['x.json', false],
  ])('%s is a path: %s', (name, expected) => expect(isScriptPath(name)).toBe(expected));

  it('is a scenario by name or alias', () => {
    const { file } = listScenarios().find(({ name }) => name === 'steady')!;
    expect(find('load-test')).toEqual({ name: 'steady', file, ours: true });
  });

  it('is a script by its path', () => {
    const file = join(folder, 'own.js');
    writeFileSync(file, '');
    expect(find(file)).toEqual({ name: 'own.js', file, ours: false });
  });

  it('is neither a folder nor nothing', () => {
    const missing = join(folder, 'none.js');
    const below = join(folder, 'own.js', 'deeper.js');
    expect(() => find(folder)).toThrow(refused(`"${folder}" is a folder, not a k6 script.`));
    expect(() => find(missing)).toThrow(refused(`There is no script "${missing}".`));
    expect(() => find(below)).toThrow(refused(`There is no script "${below}".`));
    expect(() => find('stedy')).toThrow(refused('There is no scenario "stedy".'));
  });
});

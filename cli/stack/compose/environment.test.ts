import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMPOSE_FILE } from './compose-project.ts';
import { prepareEnvironment, readEnvironment } from './environment.ts';
import { type ComposePaths, composePaths } from './paths.ts';

let directory: string;
let paths: ComposePaths;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'obsctl-environment-'));
  paths = composePaths({ directory });
});
afterEach(() => rmSync(directory, { recursive: true }));

test('secrets are made once, all different, and kept; settings are those of each start', () => {
  const first = prepareEnvironment({ replicas: 3, port: 8000 }, paths);
  const secrets = Object.values(first.made);
  expect(new Set(secrets).size).toBe(4);
  for (const secret of secrets) expect(secret).toMatch(/^[\w-]{32}$/);
  expect(first.values).toMatchObject({ API_REPLICAS: '3', GATEWAY_PORT: '8000', ...first.made });

  const second = prepareEnvironment({ profile: 'full', retryBudget: 0.1 }, paths);
  expect(second.made).toEqual({});
  expect(second.values).toMatchObject({
    ...{ API_REPLICAS: '2', COMPOSE_PROFILES: 'full', STORAGE: 's3', RETRY_BUDGET: '0.1' },
    ...first.made,
  });
  expect(readEnvironment(paths.env)).toEqual(second.values);
});

test('nobody else may read it, and no draft stays', () => {
  prepareEnvironment({}, paths);
  expect(statSync(paths.env).mode & 0o777).toBe(0o600);
  expect(statSync(paths.folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(paths.folder)).toEqual(['env']);
});

test('a file that is not there is empty', () => {
  expect(readEnvironment(paths.env)).toEqual({});
});

test('every variable without which docker-compose.yml does not work is set, and no other is unknown to it', () => {
  const file = readFileSync(COMPOSE_FILE, 'utf8');
  const { values } = prepareEnvironment({}, paths);
  const needed = [...file.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!);
  for (const name of needed) expect(values[name], name).toBeTruthy();
  for (const name of Object.keys(values).filter((each) => each !== 'COMPOSE_PROFILES'))
    expect(file, name).toContain(`\${${name}`);
});

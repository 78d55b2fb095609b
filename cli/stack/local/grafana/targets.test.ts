import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTargets } from './targets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-targets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a replica is a target with its service and instance, by both names; no draft stays', () => {
  const replica = { service: 'api', instance: 'api-1', url: 'http://127.0.0.1:4001' };
  writeTargets(folder, 'service', [{ ...replica, url: 'http://127.0.0.1:4000' }]);
  writeTargets(folder, 'service', [replica]);
  expect(readdirSync(folder)).toEqual(['service.json']);
  expect(JSON.parse(readFileSync(join(folder, 'service.json'), 'utf8'))).toEqual([
    {
      targets: ['127.0.0.1:4001'],
      labels: { job: 'api', instance: 'api-1', service_name: 'api', service_instance_id: 'api-1' },
    },
  ]);
});

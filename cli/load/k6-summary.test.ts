import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSummary, thresholdsOf } from './k6-summary.ts';

it('reads whether each threshold held: k6 writes true when it was crossed', () => {
  const summary = {
    metrics: {
      http_reqs: { count: 3, rate: 1 },
      logical_request_failed: { passes: 7, fails: 3, value: 0.7, thresholds: { 'rate<0.05': true } },
      logical_request_duration: { avg: 1, thresholds: { 'p(95)<1000': false } },
    },
  };
  expect(thresholdsOf(summary)).toEqual([
    { metric: 'logical_request_failed', expression: 'rate<0.05', ok: false },
    { metric: 'logical_request_duration', expression: 'p(95)<1000', ok: true },
  ]);
  expect(thresholdsOf(null)).toEqual([]);
});

it('is null when k6 wrote none, or was killed while it wrote', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'summary-'));
  const file = join(folder, 'summary.json');
  expect(await readSummary(file)).toBeNull();
  await writeFile(file, '{"metrics": {');
  expect(await readSummary(file)).toBeNull();
  await writeFile(file, '{"metrics": {}}');
  expect(await readSummary(file)).toEqual({ metrics: {} });
  await rm(folder, { recursive: true });
});

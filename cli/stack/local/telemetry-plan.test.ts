import { expect, test, vi } from 'vitest';
import { BACKENDS, type Binaries, planTelemetry } from './telemetry-plan.ts';

const binaries = Object.fromEntries(
  BACKENDS.map((name) => [name, { path: `/bin/${name}`, version: '1.2.3' }]),
) as Binaries;
const all = async () => ({ found: binaries, missing: null });
const some = async () => ({ found: null, missing: ['loki', 'tempo'] });

test('grafana as soon as all binaries are there, else embedded', async () => {
  expect(await planTelemetry(undefined, all)).toEqual({ kind: 'grafana', binaries });
  expect(await planTelemetry(undefined, some)).toEqual({ kind: 'embedded' });
  expect(await planTelemetry('grafana', all)).toEqual({ kind: 'grafana', binaries });
});

test('who asks for embedded gets it, and nothing is looked for', async () => {
  const find = vi.fn(all);
  expect(await planTelemetry('embedded', find)).toEqual({ kind: 'embedded' });
  expect(find).not.toHaveBeenCalled();
});

test('grafana without its binaries says which are missing and how to get them', async () => {
  await expect(planTelemetry('grafana', some)).rejects.toMatchObject({
    code: 'BACKENDS_MISSING',
    exitCode: 9,
    details: ['not installed: loki, tempo'],
    remedy: expect.stringContaining('obsctl tools install'),
  });
});

import { describe, expect, test } from 'vitest';
import { BackendError, type BackendErrorCode } from './backend-error.ts';
import type { BackendClient } from './http.ts';
import type { PartState } from './parts.ts';
import { Readiness } from './readiness.ts';

type Name = BackendClient['name'];

const outage = (backend: Name, code: BackendErrorCode = 'BACKEND_UNREACHABLE') =>
  new BackendError(code, 'ECONNREFUSED', { backend, path: '/' });

/** Three back ends; what each says can be changed. */
const three = () => {
  const says: Record<Name, () => Promise<PartState>> = {
    prometheus: async () => ({ detail: 'Prometheus 3', degraded: ['no exemplars'] }),
    loki: async () => ({ detail: 'Loki 3', degraded: [] }),
    tempo: async () => ({ detail: 'Tempo 2', degraded: [] }),
  };
  const offsets: Record<Name, number | null> = { prometheus: 0, loki: 0, tempo: null };
  const parts = (['prometheus', 'loki', 'tempo'] as const).map((name) => ({
    client: {
      name,
      get clockOffset() {
        return offsets[name];
      },
    } as BackendClient,
    part: { ready: () => says[name]() },
  }));
  return { says, offsets, readiness: new Readiness(parts) };
};

test('all three are told of, and what each cannot do', async () => {
  expect(await three().readiness.state()).toEqual({
    ready: true,
    detail: 'Prometheus 3, Loki 3, Tempo 2',
    degraded: ['no exemplars'],
    pipeline: { accepted: 0, refused: 0, rejected: 0 },
  });
});

test('a clock that is off is stated, with how far; a second or two is not', async () => {
  const { offsets, readiness } = three();
  Object.assign(offsets, { loki: -61.2, tempo: 2 });
  const { degraded } = await readiness.state();
  expect(degraded).toHaveLength(2);
  expect(degraded![1]).toMatch(/clock of Loki is 61 s behind ours/);
});

describe('a back end that is down', () => {
  test('from the start is an error', async () => {
    const { says, readiness } = three();
    says.tempo = () => Promise.reject(outage('tempo'));
    await expect(readiness.state()).rejects.toMatchObject({ code: 'BACKEND_UNREACHABLE' });
  });

  test('after it answered is stated, and the rest stands', async () => {
    const { says, readiness } = three();
    await readiness.state();
    says.tempo = () => Promise.reject(outage('tempo'));
    const state = await readiness.state();
    expect(state.ready).toBe(false);
    expect(state.detail).toBe('Prometheus 3, Loki 3, Tempo did not answer');
    expect(state.degraded!.at(-1)).toMatch(/^Tempo answered before and does not now: .*ECONNREFUSED/);
  });

  test.each(['BACKEND_REFUSED', 'BACKEND_TLS', 'BACKEND_UNKNOWN'] as const)(
    'but %s is an error at any time',
    async (code) => {
      const { says, readiness } = three();
      await readiness.state();
      says.loki = () => Promise.reject(outage('loki', code));
      await expect(readiness.state()).rejects.toMatchObject({ code });
    },
  );
});

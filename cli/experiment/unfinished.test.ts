import { expect, test } from 'vitest';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { unfinished } from './unfinished.ts';

const fault = (verifiedClearedAt: number | null) => ({ name: 'latency', verifiedClearedAt }) as InjectedFault;

test('before the fault phase nothing is broken, and nothing has to be put right', () => {
  const { restored, error } = unfinished({ phase: 'steady', touched: false, injected: [] });
  expect([restored, error]).toEqual([true, expect.stringContaining('killed in its steady phase')]);
});

test.each<[string, InjectedFault[], string]>([
  ['a fault may be coming on', [], 'Whether a fault had begun'],
  ['one is on', [fault(null), fault(5)], 'latency: on when it was last heard of'],
  ['all were read back as gone', [fault(5)], 'the steady state is back nobody has seen'],
])('once %s it does not count as restored', (_what, injected, says) => {
  const { restored, restoration } = unfinished({ phase: null, touched: true, injected });
  expect([restored, restoration]).toEqual([false, [expect.stringContaining(says)]]);
});

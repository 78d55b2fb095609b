import { expect, test } from 'vitest';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { hasEnded, unfinished } from './unfinished.ts';

const fault = (verifiedClearedAt: number | null) => ({ name: 'latency', verifiedClearedAt }) as InjectedFault;

test('before the fault phase nothing is broken, and nothing has to be put right', () => {
  const { restored, error } = unfinished({ phase: 'steady', loaded: true, touched: false, injected: [] });
  expect([restored, error]).toEqual([true, expect.stringContaining('killed in its steady phase')]);
});

test.each<[string, InjectedFault[], string]>([
  ['a fault may be coming on', [], 'Whether a fault had begun'],
  ['one is on', [fault(null), fault(5)], 'latency: on when it was last heard of'],
  ['all were read back as gone', [fault(5)], 'the steady state is back nobody has seen'],
])('once %s it does not count as restored', (_what, injected, says) => {
  const { restored, restoration } = unfinished({ phase: null, loaded: true, touched: true, injected });
  expect([restored, restoration]).toEqual([false, [expect.stringContaining(says)]]);
});

test.each([
  [false, 'before its load'],
  [true, 'after its load'],
])('between the phases of a run that breaks nothing: load begun %s, killed %s', (loaded, where) => {
  const { error } = unfinished({ phase: null, loaded, touched: false, injected: [] });
  expect(error).toContain(`killed ${where}.`);
});

test('what has not ended is told from what has', () => {
  const open = unfinished({ phase: null, loaded: true, touched: true, injected: [] });
  expect([open, { error: null }, { error: 'k6 ended before its time.' }].map(hasEnded)).toEqual([
    false,
    true,
    true,
  ]);
});

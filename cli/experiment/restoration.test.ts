import { expect, test, vi } from 'vitest';
import type { TelemetryLoss } from '../../reports/record/findings.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { type RestorationInput, verifyRestoration } from './restoration.ts';

const LOAD_ENDED = 100;
const CLEARED = 70;

const fault = (kind: string): InjectedFault =>
  ({
    label: { service: 'telemetry', dependency: 'logs', operation: null, kind },
    ...{ clearedAt: CLEARED, drainSeconds: 2 },
  }) as InjectedFault;

/** Everything is up, and the SLIs are well: all that is left to see is what telemetry lost. */
const verified = (losses: [TelemetryLoss['signal'], number][], kind = 'loss') =>
  verifyRestoration({
    stack: { status: vi.fn(async () => ({ components: [{ name: 'otelcol', state: 'ready' }] })) },
    chaos: { list: vi.fn(async () => []) },
    injected: [fault(kind)],
    findings: {
      recovery: { observed: true, recovered: true },
      telemetryLoss: losses.map(([signal, to]) => ({ signal, to })),
    },
    loadEndedAt: LOAD_ENDED,
  } as unknown as RestorationInput);

test('is not there while what a loss took is still missing when the load ends', async () => {
  const { restored, sentences } = await verified([['logs', LOAD_ENDED - 1]]);
  expect(restored).toBe(false);
  expect(sentences.at(-1)).toBe("Not as before: logs went on getting lost until the load's end.");
});

test.each<[string, [TelemetryLoss['signal'], number][], string]>([
  ['nothing was lost', [], 'loss'],
  ['it was lost while the fault was on, and drained', [['logs', CLEARED + 2]], 'loss'],
  ['it came back before the load ended', [['logs', LOAD_ENDED - 10]], 'loss'],
  ['another signal was lost', [['traces', LOAD_ENDED]], 'loss'],
  ['no loss was injected', [['logs', LOAD_ENDED]], 'latency'],
])('is there where %s', async (_what, losses, kind) => {
  expect((await verified(losses, kind)).restored).toBe(true);
});

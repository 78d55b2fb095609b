import { findFault } from '../../cli/chaos/catalogue.ts';
import type { TelemetryKind } from '../../cli/stack/stack.ts';
import type { RunEntry } from '../campaign/entry.ts';

/**
 * What has to be seen of a fault. `client`: a spike of the client leads all the way to the culprit. `servers`: a spike
 * of the servers does, and the client has none. `perhaps`: on two idle cores nobody may notice; what is noticed leads all the way, and
 * what is not must not read as health. `loss`: telemetry itself goes missing, no SLI may move, and the pipeline is named.
 * `refused`: nothing is there that could carry it, and whoever asks for it is told so.
 */
export type Expectation = 'client' | 'servers' | 'perhaps' | 'loss' | 'refused';

export interface ProofEntry extends RunEntry {
  expect: Expectation;
}

const entry = (fault: string, flags = '', expect: Expectation = 'client', id = fault): ProofEntry => ({
  id,
  seed: 61,
  faults: [fault],
  flags: flags.split(' ').filter(Boolean),
  expect,
});

/** Every fault once, with parameters that show it best; killing a replica both where it has peers and where it has none. */
export const PROOF: ProofEntry[] = [
  entry('latency', '--rate 0.5 --set ms=800'),
  entry('error', '--rate 0.3'),
  entry('heavy-task', '--set ms=400', 'servers'),
  entry('cpu-burn', '--set threads=2', 'perhaps'),
  entry('event-loop-block', '--rate 0.6 --set ms=250'),
  entry('memory-leak', '--set mbPerSecond=24', 'perhaps'),
  entry('pool-exhaustion'),
  entry('slow-query', '--rate 0.7 --set ms=800'),
  entry('cache-down'),
  entry('cache-stampede', '--set everyMs=100'),
  entry('downstream-timeout', '--rate 0.7'),
  entry('downstream-error', '--rate 0.8'),
  entry('retry-storm'),
  entry('connection-reset', '--rate 0.3'),
  entry('replica-kill', '--replica inventory-1'),
  entry('replica-kill', '--replica api-2', 'perhaps', 'replica-kill-of-two'),
  entry('replica-pause', '--replica inventory-1'),
  entry('network-latency', '--set ms=150'),
  entry('network-partition'),
  entry('log-loss', '--rate 1', 'loss'),
  entry('trace-loss', '--rate 0.5', 'loss'),
];

/** The plan on that telemetry: the embedded one has no collector that could lose anything. */
export const planOn = (telemetry: TelemetryKind): ProofEntry[] =>
  PROOF.map((one) =>
    telemetry === 'embedded' && one.faults.some((name) => findFault(name).needs === 'collector')
      ? { ...one, expect: 'refused' }
      : one,
  );

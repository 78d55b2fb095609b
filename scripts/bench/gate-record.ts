import { sealRecord } from '../../cli/experiment/seal.ts';
import { analyse } from '../../reports/analysis/index.ts';
import type { Phase, PhaseName } from '../../reports/record/common.ts';
import type { ClientPoint } from '../../reports/record/evidence.ts';
import { HISTOGRAM_GAMMA, type RedSeries } from '../../reports/record/evidence.ts';
import { type RunRecord, UNDEMANDING, UNJUDGED } from '../../reports/record/record.ts';
import { emptyEvidence } from '../../test/fixtures/evidence/index.ts';
import { createRandom, type Random } from '../../test/fixtures/evidence/random.ts';

const START = Date.UTC(2026, 10, 22, 9) / 1000;
const RATE = 60;
const OPERATIONS = ['GET /products', 'GET /products/:id', 'POST /orders', 'GET /orders/:id'];
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.5, 0.6, 0.75, 1, 1.5, 2, 3, 5];
const SERVICES = [
  ['api', ['api-1', 'api-2']],
  ['inventory', ['inventory-1']],
  ['worker', ['worker-1']],
] as const;

const secondsOf = (seconds: number): number[] => Array.from({ length: seconds }, (_, i) => START + i);

const histogram = (random: Random, requests: number): ClientPoint['histogram'] => {
  const counts: ClientPoint['histogram'] = {};
  for (let i = 0; i < requests; i++) {
    const key = Math.ceil(Math.log(random.latency(0.03)) / Math.log(HISTOGRAM_GAMMA));
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

const points = (random: Random, seconds: number, requests: number): ClientPoint[] =>
  secondsOf(seconds).map((t) => ({
    ...{ t, seconds: 1, requests, failures: random.chance(0.02) ? 1 : 0, attempts: requests },
    ...{ requestAttempts: requests, attemptFailures: 0, p50: 0.03, p95: 0.06, p99: 0.09 },
    ...{ histogram: histogram(random, requests), droppedIterations: 0 },
  }));

const red = (random: Random, seconds: number): RedSeries[] =>
  SERVICES.flatMap(([service, instances]) =>
    instances.flatMap((instance) =>
      OPERATIONS.map((operation): RedSeries => {
        const [method, route] = operation.split(' ') as [string, string];
        const counts = () => [
          0,
          1,
          2,
          3,
          2,
          1,
          ...new Array<number>(BOUNDS.length - 5).fill(random.chance(0.01) ? 1 : 0),
        ];
        const each = secondsOf(seconds).map((t) => {
          const buckets = counts();
          const requests = buckets.reduce((sum, count) => sum + count, 0);
          return { t: t + 1.002, seconds: 1, requests, errors: 0, durationSum: requests * 0.03, buckets };
        });
        return { service, instance, route, method, bounds: BOUNDS, points: each };
      }),
    ),
  );

/** As many gauges as the platform has, a point a second. */
const runtime = (random: Random, seconds: number): RunRecord['series']['runtime'] =>
  Array.from({ length: 60 }, (_, i) => ({
    ...{ name: `gauge.${i}`, unit: '1', service: 'api', instance: `api-${1 + (i % 2)}`, labels: {} },
    points: secondsOf(seconds).map((t): [number, number] => [t + 0.002, random.next()]),
  }));

const phasesOf = (seconds: number): Phase[] => {
  const ends: [PhaseName, number][] = [
    ['warm-up', 10],
    ['steady', seconds / 2],
    ['fault', seconds / 2 + 900],
    ['recovery', seconds],
  ];
  return ends.map(([name, to], i) => ({ name, from: START + (ends[i - 1]?.[1] ?? 0), to: START + to }));
};

/** A sealed record of a run of so many seconds, as large as a real one: what `gate` and `compare` have to read. */
export const longRecord = (seed: number, seconds: number): RunRecord => {
  const random = createRandom(seed);
  const phases = phasesOf(seconds);
  const durations = { warmUp: 10, steady: seconds / 2 - 10, fault: 900, recovery: seconds / 2 - 900 };
  const series: RunRecord['series'] = {
    client: {
      overall: points(random, seconds, RATE),
      operations: OPERATIONS.map((operation) => ({
        operation,
        points: points(random, seconds, RATE / OPERATIONS.length),
      })),
    },
    red: red(random, seconds),
    runtime: runtime(random, seconds),
  };
  return sealRecord({
    ...{
      schemaVersion: 1,
      runId: `20261122-09000${seed}-long`,
      createdAt: START + seconds + seed,
      kind: 'experiment',
    },
    experiment: {
      ...UNDEMANDING,
      ...{ title: 'an hour', scenario: 'steady', seed: 1, rate: RATE, vus: null, durations, faults: [] },
      ...{ command: 'obsctl run', hash: 'a'.repeat(64) },
    },
    environment: {
      ...{ obsctl: '0', node: '20', platform: 'linux', cpus: 2, memoryBytes: 1, k6: '1', stack: 'local' },
      ...{ telemetry: 'embedded', cache: 'redis', components: {} },
    },
    ...{
      phases,
      faults: [],
      load: null,
      completeness: null,
      source: null,
      entryService: 'api',
      grafana: null,
    },
    series,
    findings: analyse({
      ...emptyEvidence(),
      phases,
      window: { from: START, to: START + seconds },
      ...series,
    }),
    ...{ incidents: [], scores: [], ...UNJUDGED, timeline: [] },
    execution: { status: 'completed', error: null, restored: true, restoration: [], stop: null },
    verdict: { name: 'inconclusive', exitCode: 6, reasons: ['There is no evidence to conclude from.'] },
  });
};

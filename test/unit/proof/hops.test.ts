import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../reports/record/evidence.ts';
import type { Spike, TelemetryLoss } from '../../../reports/record/findings.ts';
import type { RunRecord } from '../../../reports/record/record.ts';
import { brokenHop, hopsOf, type ProofRun } from '../../../scripts/proof/hops.ts';
import type { Expectation } from '../../../scripts/proof/plan.ts';
import { poolAttribution } from '../../fixtures/evidence/attribution.ts';
import { downstreamTimeoutEvidence, quietEvidence } from '../../fixtures/evidence/index.ts';
import { fixtureFault, recordOf } from '../../fixtures/evidence/record.ts';

const evidence = downstreamTimeoutEvidence();
const record = recordOf(evidence);
const [lead] = record.findings!.spikes.filter(({ viewpoint }) => viewpoint === 'client');
const example = lead!.examples[0]!;

const run = (changes: { evidence?: Partial<Evidence>; record?: Partial<RunRecord> } = {}): ProofRun => ({
  evidence: { ...evidence, ...changes.evidence },
  record: { ...record, ...changes.record },
});

const withFindings = (changes: Partial<NonNullable<RunRecord['findings']>>): ProofRun =>
  run({ record: { findings: { ...record.findings!, ...changes } } });

const withSpikes = (change: (spike: Spike) => Spike): ProofRun =>
  withFindings({ spikes: record.findings!.spikes.map(change) });

const brokenAt = (of: ProofRun, expect: Expectation = 'client') =>
  brokenHop(hopsOf(of, expect))?.name ?? null;

describe('a fault that the client sees', () => {
  it('is whole where every hop holds, and says what it found at each', () => {
    const hops = hopsOf(run(), 'client');
    expect(hops.map(({ name }) => name)).toEqual([
      'injected',
      'spike',
      'exemplar',
      'trace',
      'logs',
      'culprit',
    ]);
    expect(hops.filter(({ ok }) => !ok)).toEqual([]);
    expect(hops.every(({ text }) => text.endsWith('.'))).toBe(true);
  });

  it('must be named by metrics where the back ends keep exemplars', () => {
    const searched = withSpikes((spike) => ({ ...spike, fromMetrics: 0 }));
    const on = (kind: 'grafana' | 'embedded'): ProofRun => ({
      ...searched,
      evidence: { ...evidence, source: { ...evidence.source, kind } },
    });
    expect(brokenAt(on('grafana'))).toBe('search');
    expect(brokenAt(on('embedded'))).toBeNull();
    expect(hopsOf(on('embedded'), 'client').map(({ name }) => name)).toContain('search');
  });

  it.each<[string, string, () => ProofRun]>([
    ['nothing was injected', 'injected', () => run({ record: { faults: [] } })],
    [
      'the fault was not read back',
      'injected',
      () => run({ record: { faults: [{ ...record.faults[0]!, verifiedAt: null }] } }),
    ],
    [
      'it was on and hit nothing',
      'injected',
      () =>
        run({
          record: {
            faults: [
              {
                ...record.faults[0]!,
                carriers: record.faults[0]!.carriers.map((one) => ({ ...one, hits: 0 })),
              },
            ],
          },
        }),
    ],
    ['nothing alarmed', 'spike', () => withFindings({ spikes: [] })],
    [
      'it alarmed before the injection',
      'spike',
      () => withSpikes((spike) => ({ ...spike, onset: spike.onset - 20, detectedAt: spike.detectedAt - 20 })),
    ],
    ['no exemplar led to a trace', 'exemplar', () => withSpikes((spike) => ({ ...spike, examples: [] }))],
    ['the exemplar is not of the evidence', 'exemplar', () => run({ evidence: { exemplars: [] } })],
    ['the trace was not there', 'trace', () => run({ evidence: { traces: [] } })],
    [
      'another trace came back',
      'trace',
      () =>
        run({
          evidence: {
            traces: evidence.traces.map((trace) => ({
              ...trace,
              spans: trace.spans.map((span) => ({ ...span, traceId: 'f'.repeat(32) })),
            })),
          },
        }),
    ],
    [
      'the span that the exemplar names is missing',
      'trace',
      () =>
        run({
          evidence: {
            traces: evidence.traces.map((trace) => ({
              ...trace,
              spans: trace.spans.filter(({ spanId }) => spanId !== example.exemplar.spanId),
            })),
          },
        }),
    ],
    [
      'no line carries the id',
      'logs',
      () =>
        withSpikes((spike) => ({ ...spike, examples: spike.examples.map((one) => ({ ...one, logs: [] })) })),
    ],
    [
      'a line belongs to somebody else',
      'logs',
      () =>
        withSpikes((spike) => ({
          ...spike,
          examples: spike.examples.map((one) => ({
            ...one,
            logs: one.logs.map((line) => ({ ...line, time: line.time + 60 })),
          })),
        })),
    ],
    [
      'another was named first',
      'culprit',
      () => run({ record: { scores: [{ ...record.scores[0]!, rank: 2 }] } }),
    ],
  ])('is broken where %s: at %s', (_what, hop, broken) => {
    expect(brokenAt(broken())).toBe(hop);
  });
});

const LOSS: Omit<TelemetryLoss, 'signal'> = {
  ...{ from: 0, to: 1, detectedAt: 1, share: 0.5, where: 'in the collector', text: 'Half got lost.' },
  evidence: [],
};

describe('a fault that the client does not see', () => {
  const quiet = quietEvidence();
  const nothing: ProofRun = { evidence: quiet, record: recordOf(quiet, fixtureFault(evidence)) };

  it('may stay unseen, where the run then proves nothing', () => {
    expect(hopsOf(nothing, 'perhaps').map(({ name, ok }) => [name, ok])).toEqual([
      ['injected', true],
      ['silence', true],
      ['verdict', true],
    ]);
    expect(brokenAt(nothing, 'client')).toBe('spike');
  });

  it('never reads as health', () => {
    const passed = { name: 'passed' as const, exitCode: 0, reasons: [] };
    expect(brokenAt({ ...nothing, record: { ...nothing.record, verdict: passed } }, 'perhaps')).toBe(
      'verdict',
    );
    const harmed = [{ ...nothing.record.scores[0]!, clientSaw: true }];
    expect(brokenAt({ ...nothing, record: { ...nothing.record, scores: harmed } }, 'perhaps')).toBe(
      'silence',
    );
  });

  it('must lead all the way where it is seen after all', () => {
    expect(brokenAt(run(), 'perhaps')).toBeNull();
    expect(brokenAt(run({ evidence: { traces: [] } }), 'perhaps')).toBe('trace');
  });

  it('is no fault of the servers alone where the client alarmed', () => {
    expect(brokenAt(run(), 'servers')).toBe('silence');
    const servers = { spikes: record.findings!.spikes.filter(({ viewpoint }) => viewpoint === 'server') };
    const unseen = { ...run().record, findings: { ...record.findings!, ...servers } };
    const scores = [{ ...record.scores[0]!, clientSaw: false }];
    expect(brokenAt({ evidence, record: { ...unseen, scores } }, 'servers')).toBeNull();
  });

  describe('and that takes telemetry itself', () => {
    const [fault] = nothing.record.faults;
    const label = { service: 'telemetry', dependency: 'traces', operation: null, kind: 'loss' };
    const findings = nothing.record.findings!;
    const lossy = (changes: Partial<TelemetryLoss> = {}, more: Partial<RunRecord> = {}): ProofRun => {
      const at = fault!.injectedAt!;
      const times = { from: at + 1, to: at + 9, detectedAt: at + 3 };
      const telemetryLoss = [{ ...LOSS, ...times, signal: 'traces' as const, ...changes }];
      return {
        evidence: quiet,
        record: {
          ...nothing.record,
          faults: [{ ...fault!, label }],
          scores: [{ ...nothing.record.scores[0]!, detected: true }],
          verdict: { name: 'inconclusive', exitCode: 4, reasons: [LOSS.text] },
          ...more,
          findings: { ...findings, ...more.findings, telemetryLoss },
        },
      };
    };

    it('is whole where the loss is found, and the verdict says so', () => {
      expect(brokenAt(lossy(), 'loss')).toBeNull();
    });

    it.each<[string, string, () => ProofRun]>([
      ['another signal was found lost', 'loss', () => lossy({ signal: 'logs' })],
      ['nothing was found', 'loss', () => nothing],
      [
        'it was over before the injection',
        'loss',
        () => lossy({ from: fault!.injectedAt! - 20, detectedAt: fault!.injectedAt! - 18 }),
      ],
      [
        'the score does not count it',
        'loss',
        () => lossy({}, { scores: [{ ...nothing.record.scores[0]!, detected: false }] }),
      ],
      [
        'somebody was blamed for it',
        'loss',
        () => lossy({}, { findings: { ...findings, attribution: poolAttribution() } }),
      ],
      [
        'the verdict names something else',
        'verdict',
        () => lossy({}, { verdict: { name: 'inconclusive', exitCode: 4, reasons: ['Nothing happened.'] } }),
      ],
    ])('is broken where %s: at %s', (_what, hop, broken) => {
      expect(brokenAt(broken(), 'loss')).toBe(hop);
    });
  });
});

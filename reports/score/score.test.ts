import { describe, expect, it } from 'vitest';
import { poolAttribution, suspect } from '../../test/fixtures/evidence/attribution.ts';
import { downstreamTimeoutEvidence } from '../../test/fixtures/evidence/index.ts';
import { recordOf } from '../../test/fixtures/evidence/record.ts';
import type { Attribution } from '../record/attribution.ts';
import type { Alert } from '../record/evidence.ts';
import type { Findings, Spike } from '../record/findings.ts';
import { faultScoreSchema } from '../record/record.ts';
import type { InjectedFault } from '../record/truth.ts';
import { scoreOf } from './score.ts';

const { findings, faults } = recordOf(downstreamTimeoutEvidence());
const template = findings!.spikes[0]!;
const T = 1_000;

const fault = (changes: Partial<InjectedFault> = {}): InjectedFault => ({
  ...faults[0]!,
  name: 'pool-exhaustion',
  label: { service: 'api', dependency: 'postgresql', operation: 'acquire', kind: 'pool' },
  injectedAt: T,
  clearedAt: T + 20,
  drainSeconds: 2,
  ...changes,
});

const spike = (detectedAt: number, viewpoint: Spike['viewpoint'] = 'client'): Spike => ({
  ...template,
  viewpoint,
  onset: detectedAt - 2,
  detectedAt,
});

const found = (spikes: Spike[], attribution: Partial<Attribution> = {}): Findings => ({
  ...findings!,
  slis: [],
  spikes,
  attribution: poolAttribution({ attributedAt: T + 4, ...attribution }),
});

const scored = (of: Findings, ...injected: InjectedFault[]) =>
  scoreOf(injected.length > 0 ? injected : [fault()], of);

describe('a loss of telemetry', () => {
  const lost = fault({
    name: 'log-loss',
    label: { service: 'telemetry', dependency: 'logs', operation: null, kind: 'loss' },
  });
  const loss = (signal: 'logs' | 'traces', from: number): Findings => ({
    ...found([spike(T + 3)], { status: 'nothing' }),
    telemetryLoss: [
      { signal, from, to: from + 9, detectedAt: from + 2, share: 1, where: 'there', text: '', evidence: [] },
    ],
  });

  /** The same, but told only after the injection. */
  const late = ({ telemetryLoss }: Findings): Pick<Findings, 'telemetryLoss'> => ({
    telemetryLoss: telemetryLoss.map((one) => ({ ...one, detectedAt: T + 2 })),
  });

  it('is the second answer where the analysis named a culprit besides', () => {
    const { telemetryLoss } = loss('logs', T + 1);
    expect(scored({ ...found([]), telemetryLoss }, lost)[0]).toMatchObject({
      ...{ detected: true, rank: 2, timeToDetect: 3, timeToAttribute: null },
    });
    expect(scored({ ...found([], { status: 'unknown' }), telemetryLoss }, lost)[0]!.rank).toBe(1);
  });

  it('is told by the finding of its signal, not by an alarm', () => {
    expect(scored(loss('logs', T + 1), lost)[0]).toMatchObject({
      ...{ detected: true, rank: 1, timeToDetect: 3, timeToAttribute: 3 },
    });
  });

  it.each([
    ['another signal', loss('traces', T + 1)],
    ['another time', loss('logs', T + 60)],
    ['one that could be told before', loss('logs', T - 2.1)],
    ['one that began long before', { ...loss('logs', T - 5), ...late(loss('logs', T - 5)) }],
    ['nothing', found([spike(T + 3)])],
  ])('is not told by %s', (_what, findings) => {
    expect(scored(findings, lost)[0]).toMatchObject({ detected: false, rank: null, timeToDetect: null });
  });
});

describe('score', () => {
  it('takes the first alarm, whoever saw it, and when the right culprit could have been named', () => {
    const [score] = scored(found([spike(T + 5), spike(T + 2.5, 'server')]));
    expect(score).toEqual({
      fault: 'pool-exhaustion',
      clientSaw: false,
      detected: true,
      rank: 1,
      timeToDetect: 2.5,
      timeToAttribute: 4,
      alerts: [],
    });
    expect(faultScoreSchema.parse(score)).toEqual(score);
  });

  it('says what only the servers saw, and what nobody did', () => {
    expect(scored(found([spike(T + 3, 'server')]))[0]).toMatchObject({ clientSaw: false, detected: true });
    const missed = {
      clientSaw: false,
      detected: false,
      rank: null,
      timeToDetect: null,
      timeToAttribute: null,
    };
    expect(scored(found([]))[0]).toMatchObject(missed);
  });

  it.each([
    ['twice the p95', { p95: 0.1 }, true],
    ['less than twice the p95', { p95: 0.099 }, false],
    ['one request in a hundred failed', { errorRatio: 0.01, failures: 6 }, true],
    ['fewer failures than that', { errorRatio: 0.009, failures: 6 }, false],
    ['too few failures to tell', { errorRatio: 0.02, failures: 2 }, false],
    ['less than half of its requests ended', { requestsPerSecond: 0.4 }, true],
  ])('takes a fault for seen without any alarm where the client had %s', (_what, changes, clientSaw) => {
    const row = {
      ...findings!.slis[0]!,
      viewpoint: 'client' as const,
      errorRatio: 0,
      failures: 0,
      p95: 0.05,
      requestsPerSecond: 1,
    };
    const slis = [
      { ...row, phase: 'steady' as const },
      { ...row, phase: 'fault' as const, ...changes },
      { ...row, phase: 'fault' as const, viewpoint: 'server' as const, p95: 9 },
    ];
    expect(scored({ ...found([]), slis })[0]).toMatchObject({ clientSaw, detected: false });
    expect(scored({ ...found([]), slis }, fault({ injectedAt: null }))[0]!.clientSaw).toBe(false);
  });

  it.each([
    [T - 1, false],
    [T, true],
    [T + 20 + 2 + 2, true],
    [T + 20 + 2 + 2.5, false],
  ])('counts an alarm at %d: %s', (detectedAt, detected) => {
    expect(scored(found([spike(detectedAt)]))[0]).toMatchObject({ detected });
  });

  it('gives an alarm to no fault that was never injected, and to one never cleared however late', () => {
    expect(scored(found([spike(T)]), fault({ injectedAt: null }))[0]).toMatchObject({ detected: false });
    expect(scored(found([spike(T + 900)]), fault({ clearedAt: null }))[0]).toMatchObject({ detected: true });
  });

  it.each([
    ['another kind', { kind: 'lock' }, null],
    ['another service', { service: 'worker' }, null],
    ['another dependency', { dependency: 'redis' }, null],
    ['no dependency, where there is one', { dependency: null }, null],
    ['another operation', { operation: 'GET /orders' }, 1],
  ] as const)('of a suspect with %s', (_what, changes, rank) => {
    expect(scored(found([spike(T + 2)], { suspects: [suspect(changes)] }))[0]).toMatchObject({ rank });
  });

  it('counts from the first suspect that fits, and names no moment unless that one was named', () => {
    const suspects = [suspect({ kind: 'lock' }), suspect(), suspect()];
    expect(scored(found([spike(T + 2)], { suspects }))[0]).toMatchObject({ rank: 2, timeToAttribute: null });
  });

  it('takes "unknown" for the first answer, and "nothing" for none', () => {
    expect(scored(found([spike(T + 2)], { status: 'unknown' }))[0]).toMatchObject({
      rank: 2,
      timeToAttribute: null,
    });
    expect(scored(found([spike(T + 2)], { status: 'nothing' }))[0]).toMatchObject({ rank: null });
  });

  it('takes a moment before the injection for none', () => {
    expect(scored(found([spike(T + 2)], { attributedAt: T - 1 }))[0]).toMatchObject({
      timeToAttribute: null,
    });
  });

  it('scores each of several faults alone, in their order', () => {
    const lock = fault({ name: 'slow-query', label: { ...fault().label, kind: 'lock' } });
    const late = fault({ name: 'late', injectedAt: T + 15 });
    const scores = scored(found([spike(T + 2)]), fault(), lock, late);
    expect(scores.map(({ fault: name, detected, rank }) => [name, detected, rank])).toEqual([
      ['pool-exhaustion', true, 1],
      ['slow-query', true, 2],
      ['late', false, null],
    ]);
  });

  it('says when each alert rule held and fired, once a rule, and leaves out what was on before', () => {
    const alert = (name: string, activeAt: number, firedAt: number | null, route = '/a'): Alert => ({
      name,
      state: firedAt === null ? 'pending' : 'firing',
      labels: { severity: 'page', route },
      activeAt,
      firedAt,
      endedAt: null,
    });
    const alerts = [
      alert('Before', T - 60, T - 30),
      alert('Burn', T + 4, null),
      alert('Burn', T + 3, T + 8, '/b'),
      alert('Slow', T + 6, null),
      alert('Later', T + 60, T + 61),
      alert('JustBefore', T - 1.9, T + 13),
    ];
    expect(scored({ ...found([spike(T + 2)]), alerts })[0]!.alerts).toEqual([
      { name: 'Burn', severity: 'page', pendingAfter: 3, firedAfter: 8 },
      { name: 'Slow', severity: 'page', pendingAfter: 6, firedAfter: null },
    ]);
  });

  it('is empty where nothing was injected or found', () => {
    expect(scoreOf([], found([]))).toEqual([]);
    expect(scoreOf([fault()], null)).toEqual([]);
  });
});

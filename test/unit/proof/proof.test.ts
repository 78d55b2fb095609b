import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../cli/chaos/catalogue.ts';
import { parseOptions, tableOf } from '../../../scripts/proof/main.ts';
import { readme } from '../../../scripts/proof/markdown.ts';
import { PROOF, planOn } from '../../../scripts/proof/plan.ts';
import { rowOf, rowOfFolder, standingOf } from '../../../scripts/proof/row.ts';
import { downstreamTimeoutEvidence } from '../../fixtures/evidence/index.ts';
import { recordOf } from '../../fixtures/evidence/record.ts';

const evidence = downstreamTimeoutEvidence();
const record = recordOf(evidence);
const entry = PROOF.find(({ id }) => id === 'downstream-timeout')!;
const whole = rowOf(entry, { record, evidence });
const outcome = { entry, exitCode: 9, error: 'no stack is up' };
const none = rowOfFolder('/nowhere', { outcome, record: null });

describe('plan', () => {
  it('breaks everything there is to break, under names of their own', () => {
    expect(new Set(PROOF.flatMap(({ faults }) => faults))).toEqual(new Set(faultNames()));
    expect(new Set(PROOF.map(({ id }) => id)).size).toBe(PROOF.length);
  });

  it('expects to be refused what nothing there could carry', () => {
    const refused = (telemetry: 'grafana' | 'embedded') =>
      planOn(telemetry).flatMap(({ id, expect: what }) => (what === 'refused' ? [id] : []));
    expect(refused('grafana')).toEqual([]);
    expect(refused('embedded')).toEqual(['log-loss', 'trace-loss']);
  });
});

describe('row', () => {
  it('holds what the chain showed', () => {
    expect(whole).toMatchObject({ rank: 1, answer: 'api / inventory / timeout', verdict: 'passed' });
    expect(whole.exemplars!.metrics).toBeGreaterThan(0);
    expect(whole.traces).toEqual({ fetched: 3, of: 3 });
    expect(whole.logLines).toBeGreaterThan(0);
    expect(whole.timeToDetect).toBeGreaterThan(0);
  });

  it('names the first alert rule that fired', () => {
    const alert = (name: string, firedAfter: number | null) => ({
      name,
      severity: null,
      pendingAfter: 1,
      firedAfter,
    });
    const alerts = [alert('Pending', null), alert('Late', 9), alert('Early', 4)];
    const scores = [{ ...record.scores[0]!, alerts }];
    expect(rowOf(entry, { record: { ...record, scores }, evidence }).firstAlert).toEqual({
      name: 'Early',
      after: 4,
    });
  });

  it('of a run without a record is broken at once', () => {
    expect(none.hops).toEqual([
      { name: 'injected', ok: false, text: 'The run left no record: no stack is up' },
    ]);
  });
});

describe('a refusal', () => {
  const loss = planOn('embedded').find(({ id }) => id === 'log-loss')!;
  const said = (code: string, details: string[]) => JSON.stringify({ error: { code, details } });
  const row = (error: string | null, left: typeof record | null = null) =>
    rowOfFolder('/nowhere', { outcome: { entry: loss, exitCode: 2, error }, record: left });

  it('counts as such, and not as whole', () => {
    const refused = row(said('FAULT_REFUSED', ['the stack has no collector: its telemetry is embedded']));
    expect(refused.hops).toMatchObject([{ name: 'refused', ok: true }]);
    expect(standingOf(refused)).toBe('refused');
  });

  it.each([
    ['another reason', said('FAULT_REFUSED', ['otelcol: it is restarting now']), null],
    ['another error', said('STACK_DOWN', []), null],
    ['no error that one could read', 'Killed', null],
    ['a run that took place', null, record],
  ])('is none by %s', (_what, error, left) => {
    expect(standingOf(row(error, left))).toBe('broken');
  });
});

describe('table', () => {
  it('holds the whole plan: what has not run is not whole', () => {
    const { rows } = tableOf('/nowhere', 'grafana');
    expect(rows.map(({ id }) => id)).toEqual(PROOF.map(({ id }) => id));
    expect(new Set(rows.map(standingOf))).toEqual(new Set(['broken']));
    expect(rows[0]!.hops[0]!.text).toBe('It has not run.');
  });
});

describe('page', () => {
  it('tells whole chains from broken ones, and sets both kinds of telemetry side by side', () => {
    const tables = [
      { telemetry: 'grafana', environments: ['here'], rows: [whole, { ...none, id: 'latency' }] },
      { telemetry: 'embedded', environments: ['here'], rows: [whole] },
    ];
    const page = readme({ tables });
    expect(page).toContain('1 of 2 whole, 1 **broken**.');
    expect(page).toContain('- `latency`, injected: The run left no record');
    expect(page).toContain('injected → spike → exemplar → trace → logs → culprit');
    expect(page).toContain('## Side by side');
    expect(page.split('\n').filter((line) => line.startsWith('| `downstream-timeout`'))).toHaveLength(3);
  });
});

describe('what nobody saw', () => {
  it('is told apart from what led all the way', () => {
    const hops = (['injected', 'silence', 'verdict'] as const).map((name) => ({ name, ok: true, text: '.' }));
    const unseen = { ...whole, id: 'cpu-burn', expect: 'perhaps' as const, hops };
    expect(standingOf({ ...whole, expect: 'perhaps' })).toBe('whole');
    const page = readme({
      tables: [{ telemetry: 'grafana', environments: ['here'], rows: [whole, unseen] }],
    });
    expect(page).toContain('1 of 2 whole, 1 not seen by anybody.');
  });
});

describe('options', () => {
  it('refuse what is not known', () => {
    expect(() => parseOptions(['--telemetry', 'none'])).toThrow('must be one of grafana, embedded');
    expect(() => parseOptions(['--only', 'latency,nope'])).toThrow('--only nope: known are latency,');
    expect(parseOptions(['--only', 'latency']).entries.map(({ id }) => id)).toEqual(['latency']);
    expect(parseOptions([])).toMatchObject({ entries: PROOF, only: [] });
  });
});

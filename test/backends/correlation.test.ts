import { afterAll, expect, it } from 'vitest';
import { planOn } from '../../scripts/proof/plan.ts';
import { brokenHops, Proofs } from './support/proof.ts';

/** A callee without an answer. All of them: test/long; six of them in containers: test/compose. */
const CHOSEN = ['downstream-timeout'];
const entries = planOn('grafana').filter(({ id }) => CHOSEN.includes(id));

/** A run takes a minute and a half on a quiet machine, its stack included; seconds. */
const PATIENCE = 600;

const proofs = new Proofs({ telemetry: 'grafana' });

afterAll(() => proofs.end());

it.each(entries)(
  '$id leads from its injection to the culprit',
  async (entry) => {
    await proofs.run([entry]);
    const row = proofs.row(entry);
    expect(brokenHops(row)).toEqual([]);
    expect(row.traces!.fetched).toBe(row.traces!.of);
    expect(row.exemplars!.metrics).toBeGreaterThan(0);
    expect(row.logLines).toBeGreaterThan(0);
  },
  PATIENCE * 1000,
);

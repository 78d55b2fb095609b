import { afterAll, describe, expect, it } from 'vitest';
import { TELEMETRY_KINDS } from '../../cli/stack/stack.ts';
import { planOn } from '../../scripts/proof/plan.ts';
import { brokenHops, Proofs } from '../backends/support/proof.ts';

/** Every fault, on a stack of its own, with either kind of telemetry. */
describe.each([...TELEMETRY_KINDS])('%s telemetry', (telemetry) => {
  const proofs = new Proofs({ telemetry });
  afterAll(() => proofs.end());

  it.each(planOn(telemetry))('shows $id as it must be seen', async (entry) => {
    await proofs.run([entry]);
    expect(brokenHops(proofs.row(entry))).toEqual([]);
  });
});

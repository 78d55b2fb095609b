import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROOF } from '../../scripts/proof/plan.ts';
import { brokenHops, Proofs } from '../backends/support/proof.ts';
import { ComposeUser, freePort } from './support/compose-user.ts';
import { everythingOf, removeProject } from './support/docker.ts';

/** Whole experiments on one stack of containers: each fault from its injection over spike, exemplar, trace and log lines to the culprit. */
const IDS = ['latency', 'downstream-timeout', 'cache-down', 'replica-kill', 'network-latency', 'trace-loss'];

const proofs = new Proofs({ telemetry: 'grafana', runsAStack: IDS.length + 1 });
const entries = IDS.map((id) => PROOF.find((entry) => entry.id === id)!);
const before = { ...process.env };

beforeAll(async () => {
  const [gateway, dashboard] = await Promise.all([freePort(), freePort()]);
  const ports = { GATEWAY_PORT: `${gateway}`, TRAEFIK_PORT: `${dashboard}` };
  Object.assign(process.env, ports, { OBSCTL_ON: 'compose' });
  await proofs.run(entries);
}, 1_200_000);
afterAll(async () => {
  await proofs.end();
  await removeProject(ComposeUser.project);
  process.env = before;
});

describe('on containers', () => {
  it.each(entries)('$id leads from its injection to what the telemetry says of it', (entry) => {
    expect(brokenHops(proofs.row(entry))).toEqual([]);
  });

  it('lost traces name the pipeline, and end inconclusive', () => {
    const { verdict, answer } = proofs.row(entries.at(-1)!);
    expect([verdict, answer]).toEqual(['inconclusive', 'telemetry / traces / loss']);
  });

  it('nothing but the named volumes is left', async () => {
    const left = await everythingOf(ComposeUser.project);
    expect(left.filter((line) => !line.startsWith('volume '))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { type InstanceSources, instanceId } from './instance-id.ts';

const sources = (names: Record<string, string[]>): InstanceSources => ({
  addresses: () => Object.keys(names),
  namesOf: async (address) => {
    if (names[address]!.length === 0) throw new Error('ENOTFOUND');
    return names[address]!;
  },
  hostname: () => '3f2a91c07d5e',
});

describe('the name of a replica', () => {
  it('is the one it is given', async () => {
    const asked = sources({ '10.0.0.2': ['obsctl-api-1.obsctl_default'] });
    expect(await instanceId({ SERVICE_INSTANCE_ID: 'api-7' }, asked)).toBe('api-7');
  });

  it.each([
    ['obsctl-api-1.obsctl_default', 'api-1'],
    ['obsctl-inventory-12.obsctl_default', 'inventory-12'],
    ['obsctl_worker_3.obsctl_default', 'worker-3'],
    ['api-2', 'api-2'],
    ['my-api-1-api-2.lab', 'api-2'],
  ])('is role and number of %s', async (name, expected) => {
    expect(await instanceId({ SERVICE_INSTANCE_ID: '' }, sources({ '10.0.0.2': [name] }))).toBe(expected);
  });

  it('is found by whichever of its addresses has such a name', async () => {
    const several = {
      '10.0.0.2': [],
      '10.1.0.2': ['gateway.lan'],
      '10.2.0.2': ['obsctl-api-1.obsctl_default'],
    };
    expect(await instanceId({}, sources(several))).toBe('api-1');
  });

  it.each([
    ['no name', []],
    ['a name without a role', ['host-3.example']],
    ['a name without a number', ['obsctl-api.obsctl_default']],
    ['a name that only contains a role', ['therapi-1.example']],
  ])("is the host's where DNS has %s", async (_what, names) => {
    expect(await instanceId({}, sources({ '10.0.0.2': names }))).toBe('3f2a91c07d5e');
  });
});

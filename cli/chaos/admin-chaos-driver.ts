import { randomBytes } from 'node:crypto';
import type { AxiosInstance } from 'axios';
import { type FaultState, faultListSchema, faultStateSchema } from '../../service/contract.ts';
import { all } from '../shared/all.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { Replica, Stack } from '../stack/stack.ts';
import { AdminClient } from './admin-client.ts';
import { findFault } from './catalogue.ts';
import type { ChaosDriver, Injection, Lease, Look } from './chaos-driver.ts';
import { injectEach, leaseOf } from './inject-each.ts';
import { lookAt } from './look.ts';
import { type Answer, throwRefusals } from './refusals.ts';

const requestOf = ({ fault, parameters, target, leaseSeconds }: Injection) => ({
  id: `${fault}-${randomBytes(4).toString('hex')}`,
  fault,
  parameters,
  target,
  leaseSeconds,
});

const keyOf = ({ instance, id }: Pick<Lease, 'instance' | 'id'>): string => `${instance}/${id}`;

/** Ends a fault at its carrier; null when it was not on. */
const end = async (http: AxiosInstance, id: string): Promise<FaultState | null> => {
  const answer = await http.delete(`/faults/${id}`, {
    validateStatus: (status) => status < 300 || status === 404,
  });
  return answer.status === 404 ? null : faultStateSchema.parse(answer.data);
};

const replicaOf = (replicas: Replica[], instance: string): Replica => {
  const replica = replicas.find((each) => each.instance === instance);
  if (!replica) throw new ObsctlError('ADMIN_UNAVAILABLE', `${instance} is no longer there.`);
  return replica;
};

/** Faults that the service carries itself: each replica is asked directly, never through the balancer. */
export class AdminChaosDriver implements ChaosDriver {
  private readonly stack: Stack;
  private readonly admin: AdminClient;

  constructor(stack: Stack) {
    this.stack = stack;
    this.admin = new AdminClient(stack);
  }

  async check(injection: Injection): Promise<string[]> {
    const replicas = await this.replicasFor(injection);
    throwRefusals(injection.fault, await Promise.all(replicas.map((each) => this.checkOne(each, injection))));
    return replicas.map(({ instance }) => instance);
  }

  async inject(injection: Injection): Promise<Lease[]> {
    const carriers = await this.replicasFor(injection);
    return injectEach(this, carriers, (replica) => this.injectOne(replica, injection));
  }

  async renew(leases: Lease[], leaseSeconds: number): Promise<void> {
    await this.each(leases, (http, lease) => http.post(`/faults/${lease.id}/renew`, { leaseSeconds }));
  }

  async clear(leases: Lease[]): Promise<FaultState[]> {
    return this.each(
      leases,
      async (http, lease) => (await end(http, lease.id)) ?? { ...lease.state, expiresIn: 0 },
    );
  }

  async list(): Promise<Lease[]> {
    const replicas = await this.stack.replicas();
    return (await all(replicas.map((replica) => this.listOne(replica)))).flat();
  }

  async look(): Promise<Look> {
    const replicas = await this.stack.replicas();
    return lookAt(replicas.map((replica) => this.listOne(replica)));
  }

  async clearAll(): Promise<number> {
    const replicas = await this.stack.replicas();
    const cleared = await all(
      replicas.map(async (replica) => {
        const answer = await this.admin.call(replica, (http) => http.delete('/faults'));
        return faultListSchema.parse(answer.data).faults.length;
      }),
    );
    return cleared.reduce((sum, count) => sum + count, 0);
  }

  /** Asks the replicas of the leases only; one that does not answer proves nothing, so ADMIN_UNAVAILABLE is thrown. */
  async verify(leases: Lease[], expected: 'on' | 'gone'): Promise<boolean> {
    const asked = await this.stack.replicas();
    const carriers = [...new Set(leases.map(({ instance }) => instance))];
    const lists = carriers.map(async (instance) => this.listOne(replicaOf(asked, instance)));
    const on = new Set((await all(lists)).flat().map(keyOf));
    return leases.every((lease) => on.has(keyOf(lease)) === (expected === 'on'));
  }

  private async replicasFor({ fault, instances }: Injection): Promise<Replica[]> {
    const { carrier } = findFault(fault);
    const replicas = await this.stack.replicas(carrier);
    const unknown = (instances ?? []).filter((name) => !replicas.some(({ instance }) => instance === name));
    if (unknown.length === 0 && replicas.length > 0)
      return replicas.filter(({ instance }) => !instances || instances.includes(instance));
    await this.refuseAway(fault, unknown);
    const named = unknown.map((name) => JSON.stringify(name)).join(', ');
    const there = replicas.map(({ instance }) => instance).join(', ') || 'none';
    throw new ObsctlError(
      'UNKNOWN_TARGET',
      unknown.length > 0 ? `No replica of ${carrier} is called ${named}.` : `No replica of ${carrier} is up.`,
      { details: [`replicas that can carry ${fault}: ${there}`] },
    );
  }

  /** One that is there and does not run now is no unknown one. */
  private async refuseAway(fault: string, names: string[]): Promise<void> {
    if (names.length === 0) return;
    const components = (await this.stack.status())?.components ?? [];
    const { carrier } = findFault(fault);
    const away = components.filter(({ name, service }) => service === carrier && names.includes(name));
    if (away.length === 0) return;
    throw new ObsctlError('FAULT_REFUSED', `${fault} cannot be injected now.`, {
      details: away.map(({ name, state }) => `${name}: it is ${state} now, so nothing can be done to it`),
    });
  }

  private async checkOne(replica: Replica, injection: Injection): Promise<Answer> {
    const { instance } = replica;
    try {
      await this.admin.call(replica, (http) => http.post('/faults/check', requestOf(injection)));
      return { instance, error: null };
    } catch (error) {
      if (error instanceof ObsctlError) return { instance, error };
      throw error;
    }
  }

  private async injectOne(replica: Replica, injection: Injection): Promise<Lease> {
    const request = requestOf(injection);
    try {
      const answer = await this.admin.call(replica, (http) => http.post('/faults', request));
      return leaseOf(replica, faultStateSchema.parse(answer.data));
    } catch (error) {
      // Only the answer may have been lost.
      await this.admin.call(replica, (http) => end(http, request.id)).catch(() => {});
      throw error;
    }
  }

  private async listOne(replica: Replica): Promise<Lease[]> {
    const answer = await this.admin.call(replica, (http) => http.get('/faults'));
    return faultListSchema.parse(answer.data).faults.map((state) => leaseOf(replica, state));
  }

  private async each<T>(
    leases: Lease[],
    ask: (http: AxiosInstance, lease: Lease) => Promise<T>,
  ): Promise<T[]> {
    const replicas = await this.stack.replicas();
    return all(
      leases.map(async (lease) =>
        this.admin.call(replicaOf(replicas, lease.instance), (http) => ask(http, lease)),
      ),
    );
  }
}

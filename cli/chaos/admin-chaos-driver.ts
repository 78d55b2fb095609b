import { randomBytes } from 'node:crypto';
import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { type FaultState, faultListSchema, faultStateSchema } from '../../service/contract.ts';
import { nowSeconds } from '../shared/clock.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import type { Replica, Stack } from '../stack/stack.ts';
import type { ChaosDriver, Injection, Lease } from './chaos-driver.ts';
import { findFault } from './injection-plan.ts';

/** Longest wait for one admin call, milliseconds. */
const CALL_TIMEOUT_MS = 3000;

interface AdminError {
  error?: { code?: string; message?: string; details?: string[] };
}

const refusal = (replica: Replica, error: unknown): ObsctlError => {
  if (isAxiosError<AdminError>(error) && error.response) {
    const said = error.response.data?.error;
    return new ObsctlError(
      'FAULT_REFUSED',
      `${replica.instance} refused: ${said?.message ?? `status ${error.response.status}`}`,
      {
        details: said?.details ?? [],
        cause: error,
      },
    );
  }
  return new ObsctlError(
    'ADMIN_UNAVAILABLE',
    `The admin API of ${replica.instance} does not answer: ${messageOf(error)}`,
    { cause: error },
  );
};

/** Faults that the service carries itself: each replica is asked directly, never through the balancer. */
export class AdminChaosDriver implements ChaosDriver {
  private readonly stack: Stack;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  async carriers(injection: Pick<Injection, 'fault' | 'instances'>): Promise<string[]> {
    return (await this.replicasFor(injection)).map(({ instance }) => instance);
  }

  async inject(injection: Injection): Promise<Lease[]> {
    const carriers = await this.replicasFor(injection);
    const leases: Lease[] = [];
    try {
      for (const replica of carriers) leases.push(await this.injectOne(replica, injection));
      if (!(await this.verify(leases, 'on')))
        throw new ObsctlError('FAULT_REFUSED', 'A fault was accepted, but not read back as on.');
      return leases;
    } catch (error) {
      await this.clear(leases).catch(() => {});
      throw error;
    }
  }

  async renew(leases: Lease[], leaseSeconds: number): Promise<void> {
    await this.each(leases, (http, lease) => http.post(`/faults/${lease.id}/renew`, { leaseSeconds }));
  }

  async clear(leases: Lease[]): Promise<FaultState[]> {
    return this.each(leases, async (http, lease) => {
      const answer = await http.delete(`/faults/${lease.id}`, {
        validateStatus: (status) => status < 300 || status === 404,
      });
      return answer.status === 404 ? { ...lease.state, expiresIn: 0 } : faultStateSchema.parse(answer.data);
    });
  }

  async list(): Promise<Lease[]> {
    const replicas = await this.stack.replicas();
    const lists = await Promise.all(replicas.map((replica) => this.listOne(replica)));
    return lists.flat();
  }

  async clearAll(): Promise<number> {
    const on = await this.list();
    const replicas = await this.stack.replicas();
    await Promise.all(replicas.map((replica) => this.call(replica, (http) => http.delete('/faults'))));
    return on.length;
  }

  async verify(leases: Lease[], expected: 'on' | 'gone'): Promise<boolean> {
    const on = new Set((await this.list()).map((lease) => `${lease.instance}/${lease.id}`));
    return leases.every((lease) => on.has(`${lease.instance}/${lease.id}`) === (expected === 'on'));
  }

  private async replicasFor({
    fault,
    instances,
  }: Pick<Injection, 'fault' | 'instances'>): Promise<Replica[]> {
    const { carrier } = findFault(fault);
    const replicas = await this.stack.replicas(carrier);
    const unknown = (instances ?? []).filter((name) => !replicas.some(({ instance }) => instance === name));
    if (unknown.length > 0 || replicas.length === 0) {
      throw new ObsctlError(
        'UNKNOWN_TARGET',
        `No replica of ${carrier} is called ${unknown.map((name) => `"${name}"`).join(', ')}.`,
        {
          details: [
            `replicas that can carry ${fault}: ${replicas.map(({ instance }) => instance).join(', ') || 'none'}`,
          ],
        },
      );
    }
    return replicas.filter(({ instance }) => !instances || instances.includes(instance));
  }

  private async injectOne(replica: Replica, injection: Injection): Promise<Lease> {
    const { fault, parameters, target, leaseSeconds } = injection;
    const id = `${fault}-${randomBytes(4).toString('hex')}`;
    const answer = await this.call(replica, (http) =>
      http.post('/faults', { id, fault, parameters, target, leaseSeconds }),
    );
    const { service, instance } = replica;
    return {
      id,
      fault,
      service,
      instance,
      injectedAt: nowSeconds(),
      state: faultStateSchema.parse(answer.data),
    };
  }

  private async listOne(replica: Replica): Promise<Lease[]> {
    const answer = await this.call(replica, (http) => http.get('/faults'));
    const { faults } = faultListSchema.parse(answer.data);
    const { service, instance } = replica;
    return faults.map((state) => ({
      id: state.id,
      fault: state.fault,
      service,
      instance,
      injectedAt: state.injectedAt,
      state,
    }));
  }

  private async each<T>(
    leases: Lease[],
    ask: (http: AxiosInstance, lease: Lease) => Promise<T>,
  ): Promise<T[]> {
    const replicas = await this.stack.replicas();
    return Promise.all(
      leases.map((lease) => {
        const replica = replicas.find(({ instance }) => instance === lease.instance);
        if (!replica) throw new ObsctlError('ADMIN_UNAVAILABLE', `${lease.instance} is no longer there.`);
        return this.call(replica, (http) => ask(http, lease));
      }),
    );
  }

  private async call<T>(replica: Replica, ask: (http: AxiosInstance) => Promise<T>): Promise<T> {
    const http = axios.create({
      baseURL: replica.adminUrl,
      timeout: CALL_TIMEOUT_MS,
      maxRedirects: 0,
      proxy: false,
      headers: { authorization: `Bearer ${await this.stack.adminToken()}` },
    });
    try {
      return await ask(http);
    } catch (error) {
      throw error instanceof ObsctlError ? error : refusal(replica, error);
    }
  }
}

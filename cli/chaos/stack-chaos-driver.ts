import { randomBytes } from 'node:crypto';
import { type FaultState, targetSchema } from '../../service/contract.ts';
import { all } from '../shared/all.ts';
import { ObsctlError } from '../shared/errors.ts';
import { pollUntil } from '../shared/retry.ts';
import type { Stack, StackStatus } from '../stack/stack.ts';
import { findFault } from './catalogue.ts';
import type { ChaosDriver, Injection, Lease, Look } from './chaos-driver.ts';
import { STACK_FAULTS } from './faults/index.ts';
import type { StackFault } from './faults/stack-fault.ts';
import type { GuardClient } from './guard/guard-client.ts';
import type { Held, Order } from './guard/protocol.ts';
import { injectEach, leaseOf } from './inject-each.ts';
import { lookAt } from './look.ts';
import { type StackTarget, targetsOf } from './stack-targets.ts';

/** Longest wait for a component whose lease has ended to be ready again, seconds. */
const READY_AGAIN_TIMEOUT = 20;

const stackFault = (name: string): StackFault => {
  const fault = STACK_FAULTS.find((each) => each.name === findFault(name).name);
  if (!fault) throw new Error(`${name} is not carried by the stack`);
  return fault;
};

const heldLease = (held: Held): Lease => leaseOf(held, held.state);

/**
 * Faults that the stack itself carries: processes that are gone or stand still, ways and pipelines that lose something. The
 * lease guard holds and ends them.
 */
export class StackChaosDriver implements ChaosDriver {
  constructor(
    private readonly stack: Stack,
    private readonly guard: GuardClient,
  ) {}

  async check(injection: Injection): Promise<string[]> {
    return (await this.targets(injection)).map(({ name }) => name);
  }

  async inject(injection: Injection): Promise<Lease[]> {
    const targets = await this.targets(injection);
    return injectEach(this, targets, (target) => this.injectOne(target, injection));
  }

  async renew(leases: Lease[], leaseSeconds: number): Promise<void> {
    const renewed = await all(leases.map(({ id }) => this.guard.renew(id, leaseSeconds)));
    const ended = leases.filter((_lease, i) => renewed[i] === null);
    if (ended.length === 0) return;
    const names = ended.map(({ fault, instance }) => `${fault} on ${instance}`).join(', ');
    throw new ObsctlError('FAULT_REFUSED', `It has ended and cannot be renewed: ${names}.`);
  }

  async clear(leases: Lease[]): Promise<FaultState[]> {
    const last = await all(leases.map(({ id }) => this.guard.close(id)));
    return leases.map((lease, i) => last[i]?.state ?? { ...lease.state, expiresIn: 0 });
  }

  async list(): Promise<Lease[]> {
    return (await this.guard.list()).map(heldLease);
  }

  look(): Promise<Look> {
    return lookAt([this.list()]);
  }

  async clearAll(): Promise<number> {
    const on = await this.list();
    await this.clear(on);
    return on.length;
  }

  /**
   * `on`: the guard sees it in effect (really gone, really stopped, really read by the collector). `gone`: no lease is open, which
   * the guard closes only when it has seen the end of it, and the component is ready again; waits while it starts, for 20 s at most.
   */
  async verify(leases: Lease[], expected: 'on' | 'gone'): Promise<boolean> {
    const open = await this.list();
    const openOf = ({ id }: Lease) => open.find((lease) => lease.id === id);
    if (expected === 'on') return leases.every((lease) => openOf(lease)?.state.hits === 1);
    if (leases.some(openOf)) return false;
    const ready = async () => ((await this.areReady(leases)) ? true : undefined);
    return (await pollUntil(ready, { timeout: READY_AGAIN_TIMEOUT, every: 0.1 })) ?? false;
  }

  private async areReady(leases: Lease[]): Promise<boolean> {
    const { components } = await this.status();
    return leases.every(({ fault, instance }) => {
      const carrier = stackFault(fault).via ?? instance;
      return components.find(({ name }) => name === carrier)?.state === 'ready';
    });
  }

  private async targets(injection: Injection): Promise<StackTarget[]> {
    const [status, held] = await Promise.all([this.status(), this.guard.list()]);
    if (status.error !== null)
      throw new ObsctlError('ADMIN_UNAVAILABLE', `It is not known what runs. ${status.error}`);
    return targetsOf(stackFault(injection.fault), injection, status, held);
  }

  private async injectOne({ name, service }: StackTarget, injection: Injection): Promise<Lease> {
    const { fault, parameters, leaseSeconds } = injection;
    const { action, via, workFor } = stackFault(fault);
    const target = targetSchema.parse(injection.target);
    const order: Order = {
      id: `${fault}-${randomBytes(4).toString('hex')}`,
      fault,
      action,
      service: service ?? via ?? name,
      instance: name,
      ...(via ? { via } : {}),
      work: workFor?.({ given: parameters, rate: target.rate, seed: target.seed }) ?? {},
      parameters,
      target,
      leaseSeconds,
    };
    try {
      return heldLease(await this.guard.open(order));
    } catch (error) {
      // Only the answer may have been lost.
      await this.guard.close(order.id).catch(() => {});
      throw error;
    }
  }

  private async status(): Promise<StackStatus> {
    const status = await this.stack.status();
    if (!status) throw new ObsctlError('STACK_DOWN', 'No stack is up.');
    return status;
  }
}

import { messageOf } from '../../shared/errors.ts';
import type { Action, Means, Subject } from './action.ts';
import { type BootClock, later, secondsUntil } from './boot-clock.ts';
import type { LeaseJournal, LeaseRecord } from './lease-journal.ts';
import type { Held, Order } from './protocol.ts';

/** Why the guard does not do what it is asked to. */
export class GuardRefusal extends Error {}

export interface LeaseTableParts extends Means {
  journal: LeaseJournal;
  clock: BootClock;
}

interface OpenLease {
  record: LeaseRecord;
  /** What is done with a lease is done one after the other. */
  turn: Promise<unknown>;
  ending: boolean;
  /** Being asked whether it is lost. */
  looking: boolean;
}

/** The leases that are open, what holds them, and what ends them. */
export class LeaseTable {
  private readonly leases = new Map<string, OpenLease>();
  /** New leases are let in one after the other. */
  private admission: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: LeaseTableParts) {
    for (const record of parts.journal.left) this.add(record);
  }

  get size(): number {
    return this.leases.size;
  }

  list(): Promise<Held[]> {
    return Promise.all([...this.leases.values()].map(({ record }) => this.view(record)));
  }

  /** Begins what is ordered; the same order again is the same lease. Throws GuardRefusal, having undone what it did. */
  async open(order: Order): Promise<Held> {
    const lease = this.leases.get(order.id) ?? (await this.admit(order));
    return this.inTurn(lease, async () => {
      // It may have been ended while the order waited for its turn.
      if (!this.isOpen(lease)) throw new GuardRefusal(`${order.instance}: this lease has ended`);
      try {
        await this.actionOf(lease).begin(subjectOf(lease.record), order.leaseSeconds);
      } catch (error) {
        // Should the end fail now, the next look ends it.
        lease.record.deadline = this.parts.clock();
        await this.end(lease).catch(() => {});
        throw new GuardRefusal(`${order.instance}: ${messageOf(error)}`);
      }
      return this.view(lease.record);
    });
  }

  /** The lease lives so many seconds from now; undefined where it has ended. */
  async renew(id: string, seconds: number): Promise<Held | undefined> {
    const lease = this.leases.get(id);
    if (!lease) return undefined;
    return this.inTurn(lease, async () => {
      if (!this.isOpen(lease)) return undefined;
      const deadline = later(this.parts.clock(), seconds);
      this.parts.journal.renewing(id, deadline);
      if (!(await this.actionOf(lease).extend(subjectOf(lease.record), seconds))) {
        await this.end(lease);
        return undefined;
      }
      lease.record.deadline = deadline;
      return this.view(lease.record);
    });
  }

  /** Ends the lease and returns what it was until then; undefined where it had ended. */
  async close(id: string): Promise<Held | undefined> {
    const lease = this.leases.get(id);
    if (!lease) return undefined;
    return this.inTurn(lease, async () => {
      if (!this.isOpen(lease)) return undefined;
      // Should the look at it or its end fail now, the next look ends it.
      const last = await this.view(lease.record).finally(() => {
        lease.record.deadline = this.parts.clock();
      });
      await this.end(lease);
      return last;
    });
  }

  /** Ends the leases that have run out, and those that are lost. One that cannot be ended now stays open, and is tried again at the next look. */
  async expire(): Promise<void> {
    const idle = [...this.leases.values()].filter(({ ending }) => !ending);
    await Promise.allSettled(
      idle.map((lease) => (this.isDue(lease) ? this.endDue(lease) : this.endLost(lease))),
    );
  }

  /** Ends every lease. One that cannot be ended now stays open and has run out: the next look tries again. */
  async endAll(): Promise<void> {
    await Promise.allSettled([...this.leases.keys()].map((id) => this.close(id)));
  }

  /** Undoes all that can be undone and forgets the rest: for when the stack itself is gone. */
  async abandon(): Promise<void> {
    const all = [...this.leases.values()];
    await Promise.allSettled(all.map((lease) => this.actionOf(lease).end(subjectOf(lease.record))));
    this.leases.clear();
  }

  private endDue(lease: OpenLease): Promise<void> {
    return this.inTurn(lease, async () => {
      // It may have been renewed while it waited for its turn.
      if (this.isDue(lease)) await this.end(lease);
    });
  }

  private isDue({ record }: OpenLease): boolean {
    return secondsUntil(record.deadline, this.parts.clock()) === 0;
  }

  /** Asks once at a time, however long the answer takes; the end of what is due does not wait for it. */
  private async endLost(lease: OpenLease): Promise<void> {
    if (lease.looking) return;
    lease.looking = true;
    try {
      const lost = await this.actionOf(lease).isLost?.(subjectOf(lease.record));
      if (lost) await this.inTurn(lease, () => this.end(lease));
    } finally {
      lease.looking = false;
    }
  }

  /** The same order again, while the first is let in, is the same lease. */
  private admit(order: Order): Promise<OpenLease> {
    const admitted = this.admission.then(
      async () => this.leases.get(order.id) ?? this.add(await this.recordOf(order)),
    );
    this.admission = admitted.catch(() => {});
    return admitted;
  }

  private async recordOf(order: Order): Promise<LeaseRecord> {
    const { instance, via = instance } = order;
    const other = [...this.leases.values()].find(({ record }) => record.order.instance === instance);
    if (other) throw new GuardRefusal(`${instance} is held by ${other.record.order.fault} already`);
    const process = await this.parts.processOf(via);
    if (!process) throw new GuardRefusal(`${via} has no process now`);
    const now = this.parts.clock();
    const deadline = later(now, order.leaseSeconds);
    const record = { order, process, injectedAt: now.wall, deadline };
    this.parts.journal.opening(record);
    return record;
  }

  private add(record: LeaseRecord): OpenLease {
    const lease = { record, turn: Promise.resolve(), ending: false, looking: false };
    this.leases.set(record.order.id, lease);
    return lease;
  }

  private async end(lease: OpenLease): Promise<void> {
    const { id } = lease.record.order;
    if (!this.isOpen(lease)) return;
    lease.ending = true;
    try {
      this.parts.journal.ending(id);
      await this.actionOf(lease).end(subjectOf(lease.record));
      this.parts.journal.ended(id);
      this.leases.delete(id);
    } finally {
      lease.ending = false;
    }
  }

  private isOpen(lease: OpenLease): boolean {
    return this.leases.get(lease.record.order.id) === lease;
  }

  private inTurn<T>(lease: OpenLease, work: () => Promise<T>): Promise<T> {
    const done = lease.turn.then(work, work);
    lease.turn = done.catch(() => {});
    return done;
  }

  private actionOf({ record }: OpenLease): Action {
    return this.parts.actions[record.order.action];
  }

  private async view(record: LeaseRecord): Promise<Held> {
    const { id, fault, parameters, target, service, instance, action } = record.order;
    const hits = (await this.parts.actions[action].inEffect(subjectOf(record))) ? 1 : 0;
    const expiresIn = secondsUntil(record.deadline, this.parts.clock());
    const { injectedAt } = record;
    return {
      service,
      instance,
      state: { id, fault, parameters, target, injectedAt, expiresIn, eligible: 1, hits },
    };
  }
}

const subjectOf = ({ order: { id, instance, work }, process }: LeaseRecord): Subject => ({
  ...{ id, instance, work },
  process,
});

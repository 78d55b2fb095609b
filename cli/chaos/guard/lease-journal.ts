import { existsSync, renameSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { Journal, type JournalEntry, readEntries } from '../../shared/journal.ts';
import { momentSchema } from './boot-clock.ts';
import { orderSchema } from './protocol.ts';

/** A lease as it is written down: enough for another guard to end it. */
export const leaseRecordSchema = z.object({
  order: orderSchema,
  process: z.object({ pid: z.number(), startedAt: z.string() }),
  /** Unix seconds. */
  injectedAt: z.number(),
  deadline: momentSchema,
});
export type LeaseRecord = z.infer<typeof leaseRecordSchema>;

const renewal = z.object({ id: z.string(), deadline: momentSchema });
const ended = z.object({ id: z.string() });

/** What an entry does to the open leases. Throws where it is none of ours. */
const apply = (open: Map<string, LeaseRecord>, { type, data }: JournalEntry): void => {
  if (type === 'opening') {
    const record = leaseRecordSchema.parse(data);
    open.set(record.order.id, record);
  } else if (type === 'renewing') {
    const { id, deadline } = renewal.parse(data);
    const record = open.get(id);
    if (record) open.set(id, { ...record, deadline });
  } else if (type === 'ended') open.delete(ended.parse(data).id);
};

/**
 * The leases that the entries leave open: begun, as far as one can know, and not ended. An entry that cannot be
 * understood changes nothing, and keeps none of the others from being ended.
 */
export const openLeases = (entries: JournalEntry[]): LeaseRecord[] => {
  const open = new Map<string, LeaseRecord>();
  for (const entry of entries) {
    try {
      apply(open, entry);
    } catch (error) {
      console.error(`entry ${entry.seq} of the journal is not understood: ${messageOf(error)}`);
    }
  }
  return [...open.values()];
};

/** Run out long since. */
const OVER = { monotonic: 0, wall: 0 };

/**
 * What an earlier guard left open. Where its journal is damaged, what was begun after that line counts as open and run
 * out, whatever became of it: to end what has ended does nothing, and to forget what is on would leave it on.
 */
const leasesLeft = (path: string): LeaseRecord[] => {
  const { entries, damage, beyond } = readEntries(path);
  const known = openLeases(entries);
  if (!damage) return known;
  console.error([damage.message, ...damage.details].join(' '));
  const begun = openLeases(beyond.filter(({ type }) => type === 'opening'));
  const more = begun.filter(({ order }) => !known.some((lease) => lease.order.id === order.id));
  return [...known, ...more.map((lease) => ({ ...lease, deadline: { ...lease.deadline, ...OVER } }))];
};

/** The guard's journal: each action is on disk before it is done. */
export class LeaseJournal {
  /** What an earlier guard left open. */
  readonly left: LeaseRecord[];
  /** Or why there is none: nothing is begun or renewed then, what is open is ended all the same. */
  private readonly journal: Journal | Error;

  /** Goes on where an earlier guard's journal ends: what that one left open is written anew, and takes its place at once. */
  constructor(path: string) {
    this.left = existsSync(path) ? leasesLeft(path) : [];
    this.journal = this.begin(path);
  }

  /** Throws where it cannot be written. */
  opening(record: LeaseRecord): void {
    this.writable().append('opening', { ...record });
  }

  /** Throws where it cannot be written. */
  renewing(id: string, deadline: LeaseRecord['deadline']): void {
    this.writable().append('renewing', { id, deadline });
  }

  /** The undo goes on where it cannot be written down. */
  ending(id: string): void {
    this.note('ending', id);
  }

  ended(id: string): void {
    this.note('ended', id);
  }

  private begin(path: string): Journal | Error {
    try {
      const draft = `${path}.draft`;
      rmSync(draft, { force: true });
      const journal = new Journal(draft, 0o600);
      for (const record of this.left) journal.append('opening', { ...record });
      renameSync(draft, path);
      return journal;
    } catch (error) {
      return new Error(`the lease journal cannot be written: ${messageOf(error)}`);
    }
  }

  private writable(): Journal {
    if (this.journal instanceof Error) throw this.journal;
    return this.journal;
  }

  private note(type: string, id: string): void {
    if (this.journal instanceof Journal) this.journal.appendIfPossible(type, { id });
  }
}

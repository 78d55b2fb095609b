import { existsSync, renameSync, rmSync } from 'node:fs';
import { z } from 'zod';
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

/** The leases that the entries leave open: begun, as far as one can know, and not ended. */
export const openLeases = (entries: JournalEntry[]): LeaseRecord[] => {
  const open = new Map<string, LeaseRecord>();
  for (const { type, data } of entries) {
    if (type === 'opening') {
      const record = leaseRecordSchema.parse(data);
      open.set(record.order.id, record);
    } else if (type === 'renewing') {
      const { id, deadline } = renewal.parse(data);
      const record = open.get(id);
      if (record) open.set(id, { ...record, deadline });
    } else if (type === 'ended') open.delete(ended.parse(data).id);
  }
  return [...open.values()];
};

/** The guard's journal: each action is on disk before it is done. */
export class LeaseJournal {
  /** What an earlier guard left open. */
  readonly left: LeaseRecord[];
  private readonly journal: Journal;

  /** Goes on where an earlier guard's journal ends: what that one left open is written anew, and takes its place at once. */
  constructor(path: string) {
    this.left = existsSync(path) ? openLeases(readEntries(path).entries) : [];
    const draft = `${path}.draft`;
    rmSync(draft, { force: true });
    this.journal = new Journal(draft, 0o600);
    for (const record of this.left) this.opening(record);
    renameSync(draft, path);
  }

  opening(record: LeaseRecord): void {
    this.journal.append('opening', { ...record });
  }

  renewing(id: string, deadline: LeaseRecord['deadline']): void {
    this.journal.append('renewing', { id, deadline });
  }

  /** The undo goes on where it cannot be written down. */
  ending(id: string): void {
    this.journal.appendIfPossible('ending', { id });
  }

  ended(id: string): void {
    this.journal.appendIfPossible('ended', { id });
  }
}

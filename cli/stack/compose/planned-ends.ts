import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readEntries } from '../../shared/journal.ts';

const opening = z.object({ order: z.object({ id: z.string(), instance: z.string(), action: z.string() }) });
const ended = z.object({ id: z.string() });

/** Components that the lease guard keeps from running now, by its journal: it is written before anything is done. */
export const heldDown = (journal: string): string[] => {
  if (!existsSync(journal)) return [];
  const held = new Map<string, string>();
  for (const { type, data } of readEntries(journal).entries) {
    const begun = type === 'opening' ? opening.safeParse(data).data?.order : undefined;
    if (begun?.action === 'kill') held.set(begun.id, begun.instance);
    const over = type === 'ended' ? ended.safeParse(data).data : undefined;
    if (over) held.delete(over.id);
  }
  return [...held.values()];
};

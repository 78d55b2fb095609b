import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endProcess, type ProcessIdentity } from '../../shared/process-identity.ts';

/**
 * Watches over what its parent started and cannot end itself once it is dead. It is told by lines of JSON on
 * standard input; when that closes without `done`, the parent died, and all that was watched goes with it.
 */
type Order = { watch: ProcessIdentity } | { forget: number } | { folder: string } | { done: true };

const watched = new Map<number, ProcessIdentity>();
const paths: string[] = [];
let done = false;

const obey = (order: Order): void => {
  if ('watch' in order) watched.set(order.watch.pid, order.watch);
  else if ('forget' in order) watched.delete(order.forget);
  else if ('folder' in order) paths.push(order.folder);
  else done = true;
};

// A terminal's Ctrl-C or a hang-up is for the parent, which then says what to do.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  try {
    obey(JSON.parse(line));
  } catch {
    // A torn last line of a dying parent.
  }
}
if (!done) {
  await Promise.all([...watched.values()].map((identity) => endProcess(identity, 'SIGQUIT', 2)));
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

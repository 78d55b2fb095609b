import { messageOf } from '../../shared/errors.ts';
import { identify, isAlive } from '../../shared/process-identity.ts';
import { claimGuard, livingGuard, removeGuardFiles } from '../../stack/local/guard-files.ts';
import { readState, stackPaths } from '../../stack/local/state-file.ts';
import { HaltFile } from '../halt.ts';
import { bootClock } from './boot-clock.ts';
import { createGuardApp } from './guard-app.ts';
import { listenIfPossible } from './guard-socket.ts';
import { standBy, standbyFor, startStandby } from './guard-standby.ts';
import { LeaseJournal } from './lease-journal.ts';
import { LeaseTable } from './lease-table.ts';

/**
 * The lease guard: a process of its own that ends what the stack suffers when its lease runs out, whatever became of the
 * command line and of the supervisor (docs/adr/0008).
 */
const EXPIRE_EVERY_MS = 100;
const LOOK_EVERY_MS = 500;
/** It leaves when nothing was open for so long, milliseconds. */
const IDLE_MS = 3000;

const paths = stackPaths();
const own = identify(process.pid)!;
const state = readState(paths);

// It is ended by SIGKILL or when it has nothing to do; a closed terminal is no reason.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

/** False where there is no way to claim anything: on a full disk, say. */
const claim = (): boolean => {
  try {
    if (!claimGuard(paths.guard, own)) process.exit(0);
    return true;
  } catch (error) {
    console.error(`the place of the guard cannot be claimed: ${messageOf(error)}`);
    return false;
  }
};

if (!state) process.exit(0);
const { supervisor } = state;
/** Containers outlive whoever started them; processes do not. */
const outlives = state.driver === 'compose';
const standing = standbyFor(process.argv.slice(2));
if (standing && !(await standBy(paths, standing))) process.exit(0);
const claimed = claim();

/** Only one of the two is loaded. */
const means = outlives
  ? (await import('./container-actions.ts')).containerMeans(paths)
  : (await import('./local-actions.ts')).localMeans(paths);
const table = new LeaseTable({
  journal: new LeaseJournal(paths.guard.journal),
  clock: bootClock,
  ...means,
});

// The keeper starts another; until one can stay, each ends what has run out.
if (!claimed) {
  await table.expire();
  process.exit(1);
}

if (outlives) startStandby(paths, own);

let idleSince = performance.now();

/** In one go: whoever comes after finds no guard and starts another. */
const leave = (): never => {
  removeGuardFiles(paths.guard);
  process.exit(0);
};

const look = async (): Promise<void> => {
  // Somebody took it for dead and put another in its place.
  if (livingGuard(paths.guard)?.pid !== own.pid) process.exit(0);
  if (!outlives && !isAlive(supervisor)) {
    // Its children are gone with it, or are about to go; none may stay stopped.
    await table.abandon();
    leave();
  }
  if (table.size > 0) idleSince = performance.now();
  else if (performance.now() - idleSince > IDLE_MS) leave();
};

const halt = new HaltFile();

/** Nothing is held while the halt is set, whoever set it and whatever became of them. */
const release = async (): Promise<void> => {
  if (halt.read()) await table.endAll();
};

setInterval(() => void table.expire(), EXPIRE_EVERY_MS);
setInterval(() => void release(), LOOK_EVERY_MS);
setInterval(() => void look(), LOOK_EVERY_MS);

const deaf = await listenIfPossible(createGuardApp(table), paths.guard.socket);
if (deaf) console.error(`the guard cannot listen: ${deaf}`);

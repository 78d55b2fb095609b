import { clearScreenDown, moveCursor } from 'node:readline';
import { CATALOGUE } from '../chaos/catalogue.ts';
import type { Lease } from '../chaos/chaos-driver.ts';
import { haltedSince } from '../chaos/halt.ts';
import { sleep } from '../shared/clock.ts';
import { columns } from '../shared/columns.ts';
import { formatSeconds } from '../shared/duration.ts';
import { harmless, type Output } from '../shared/output.ts';
import type { Context } from './context.ts';

/** Seconds between two looks of `--watch`. */
const LOOK_EVERY = 1;

const HEAD = ['FAULT', 'ON', 'ENDS IN', 'HIT', 'TARGET', 'LEASE'];

const targetText = (target: Lease['state']['target']): string => {
  const { rate, method, route, header } = target;
  return [`rate ${rate}`, method, route, header].filter((part) => part !== undefined).join(' ');
};

const row = ({ id, fault, instance, state }: Lease): string[] => {
  const counts = CATALOGUE[fault]?.counts ?? 'requests';
  const left = formatSeconds(state.expiresIn);
  return [
    fault,
    instance,
    left,
    `${state.hits} of ${state.eligible} ${counts}`,
    targetText(state.target),
    id,
  ];
};

/** The leases as a table: what is on where, when it ends by itself, and what it has hit so far. */
export const leaseTable = (leases: Lease[], output: Output): string => {
  const [head, ...rows] = columns([HEAD, ...leases.map(row)]).map(harmless);
  return [output.style('dim', head!), ...rows].join('\n');
};

const statusText = (leases: Lease[], output: Output): string =>
  leases.length === 0 ? 'No fault is on.' : leaseTable(leases, output);

/** Prints one look; on a terminal in place of the one before. */
class Screen {
  private lines = 0;
  constructor(private readonly output: Output) {}

  show(leases: Lease[]): void {
    if (this.output.options.json) {
      process.stdout.write(`${JSON.stringify(leases)}\n`);
      return;
    }
    const text = statusText(leases, this.output);
    if (process.stdout.isTTY && this.lines > 0) {
      moveCursor(process.stdout, 0, -this.lines);
      clearScreenDown(process.stdout);
    }
    this.lines = text.split('\n').length;
    process.stdout.write(`${text}\n`);
  }
}

const watch = async ({ output, chaos, signal }: Context): Promise<void> => {
  const driver = await chaos();
  const screen = new Screen(output);
  while (!signal.aborted) {
    const leases = await driver.list();
    screen.show(leases);
    if (leases.length === 0) return;
    await sleep(LOOK_EVERY, signal).catch(() => undefined);
  }
};

/** What is on now; with `watching` again each second until nothing is on or Ctrl-C. */
export const showStatus = async (watching: boolean, context: Context): Promise<void> => {
  if (watching) return watch(context);
  const leases = await (await context.chaos()).list();
  const halt = context.halt.read();
  if (halt) context.output.warn(`halted since ${haltedSince(halt)}; \`obsctl chaos halt --lift\` ends that`);
  context.output.result(leases, statusText(leases, context.output));
};

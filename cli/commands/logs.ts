import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { sleep } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { harmless } from '../shared/output.ts';
import { count } from './arguments.ts';
import type { Context } from './context.ts';

/** How much of the end of a file is read to find its last lines, bytes. */
const TAIL_BYTES = 256 * 1024;

const readFrom = (path: string, from: number): { text: string; to: number } => {
  const size = statSync(path).size;
  const length = Math.max(0, size - from);
  const buffer = Buffer.alloc(length);
  const file = openSync(path, 'r');
  readSync(file, buffer, 0, length, from);
  closeSync(file);
  return { text: buffer.toString('utf8'), to: size };
};

const print = (name: string, text: string, most: number): void => {
  const lines = text.split('\n').filter(Boolean).slice(-most);
  for (const line of lines) process.stdout.write(`${name.padEnd(12)} | ${harmless(line)}\n`);
};

const follow = async (
  files: [string, string][],
  offsets: Map<string, number>,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    for (const [name, path] of files) {
      const { text, to } = readFrom(path, Math.min(offsets.get(name) ?? 0, statSync(path).size));
      offsets.set(name, to);
      print(name, text, Number.POSITIVE_INFINITY);
    }
    await sleep(0.3, signal).catch(() => {});
  }
};

const choose = (all: Record<string, string>, component?: string): [string, string][] => {
  if (component === undefined) return Object.entries(all);
  if (all[component]) return [[component, all[component]]];
  throw new ObsctlError('USAGE', `There is no log of "${component}".`, {
    details: [`nearest: ${nearest(component, Object.keys(all)).join(', ') || 'none'}`],
  });
};

export const define = (command: Command, { output, stack, signal }: Context): void => {
  command
    .argument('[component]', 'one of the components of `obsctl status`; all where absent')
    .option('-n, --lines <n>', 'how many of the last lines of each', count('--lines', 0, 100_000), 20)
    .option('-f, --follow', 'go on printing until Ctrl-C')
    .addHelpText('after', '\nExamples:\n  obsctl logs api-1 -n 50\n  obsctl logs --follow')
    .action(async (component: string | undefined, options) => {
      const files = choose(await (await stack()).logFiles(), component).filter(([, path]) =>
        existsSync(path),
      );
      if (output.options.json) return output.result(Object.fromEntries(files), '');
      const offsets = new Map<string, number>();
      for (const [name, path] of files) {
        const { text, to } = readFrom(path, Math.max(0, statSync(path).size - TAIL_BYTES));
        offsets.set(name, to);
        if (options.lines > 0) print(name, text, options.lines);
      }
      if (options.follow) await follow(files, offsets, signal);
    });
};

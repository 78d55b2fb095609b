import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pollUntil } from '../shared/retry.ts';
import { tailLines } from './file-tail.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
});
afterEach(() => rm(folder, { recursive: true }));

const until = async (condition: () => boolean) =>
  expect(await pollUntil(async () => condition() || undefined, { timeout: 30, every: 0.005 })).toBe(true);

it('hands lines over while the file grows, pieces put together, and leaves a cut one out', async () => {
  const file = join(folder, 'samples.json');
  const lines: string[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const tail = tailLines(file, (line) => lines.push(line), { ended, every: 0.005 });
  const euro = Buffer.from('€');
  await appendFile(file, Buffer.concat([Buffer.from('one\ntw'), euro.subarray(0, 1)]));
  await until(() => lines.length === 1);
  await appendFile(file, Buffer.concat([euro.subarray(1), Buffer.from('\n')]));
  await until(() => lines.length === 2);
  await appendFile(file, 'three\ncut of');
  end();
  await tail;
  expect(lines).toEqual(['one', 'tw€', 'three']);
});

it('ends when the file never comes', async () => {
  await tailLines(join(folder, 'none'), () => expect.unreachable(), { ended: Promise.resolve() });
});

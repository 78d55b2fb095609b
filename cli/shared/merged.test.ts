import { expect, test } from 'vitest';
import { sleep } from './clock.ts';
import { merged } from './merged.ts';

async function* slowly(items: string[], pause: number): AsyncIterable<string> {
  for (const item of items) {
    await sleep(pause);
    yield item;
  }
}

async function* failing(): AsyncIterable<string> {
  yield 'one';
  throw new Error('broken');
}

const all = async (sources: AsyncIterable<string>[]): Promise<string[]> => {
  const items: string[] = [];
  for await (const item of merged(sources)) items.push(item);
  return items;
};

test('nothing of any source is lost, and each keeps its order', async () => {
  const items = await all([slowly(['a1', 'a2', 'a3'], 0.002), slowly(['b1', 'b2'], 0.001), slowly([], 0)]);
  expect(items.filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  expect(items.filter((item) => item.startsWith('b'))).toEqual(['b1', 'b2']);
  expect(await all([])).toEqual([]);
});

test('a source that fails ends all', async () => {
  await expect(all([failing(), slowly(['later'], 0.01)])).rejects.toThrow('broken');
});

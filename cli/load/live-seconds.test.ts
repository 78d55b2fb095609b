import { expect, test } from 'vitest';
import { LiveSeconds } from './live-seconds.ts';

test('nothing is complete before anything was seen', () => {
  expect(new LiveSeconds().take()).toBeNull();
});

test('a second is told once, when a sample came from half a second after its end', () => {
  const live = new LiveSeconds();
  for (const time of [100.9, 101.2, 102.4]) live.seen(time);
  expect(live.take()).toEqual([100, 100]);
  live.seen(102.5);
  expect(live.take()).toEqual([101, 101]);
  expect(live.take()).toBeNull();
});

test('seconds in which nothing was seen are complete, too', () => {
  const live = new LiveSeconds();
  live.seen(100);
  live.seen(104.6);
  expect(live.take()).toEqual([100, 103]);
});

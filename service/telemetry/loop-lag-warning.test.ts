import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { recordingLog } from '../test-support/fakes.ts';
import { warnOfLoopLag } from './loop-lag-warning.ts';

const block = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

describe('warnOfLoopLag', () => {
  let stop = () => undefined as unknown;
  afterEach(() => stop());

  it('warns with the delay, once for delays that follow within a second', async () => {
    const { log, lines } = recordingLog();
    stop = warnOfLoopLag(log);
    for (let n = 0; n < 3; n++) {
      await pause(1);
      block(200);
    }
    await pause(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 40, msg: 'event loop was delayed' });
    expect(lines[0]!.delay).toBeGreaterThan(100);
  });

  it('says nothing of a loop that runs, and nothing any more once it is stopped', async () => {
    const { log, lines } = recordingLog();
    warnOfLoopLag(log)();
    block(200);
    await pause(60);
    expect(lines).toEqual([]);
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineEvent, watchEngine } from './engine-events.ts';
import { FakeEngine } from './fake-engine.fixture.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const line = (action: string, seconds: number, attributes: Record<string, string> = {}) => ({
  Action: action,
  timeNano: (Date.now() / 1000 + seconds) * 1e9,
  Actor: {
    ID: 'c1',
    Attributes: {
      ...{ 'com.docker.compose.service': 'api', 'com.docker.compose.container-number': '2' },
      ...attributes,
    },
  },
});

test('tells of each event once, also when the engine is asked again, and of none before or of single runs', async () => {
  engine.events = [
    line('die', -10),
    line('die', 10, { exitCode: '137' }),
    line('die', 11, { 'com.docker.compose.oneoff': 'True' }),
    line('start', 12),
  ];
  const heard: EngineEvent[] = [];
  const life = new AbortController();
  const watching = watchEngine(engine.client(), life.signal, (event) => heard.push(event), 0.01);
  await new Promise((resolve) => setTimeout(resolve, 150));
  life.abort();
  await watching;
  expect(heard.map(({ action, instance, exitCode }) => `${action} ${instance} ${exitCode}`)).toEqual([
    'die api-2 137',
    'start api-2 null',
  ]);
});

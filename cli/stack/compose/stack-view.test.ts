import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeEngine } from './fake-engine.fixture.ts';
import { ReadinessTracker } from './readiness-tracker.ts';
import { StackView } from './stack-view.ts';

let engine: FakeEngine;
let view: StackView;
beforeEach(async () => {
  engine = await FakeEngine.start();
  view = new StackView(engine.client(), new ReadinessTracker(async () => true));
});
afterEach(() => engine.stop());

const states = () => view.components.map(({ name, state, detail }) => [name, state, detail].join(' ').trim());

test('a container that somebody removed is still told of, until there is one again', async () => {
  const apis = [1, 2].map((number) => ({ id: `api${number}`, service: 'api', number }));
  const job = { id: 'job', service: 'minio-init', status: 'exited', host: { RestartPolicy: { Name: 'no' } } };
  engine.containers = [...apis, job];
  await view.look();
  expect(states()).toEqual(['api-1 ready', 'api-2 ready']);
  engine.containers = [apis[0]!];
  await view.look();
  expect(states()).toEqual(['api-1 ready', 'api-2 stopped its container was removed']);
  expect(view.notReady).toEqual(['api-2']);
  engine.containers = [apis[0]!, { ...apis[1]!, id: 'another' }];
  await view.look();
  expect(states()).toEqual(['api-1 ready', 'api-2 ready']);
});

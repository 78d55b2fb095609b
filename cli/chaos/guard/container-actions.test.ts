import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ContainerControl } from '../../stack/compose/container-control.ts';
import type { ContainerView } from '../../stack/compose/engine.ts';
import { EDGE_SIGNALS, edgeFile } from '../../stack/local/collector-edge.ts';
import type { Actions, Subject } from './action.ts';
import { containerMeansBy } from './container-actions.ts';

/** One container and an engine that does to it what Docker's does; `restarts` as a restart policy would that is too eager. */
class FakeEngine implements ContainerControl {
  readonly calls: string[] = [];
  restarts = false;
  /** What the next look sees: what was there before somebody else acted. */
  before: ContainerView['state'] | undefined;
  view: ContainerView | undefined = {
    ...{ id: 'c1', instance: 'api-2', state: 'running', pid: 41, startedAt: 'first', ports: {} },
  } as ContainerView;

  /** As another would who does not ask us. */
  set(more: Partial<ContainerView>): void {
    this.view = { ...this.view!, ...more };
  }

  find = async (instance: string) => {
    const { view, before } = this;
    this.before = undefined;
    return view?.instance === instance ? { ...view, state: before ?? view.state } : undefined;
  };

  async signal(_id: string, name: NodeJS.Signals) {
    this.calls.push(name);
    if (name !== 'SIGKILL') return;
    if (this.restarts) this.set({ startedAt: 'second' });
    else this.set({ state: 'exited', pid: null });
  }

  async pause() {
    this.calls.push('pause');
    if (this.view?.state !== 'running') throw new Error('the container is not running');
    this.set({ state: 'paused' });
  }

  async unpause() {
    this.calls.push('unpause');
    if (this.view?.state !== 'paused') throw new Error('the container is not paused');
    this.set({ state: 'running' });
  }

  async start() {
    this.calls.push('start');
    this.set({ state: 'running', pid: 42, startedAt: 'second' });
  }
}

const subject: Subject = { id: 'one', instance: 'api-2', process: { pid: 41, startedAt: 'first' }, work: {} };

let engine: FakeEngine;
let actions: Actions;
beforeEach(() => {
  engine = new FakeEngine();
  actions = containerMeansBy(engine, '/nowhere').actions;
});

test('a container is what it is since its last start, paused or not, and nothing while it does not run', async () => {
  const { processOf } = containerMeansBy(engine, '/nowhere');
  expect(await processOf('api-2')).toEqual(subject.process);
  engine.set({ state: 'paused' });
  expect(await processOf('api-2')).toEqual(subject.process);
  engine.set({ state: 'exited', pid: null });
  expect([await processOf('api-2'), await processOf('api-3')]).toEqual([undefined, undefined]);
});

describe('a kill', () => {
  test('is done once, holds while the container is down, and ends with its start', async () => {
    const { kill } = actions;
    expect(await kill.inEffect(subject)).toBe(false);
    await kill.begin(subject, 5);
    await kill.begin(subject, 5);
    expect([await kill.inEffect(subject), await kill.extend(subject, 5)]).toEqual([true, true]);
    await kill.end(subject);
    await kill.end(subject);
    expect(engine.calls).toEqual(['SIGKILL', 'start']);
    expect([await kill.inEffect(subject), await kill.extend(subject, 5)]).toEqual([false, false]);
  });

  test('that was never done is undone by doing nothing', async () => {
    await actions.kill.end(subject);
    expect(engine.calls).toEqual([]);
  });

  test('is refused where somebody starts the container again at once', async () => {
    engine.restarts = true;
    await expect(actions.kill.begin(subject, 5)).rejects.toThrow('started again at once');
  });

  test('leaves a later container of that name alone, and one that is gone', async () => {
    engine.set({ startedAt: 'second' });
    await expect(actions.kill.begin(subject, 5)).rejects.toThrow();
    engine.set({ state: 'exited', pid: null });
    await actions.kill.end(subject);
    engine.view = undefined;
    await actions.kill.end(subject);
    expect([engine.calls, await actions.kill.extend(subject, 5)]).toEqual([[], false]);
  });
});

describe('a pause', () => {
  test('is done once, holds, and ends', async () => {
    const { pause } = actions;
    await pause.begin(subject, 5);
    await pause.begin(subject, 5);
    expect([await pause.inEffect(subject), await pause.extend(subject, 5)]).toEqual([true, true]);
    await pause.end(subject);
    await pause.end(subject);
    expect(engine.calls).toEqual(['pause', 'unpause']);
    expect(await pause.inEffect(subject)).toBe(false);
  });

  test('is over where the container was started again meanwhile, and the next one is not touched', async () => {
    await actions.pause.begin(subject, 5);
    engine.set({ startedAt: 'second' });
    expect([await actions.pause.extend(subject, 5), await actions.pause.inEffect(subject)]).toEqual([
      ...[false, false],
    ]);
    await actions.pause.end(subject);
    await expect(actions.pause.begin(subject, 5)).rejects.toThrow('started again');
    expect(engine.calls).toEqual(['pause']);
  });

  test('and its end that somebody else was first to do are done', async () => {
    engine.set({ state: 'paused' });
    engine.before = 'running';
    await actions.pause.begin(subject, 5);
    engine.set({ state: 'running' });
    engine.before = 'paused';
    await actions.pause.end(subject);
    expect(engine.calls).toEqual(['pause', 'unpause']);
  });

  test('that the engine refuses is refused', async () => {
    engine.set({ state: 'exited', pid: null });
    await expect(actions.pause.begin(subject, 5)).rejects.toThrow('not running');
  });
});

test('an overlay can be read by the user of the collector, who is another one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'obsctl-overlay-'));
  engine.set({ instance: 'otelcol', state: 'exited', pid: null });
  const work = { signal: 'logs', share: 1, seed: 1 };
  await containerMeansBy(engine, folder).actions['collector-loss'].begin({ ...subject, work }, 5);
  expect(statSync(edgeFile(folder, EDGE_SIGNALS[0])).mode & 0o777).toBe(0o644);
  rmSync(folder, { recursive: true });
});

test('a toxic is lost with the container in whose memory it is', async () => {
  engine.set({ instance: 'toxiproxy' });
  const isLost = () => containerMeansBy(engine, '/nowhere').actions.toxic.isLost!(subject);
  expect(await isLost()).toBe(false);
  engine.set({ startedAt: 'second' });
  expect(await isLost()).toBe(true);
  engine.set({ startedAt: 'first', state: 'exited', pid: null });
  expect(await isLost()).toBe(true);
});

test('a toxic ends also while the engine does not answer', async () => {
  const asked: string[] = [];
  const proxy = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  engine.set({ instance: 'toxiproxy', ports: { 8474: (proxy.address() as AddressInfo).port } });
  const work = { proxy: 'redis', type: 'latency', stream: 'upstream', toxicity: 1, attributes: {} };
  const { toxic } = actions;
  await toxic.begin({ ...subject, work }, 5);
  engine.find = async () => {
    throw new Error('the Docker engine does not answer');
  };
  await toxic.end({ ...subject, work });
  proxy.close();
  expect(asked).toEqual(['POST /proxies/redis/toxics', 'DELETE /proxies/redis/toxics/one']);
});

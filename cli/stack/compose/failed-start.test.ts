import { afterEach, beforeEach, expect, test } from 'vitest';
import { ComposeFailure } from './compose-project.ts';
import { containersOf } from './engine.ts';
import { composeFailure, containerFailure, failedContainers } from './failed-start.ts';
import { type FakeContainer, FakeEngine } from './fake-engine.fixture.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const failed = async (container: Partial<FakeContainer>) => {
  engine.containers = [{ id: 'a', service: 'postgres', ...container }];
  return failedContainers(await containersOf(engine.client()));
};

test('failed is what ended with an error or comes again and again', async () => {
  expect(await failed({})).toEqual([]);
  expect(await failed({ status: 'exited' })).toEqual([]);
  expect(await failed({ status: 'restarting', restarts: 2, exitCode: 1 })).toEqual([]);
  expect(await failed({ status: 'exited', exitCode: 1 })).toHaveLength(1);
  expect(await failed({ restarts: 3 })).toHaveLength(1);
});

test('says how it ended, and its last lines; a lack of memory also where the engine has forgotten it', async () => {
  const views = await failed({ status: 'exited', exitCode: 137, log: 'reading\nFATAL: no\n' });
  const tell = (ranOutOfMemory: boolean) =>
    containerFailure(views, { engine: engine.client(), ranOutOfMemory: () => ranOutOfMemory });
  const killed = await tell(false);
  expect([killed.code, killed.message]).toEqual([
    'CONTAINER_FAILED',
    'postgresql ended while the stack started.',
  ]);
  expect(killed.details).toEqual(['postgresql: exit code 137', '| reading', '| FATAL: no']);
  expect((await tell(true)).details[0]).toBe(
    'postgresql: out of memory: the kernel killed it at its limit of 64 MiB',
  );
});

test('data that another version of PostgreSQL made is told from all else', async () => {
  const log = [
    'FATAL:  database files are incompatible with server',
    'DETAIL:  The data directory was initialized by PostgreSQL version 16, which is not compatible with this version 17.11.',
  ];
  const views = await failed({ status: 'exited', exitCode: 1, log: log.join('\n') });
  const error = await containerFailure(views, { engine: engine.client(), ranOutOfMemory: () => false });
  expect(error.code).toBe('VOLUME_MISMATCH');
  expect(error.details.join('\n')).toContain('initialized by PostgreSQL version 16');
  expect(error.remedy).toContain('obsctl down --volumes');
});

test('data with a password that is not known is told from all else', async () => {
  const log = '{"level":50,"err":{"message":"password authentication failed for user \\"shop\\""}}';
  const views = await failed({ status: 'exited', exitCode: 1, log });
  const error = await containerFailure(views, { engine: engine.client(), ranOutOfMemory: () => false });
  expect([error.code, error.message]).toEqual([
    'VOLUME_MISMATCH',
    'The volume of PostgreSQL keeps a password that this stack does not know.',
  ]);
});

test('a port that Docker cannot publish is told from all else', () => {
  const taken = composeFailure(
    new ComposeFailure('Bind for 127.0.0.1:8080 failed: port is already allocated'),
  );
  expect([taken.code, taken.message]).toEqual(['PORT_TAKEN', 'Port 8080 on 127.0.0.1 cannot be used.']);
  const rootless = composeFailure(new ComposeFailure('cannot expose privileged port 80, you can add'));
  expect([rootless.code, rootless.message]).toEqual(['PORT_TAKEN', 'Port 80 on 127.0.0.1 cannot be used.']);
  const other = composeFailure(new ComposeFailure('no space left\non device'));
  expect([other.code, other.details]).toEqual(['STACK_FAILED', ['no space left', 'on device']]);
  expect(composeFailure(new Error('slow')).message).toBe('slow');
});

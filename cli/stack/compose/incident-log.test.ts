import { expect, test } from 'vitest';
import type { EngineEvent } from './engine-events.ts';
import { IncidentLog } from './incident-log.ts';

const event = (
  action: EngineEvent['action'],
  time: number,
  more: Partial<EngineEvent> = {},
): EngineEvent => ({
  ...{ action, time, id: 'c1', instance: 'api-1', service: 'api', exitCode: null },
  ...more,
});

const told = (ends: string[], events: EngineEvent[]): string[] => {
  const log = new IncidentLog({
    mayEnd: (service) => ends.includes(service),
    limitOf: () => '64 MiB',
    onIncident: () => {},
  });
  for (const each of events) log.hear(each);
  return log.incidents.map(
    ({ time, service, instance, kind, detail }) => `${time} ${service} ${instance} ${kind}: ${detail}`,
  );
};

test('an unplanned end is an exit, its next start a restart', () => {
  expect(told(['minio-init'], [event('die', 10, { exitCode: 137 }), event('start', 12)])).toEqual([
    '10 api api-1 exit: ended unplanned with SIGKILL',
    '12 api api-1 restart: started again after 2.0 s',
  ]);
  expect(told(['minio-init'], [event('die', 10, { exitCode: 3 })])).toEqual([
    '10 api api-1 exit: ended unplanned with exit code 3',
  ]);
});

test('what ran out of memory is told apart from what was killed', () => {
  const oom = [event('oom', 9.9), event('die', 10, { exitCode: 137 })];
  expect(told(['minio-init'], oom)).toEqual([
    '10 api api-1 exit: ended unplanned, out of memory: the kernel killed it at its limit of 64 MiB',
  ]);
  const other = [event('oom', 9.9, { id: 'c2' }), event('die', 10, { exitCode: 137 })];
  expect(told(['minio-init'], other)).toEqual(['10 api api-1 exit: ended unplanned with SIGKILL']);
  const before = [event('oom', 1), event('die', 100, { exitCode: 137 })];
  expect(told(['minio-init'], before)).toEqual(['100 api api-1 exit: ended unplanned with SIGKILL']);
});

test('the engine may tell of the lack of memory after the end', () => {
  const [die, oom] = [event('die', 10, { exitCode: 137 }), event('oom', 10.1)];
  expect(told(['minio-init'], [die, oom, event('start', 12)])).toEqual([
    '10 api api-1 exit: ended unplanned, out of memory: the kernel killed it at its limit of 64 MiB',
    '12 api api-1 restart: started again after 2.0 s',
  ]);
  const next = [die, event('start', 12), event('oom', 13)];
  expect(told(['minio-init'], next)[0]).toBe('10 api api-1 exit: ended unplanned with SIGKILL');
});

test('neither a first start nor an end that should be is an incident', () => {
  expect(told(['minio-init'], [event('start', 1)])).toEqual([]);
  expect(told(['api'], [event('die', 10, { exitCode: 137 }), event('start', 20)])).toEqual([]);
});

test('what is no role is called by its own name', () => {
  const redis = { instance: 'redis', service: 'redis', exitCode: 0 };
  expect(told(['minio-init'], [event('die', 10, redis)])).toEqual([
    '10 redis redis exit: ended unplanned with exit code 0',
  ]);
});

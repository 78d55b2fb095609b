import { expect, test } from 'vitest';
import type { Log } from '../../../reports/record/evidence.ts';
import { fakeSource } from '../fake-telemetry-source.fixture.ts';
import type { TelemetrySource } from '../telemetry-source.ts';
import { collectLogs } from './logs.ts';
import type { CollectOptions } from './options.ts';
import { Questions } from './questions.ts';

const window = { from: 1000, to: 1100 };

const warning = (time: number): Log => ({
  ...{ time, service: 'api', instance: 'api-1', severity: 'warn', body: `at ${time}` },
  ...{ traceId: null, spanId: null, attributes: {} },
});

/** Answers from these lines as a back end does: the oldest of the window up to the limit, and whether it was cut. */
const knowing = (lines: Log[]): TelemetrySource =>
  fakeSource({
    logs: async (asked, { traceIds, limit }) => {
      const found = traceIds ? [] : lines.filter(({ time }) => time >= asked.from && time < asked.to);
      const value = found.slice(0, limit);
      const query = { method: 'logs', text: `limit ${limit}`, window: asked, rows: value.length };
      return { value, query: { ...query, seconds: 0, error: null, truncated: found.length > limit } };
    },
  });

const collected = async (times: number[]) => {
  const questions = new Questions(knowing(times.map(warning)));
  const logs = await collectLogs(questions, { window } as CollectOptions, []);
  return { times: logs.map(({ time }) => time), queries: questions.records };
};

const evenly = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / count);

const within = (times: number[], from: number, to: number) =>
  times.filter((time) => time >= from && time < to).length;

test('all warnings come in one question where they are few enough, however uneven', async () => {
  const sent = evenly(2000, 1042, 1043);
  const { times, queries } = await collected(sent);
  expect(times).toEqual(sent);
  expect(queries).toMatchObject([{ truncated: false, rows: 2000, window }]);
});

test('too many keep a share of each part of the window, and the records say what was cut', async () => {
  const { times, queries } = await collected([...evenly(9000, 1000, 1010), ...evenly(900, 1010, 1100)]);
  expect(within(times, 1000, 1010)).toBe(200);
  expect(within(times, 1010, 1100)).toBe(900);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(queries.map(({ truncated }) => truncated)).toEqual([true, true, ...Array(9).fill(false)]);
  expect(queries.slice(1).reduce((sum, { rows }) => sum + rows, 0)).toBe(times.length);
});

test('what quiet parts leave goes to the later ones, and it is never more than the bound', async () => {
  const { times } = await collected(evenly(9000, 1080, 1100));
  expect(within(times, 1080, 1090)).toBe(1000);
  expect(times.length).toBe(2000);
});

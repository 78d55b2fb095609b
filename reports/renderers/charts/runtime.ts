import type { RunRecord } from '../../record/record.ts';
import { duration } from '../format.ts';
import { withGaps } from './gaps.ts';
import type { Marks } from './marks.ts';
import type { Axis, Line } from './option.ts';

const MAX_LINES = 8;

/** Queues in front of a finite resource: the first place to look when latency grows and CPU does not. */
const WAITING: Record<string, string> = {
  'db.client.connection.pending_requests': 'waiting for a connection',
  'capacity.slots.waiting': 'waiting for a slot',
};
const LOOP = 'nodejs.eventloop.delay.p99';

const runtimeOf = ({ series }: RunRecord, names: string[]) =>
  series.runtime.filter(({ name }) => names.includes(name));

const toLine = (
  { instance, name, points }: RunRecord['series']['runtime'][number],
  { start }: Marks,
): Line => ({
  name: `${instance} ${WAITING[name] ?? 'loop delay'}`,
  points: withGaps(points.map(([t, value]) => [t - start, value])),
});

const waiting = (record: RunRecord) =>
  runtimeOf(record, Object.keys(WAITING)).filter(({ points }) => points.some(([, value]) => value > 0));

/** Queues that ever filled, and the event-loop delay of each instance on the second axis. */
export const runtimeLines = (record: RunRecord, marks: Marks): Line[] => {
  const queues = waiting(record).map((one) => toLine(one, marks));
  const axis = queues.length > 0 ? 1 : 0;
  const loops = runtimeOf(record, [LOOP]).map(
    (one) => ({ ...toLine(one, marks), axis, dashed: axis === 1 }) satisfies Line,
  );
  return [...queues, ...loops].slice(0, MAX_LINES);
};

export const runtimeTitle = (record: RunRecord): string =>
  waiting(record).length > 0
    ? 'Requests waiting (left axis) and event-loop delay (right axis, dashed)'
    : 'Event-loop delay, p99';

export const runtimeAxes = (record: RunRecord): Axis[] => {
  const loop: Axis = { format: (value) => duration(value) };
  return waiting(record).length > 0 ? [{ format: (value) => `${value}` }, loop] : [loop];
};

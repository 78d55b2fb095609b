import { SpanKind } from '@opentelemetry/api';
import type PgBoss from 'pg-boss';
import type { Queryable } from '../data/pool.ts';
import { currentTraceHeaders, withSpan } from '../telemetry/spans.ts';

export const ORDERS_QUEUE = 'orders';
export const HEAVY_QUEUE = 'heavy-task';
export const QUEUES = [ORDERS_QUEUE, HEAVY_QUEUE];

/** A job's data with the trace context of who sent it. */
export type JobData<T> = T & { trace?: Record<string, string> };

export interface JobSender {
  /** Queues a job, inside the transaction of `client` where one is given; resolves with the job's id. */
  send(queue: string, data: object, client?: Queryable): Promise<string>;
}

export const messagingAttributes = (queue: string, operation: 'send' | 'process', id?: string) => ({
  'messaging.system': 'pg-boss',
  'messaging.destination.name': queue,
  'messaging.operation.type': operation,
  'messaging.operation.name': operation,
  ...(id === undefined ? {} : { 'messaging.message.id': id }),
});

/** pg-boss' view of whatever runs its statements. */
export const executorOf = (client: Queryable): PgBoss.Db => ({
  executeSql: (text, values) => client.query(text, values),
});

/** Sends jobs by pg-boss, each in a producer span whose context travels in the job's data. */
export const createJobSender = (boss: Pick<PgBoss, 'send'>): JobSender => ({
  send: (queue, data, client) =>
    withSpan(
      `send ${queue}`,
      { kind: SpanKind.PRODUCER, attributes: messagingAttributes(queue, 'send') },
      async (span) => {
        const db = client && { db: executorOf(client) };
        const id = await boss.send(queue, { ...data, trace: currentTraceHeaders() }, { ...db });
        if (id === null) throw new Error(`the queue ${queue} took no job`);
        span.setAttribute('messaging.message.id', id);
        return id;
      },
    ),
});

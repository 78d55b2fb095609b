import { SpanKind } from '@opentelemetry/api';
import type PgBoss from 'pg-boss';
import type { Log } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { contextFrom, withSpan } from '../telemetry/spans.ts';
import type { BeforeJob } from './before-job.ts';
import { type JobData, messagingAttributes } from './jobs.ts';

export interface ConsumerOptions {
  boss: PgBoss;
  metrics: Metrics;
  log: Log;
  /** Jobs fetched at a time. */
  batchSize: number;
  before: BeforeJob;
}

/** Short, so that a trace is whole soon after its request. */
const POLLING_SECONDS = 0.5;

/**
 * Works off a queue. Each job runs in a consumer span that is a child of the producer's, in the same trace; a job
 * that fails is failed alone, not with its batch.
 */
export const consume = async <T extends object>(
  { boss, metrics, log, batchSize, before }: ConsumerOptions,
  queue: string,
  work: (data: T) => Promise<void>,
): Promise<void> => {
  const run = async (job: PgBoss.Job<JobData<T>>): Promise<void> => {
    const stop = metrics.jobDuration.startTimer({ queue });
    const fields = { queue, jobId: job.id };
    try {
      await before({ queue, headers: job.data.trace ?? {} });
      await work(job.data);
      log.info({ ...fields, duration: stop({ outcome: 'success' }) * 1000 }, 'job completed');
    } catch (error) {
      stop({ outcome: 'error' });
      log.error({ ...fields, err: error }, (error as Error).message);
      throw error;
    }
  };

  const runTraced = async (job: PgBoss.Job<JobData<T>>): Promise<void> => {
    const attributes = messagingAttributes(queue, 'process', job.id);
    const parent = contextFrom(job.data.trace);
    try {
      await withSpan(`process ${queue}`, { kind: SpanKind.CONSUMER, attributes, parent }, () => run(job));
    } catch (error) {
      await boss.fail(queue, job.id, { message: (error as Error).message });
    }
  };

  await boss.work<JobData<T>>(
    queue,
    { batchSize, pollingIntervalSeconds: POLLING_SECONDS },
    async (jobs: PgBoss.Job<JobData<T>>[]) => {
      await Promise.all(jobs.map(runTraced));
    },
  );
};

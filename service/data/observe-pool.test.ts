import { beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { fakePool } from '../test-support/fake-clients.ts';
import { recordingLog } from '../test-support/fakes.ts';
import { observePool } from './observe-pool.ts';
import { operationOf } from './operation.ts';
import { inTransaction } from './pool.ts';

const SLOW = 'sleep 420';

describe('an observed pool', () => {
  let metrics: Metrics;
  let pool: ReturnType<typeof fakePool>;
  const { log, lines } = recordingLog();

  beforeEach(() => {
    lines.length = 0;
    metrics = createMetrics();
    pool = fakePool({ max: 1 });
    observePool(metrics, pool, log);
  });

  const sample = async (name: string): Promise<number | undefined> => {
    const line = (await metrics.registry.metrics()).split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  const statements = (operation: string) =>
    sample(`db_client_operation_duration_seconds_count{db_operation_name="${operation}"}`);
  const acquired = () => sample('db_client_connection_wait_time_seconds_count');

  it('counts the statements of the pool and of a client, by what they do, once each', async () => {
    expect((await pool.query('select 1', [7])).rows).toEqual([{ text: 'select 1', values: [7] }]);
    await pool.query('select 2');
    await inTransaction(pool, (client) => client.query('insert into things'));
    expect(await statements('select')).toBe(2);
    for (const operation of ['begin', 'insert', 'commit']) expect(await statements(operation)).toBe(1);
    expect(await acquired()).toBe(3);
    expect(lines).toEqual([]);
  });

  it('serves who asks by callback', async () => {
    const rows = await new Promise((resolve, reject) =>
      pool.query('select 3', (error: Error | null, result) => (error ? reject(error) : resolve(result.rows))),
    );
    expect(rows).toMatchObject([{ text: 'select 3' }]);
    await new Promise<void>((resolve) =>
      pool.connect((_error, _client, release) => {
        release();
        resolve();
      }),
    );
    expect([await statements('select'), await acquired()]).toEqual([1, 2]);
  });

  it('counts a failed statement and hands its error on', async () => {
    await expect(pool.query('fail')).rejects.toThrow('no such table');
    expect(await statements('other')).toBe(1);
  });

  it('warns of a slow query by its duration and operation alone', async () => {
    await pool.query(SLOW, ['secret']);
    expect(lines).toMatchObject([{ level: 40, msg: 'slow query', operation: 'other' }]);
    expect(lines[0]!.duration).toBeGreaterThan(400);
    expect(JSON.stringify(lines)).not.toMatch(/secret|sleep/);
  });

  it('warns when no connection came, and counts the wait', async () => {
    const client = await pool.connect();
    await expect(pool.query('select 1')).rejects.toThrow('timeout exceeded when trying to connect');
    client.release();
    expect(lines).toMatchObject([
      { msg: 'no database connection acquired', err: { message: 'timeout exceeded when trying to connect' } },
    ]);
    expect(await acquired()).toBe(2);
    expect(await sample('db_client_connection_wait_time_seconds_sum')).toBeGreaterThan(0.18);
  });

  it('shows what of the pool is used, idle and waited for', async () => {
    const client = await pool.connect();
    const waiting = pool.query('select 1');
    expect(await sample('db_client_connection_count{state="used"}')).toBe(1);
    expect(await sample('db_client_connection_pending_requests')).toBe(1);
    expect(await sample('db_client_connection_max')).toBe(1);
    client.release();
    await waiting;
    expect(await sample('db_client_connection_count{state="idle"}')).toBe(1);
  });
});

describe('the operation of a statement', () => {
  it.each([
    ['SELECT 1', 'select'],
    ['\n    with next as (select 1) update jobs', 'with'],
    ['create table things ()', 'other'],
    ['', 'other'],
  ])('%j is %s', (text, operation) => expect(operationOf(text)).toBe(operation));
});

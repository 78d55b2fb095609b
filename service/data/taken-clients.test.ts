import type { PoolClient } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { fakePool } from '../test-support/fake-clients.ts';
import { takeClients } from './taken-clients.ts';

const until = (ready: () => boolean) => vi.waitFor(() => expect(ready()).toBe(true), { interval: 5 });

describe('taken clients', () => {
  it('leave the pool without any, and come back to it', async () => {
    const pool = fakePool({ max: 3 });
    const taken = takeClients(pool, 3);
    await until(() => taken.held() === 3);
    await expect(pool.query('select 1')).rejects.toThrow('timeout exceeded');
    await taken.release();
    expect([taken.held(), pool.idleCount, pool.waitingCount]).toEqual([0, 3, 0]);
    await pool.query('select 1');
  });

  it('come back also when one of them is back already', async () => {
    const pool = fakePool({ max: 2 });
    const acquired: PoolClient[] = [];
    pool.on('acquire', (client) => acquired.push(client));
    const taken = takeClients(pool, 2);
    await until(() => taken.held() === 2);
    acquired[0]!.release();
    await taken.release();
    expect([taken.held(), pool.idleCount]).toEqual([0, 2]);
  });

  it('wait their turn, behind who waits already', async () => {
    const pool = fakePool({ max: 1 });
    const busy = await pool.connect();
    const order: string[] = [];
    const earlier = pool.query('select 1').then(() => order.push('request'));
    const taken = takeClients(pool, 1);
    busy.release();
    await until(() => taken.held() === 1);
    order.push('taken');
    await earlier;
    expect(order).toEqual(['request', 'taken']);
    await taken.release();
  });

  it('are tried for again when the pool had none in its time', async () => {
    const pool = fakePool({ max: 1, connectionTimeoutMillis: 20 });
    const busy = await pool.connect();
    const taken = takeClients(pool, 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(taken.held()).toBe(0);
    busy.release();
    await until(() => taken.held() === 1);
    await taken.release();
  });

  it('go back at once when they come after the release', async () => {
    const pool = fakePool({ max: 1 });
    const busy = await pool.connect();
    const taken = takeClients(pool, 1);
    await taken.release();
    busy.release();
    await until(() => pool.idleCount === 1);
    expect(taken.held()).toBe(0);
    await pool.query('select 1');
  });

  it('are replaced when their connection breaks', async () => {
    const pool = fakePool({ max: 1 });
    const acquired: PoolClient[] = [];
    pool.on('acquire', (client) => acquired.push(client));
    const taken = takeClients(pool, 1);
    await until(() => taken.held() === 1);
    acquired[0]!.emit('error', new Error('terminated'));
    await until(() => acquired.length === 2 && taken.held() === 1);
    expect(pool.totalCount).toBe(1);
    await taken.release();
  });
});

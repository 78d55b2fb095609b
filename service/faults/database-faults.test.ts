import { describe, expect, it, vi } from 'vitest';
import type { FaultHost, FaultSession } from './fault.ts';
import { FAULTS } from './index.ts';

const start = async (name: string, parameters: object, host: FaultHost, rate = 1) => {
  const fault = FAULTS[name]!;
  return fault.start(fault.parameters.parse(parameters), host, { rate });
};
const refused = (name: string, parameters: object, host: FaultHost, rate = 1) => {
  const fault = FAULTS[name]!;
  return fault.refuse?.(fault.parameters.parse(parameters), host, { rate });
};

describe('pool-exhaustion', () => {
  const pool = (max: number) => {
    const state = { held: 0, released: false };
    const take = vi.fn((connections: number) => {
      setTimeout(() => {
        state.held = connections;
      }, 20);
      return {
        held: () => state.held,
        release: async () => {
          state.released = true;
          state.held = 0;
        },
      };
    });
    return { state, take, host: { pool: { max, take } } };
  };

  it('takes the share of the connections that it is told, rounded up, and gives them back', async () => {
    const { host, take, state } = pool(10);
    const { taken, stop } = await start('pool-exhaustion', {}, host, 0.55);
    expect(take).toHaveBeenCalledWith(6);
    expect(taken?.()).toEqual({ wanted: 6, held: 6 });
    await stop?.();
    expect(state).toEqual({ held: 0, released: true });
  });

  it('takes as many as it is told', async () => {
    const { host, take } = pool(10);
    await start('pool-exhaustion', { connections: 3 }, host);
    expect(take).toHaveBeenCalledWith(3);
  });

  it('does not wait for ever for connections that do not come free', async () => {
    const release = vi.fn(async () => undefined);
    const host = { pool: { max: 2, take: () => ({ held: () => 0, release }) } };
    const { taken, stop } = await start('pool-exhaustion', {}, host);
    expect(taken?.()).toEqual({ wanted: 2, held: 0 });
    await stop?.();
    expect(release).toHaveBeenCalled();
  });

  it('is refused where there are not as many, or no pool at all', () => {
    const { host, take } = pool(10);
    expect(refused('pool-exhaustion', { connections: 11 }, host)).toBe(
      'parameters.connections: at most 10 here, not 11',
    );
    expect(refused('pool-exhaustion', { connections: 10 }, host)).toBeNull();
    expect(refused('pool-exhaustion', {}, {})).toMatch(/no database pool/);
    expect(take).not.toHaveBeenCalled();
  });
});

/** A database of one table and one advisory lock that keeps what was said to it. */
const database = (answer: (text: string) => unknown = () => undefined) => {
  const said: string[] = [];
  const sessions: { closed: boolean }[] = [];
  const connect = async (): Promise<FaultSession> => {
    const session = { closed: false };
    sessions.push(session);
    return {
      query: async (text) => {
        said.push(text);
        await answer(text);
        return { rows: text.includes('pg_try_advisory_lock') ? [{ leads: true }] : [] };
      },
      close: async () => {
        session.closed = true;
      },
    };
  };
  return { said, sessions, host: { database: { connect, tables: ['orders', 'lines'] } } };
};
const LOCK = 'LOCK TABLE orders, lines IN ACCESS EXCLUSIVE MODE';
const count = (said: string[], text: string) => said.filter((one) => one === text).length;

describe('slow-query', () => {
  const turned = (said: string[], times: number) =>
    vi.waitFor(() => expect(count(said, LOCK)).toBeGreaterThanOrEqual(times), { interval: 5 });

  it('locks, lets go and locks again, in a session that the database would end by itself', async () => {
    const { said, sessions, host } = database();
    const { taken, stop } = await start('slow-query', { ms: 50 }, host, 0.5);
    expect(said.slice(0, 4)).toEqual([
      'SET lock_timeout = 500; SET idle_in_transaction_session_timeout = 550',
      expect.stringContaining('pg_try_advisory_lock'),
      'BEGIN',
      LOCK,
    ]);
    await turned(said, 3);
    expect(taken?.().held).toBeGreaterThanOrEqual(98);
    await stop?.();
    expect(said.at(-1)).toBe('COMMIT');
    expect(count(said, 'COMMIT')).toBe(count(said, LOCK));
    expect(sessions).toEqual([{ closed: true }]);
    const locks = count(said, LOCK);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(count(said, LOCK)).toBe(locks);
  });

  it('holds the lock for the share of time that it is told, nine tenths at most', async () => {
    vi.useFakeTimers();
    try {
      const share = async (rate: number) => {
        const { host } = database();
        const started = start('slow-query', { ms: 800 }, host, rate);
        await vi.advanceTimersByTimeAsync(0);
        const { taken, stop } = await started;
        await vi.advanceTimersByTimeAsync(80_000);
        const { wanted, held } = taken!();
        await stop?.();
        return [wanted / 80_000, held / 80_000];
      };
      for (const part of await share(0.7)) expect(Math.abs(part - 0.7)).toBeLessThan(0.02);
      for (const part of await share(1)) expect(Math.abs(part - 0.9)).toBeLessThan(0.02);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets go in the middle of its hold when it is stopped', async () => {
    const { said, host } = database();
    const { stop } = await start('slow-query', { ms: 3_000 }, host);
    expect(said.at(-1)).toBe(LOCK);
    await stop?.();
    expect(said.at(-1)).toBe('COMMIT');
  });

  it('goes on in a new session when the lock or the session is lost', async () => {
    let failures = 2;
    const { said, sessions, host } = database((text) => {
      if (text === LOCK && failures-- > 0) throw new Error('canceling statement due to lock timeout');
    });
    const { stop } = await start('slow-query', { ms: 50 }, host, 0.9);
    await turned(said, 3);
    await stop?.();
    expect(sessions.length).toBe(3);
    expect(sessions.every(({ closed }) => closed)).toBe(true);
  });

  it('stands by while another replica has the turns', async () => {
    const { said, host } = database();
    const connect = async () => {
      const session = await host.database.connect();
      return { ...session, query: async (text: string) => ({ ...(await session.query(text)), rows: [] }) };
    };
    const { taken, stop } = await start(
      'slow-query',
      { ms: 50 },
      { database: { ...host.database, connect } },
      0.9,
    );
    await vi.waitFor(() => expect(said.length).toBeGreaterThan(3), { interval: 5 });
    expect(count(said, 'BEGIN')).toBe(0);
    expect(taken?.()).toEqual({ wanted: 0, held: 0 });
    await stop?.();
  });

  it('locks nothing more after its end, whatever it was waiting for, and leaves no session', async () => {
    vi.useFakeTimers();
    try {
      for (const late of ['SET ', 'SELECT ', 'BEGIN']) {
        let answer: () => void = () => undefined;
        let turns = 0;
        const { said, sessions, host } = database((text) => {
          if (text === 'COMMIT' && ++turns === 1) throw new Error('terminating connection');
          if (turns > 0 && text.startsWith(late)) return new Promise<void>((resolve) => (answer = resolve));
          return undefined;
        });
        const { stop } = await start('slow-query', { ms: 50 }, host, 0.5);
        await vi.advanceTimersByTimeAsync(110);
        expect(said.at(-1)).toMatch(late);
        const stopped = stop?.();
        await vi.advanceTimersByTimeAsync(1_000);
        await stopped;
        answer();
        await vi.advanceTimersByTimeAsync(1_000);
        expect(said.at(-1)).toMatch(late);
        expect(count(said, LOCK)).toBe(1);
        expect(sessions).toEqual([{ closed: true }, { closed: true }]);
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves no session that it could not set up', async () => {
    const { sessions, host } = database((text) => {
      if (text.startsWith('SET')) throw new Error('no answer');
    });
    await expect(start('slow-query', {}, host)).rejects.toThrow('no answer');
    expect(sessions).toEqual([{ closed: true }]);
  });

  it('hardly ever locks at the smallest of rates', async () => {
    vi.useFakeTimers();
    try {
      const { said, host } = database();
      const { stop } = await start('slow-query', { ms: 50 }, host, 1e-9);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(count(said, LOCK)).toBe(1);
      await stop?.();
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not hang at its end when the database does', async () => {
    const { said, sessions, host } = database((text) =>
      text === 'COMMIT' ? new Promise(() => undefined) : undefined,
    );
    vi.useFakeTimers();
    try {
      const { stop } = await start('slow-query', { ms: 3_000 }, host);
      const stopped = stop?.();
      await vi.advanceTimersByTimeAsync(1_000);
      await stopped;
    } finally {
      vi.useRealTimers();
    }
    expect([said.at(-1), sessions]).toEqual(['COMMIT', [{ closed: true }]]);
  });

  it('is refused without a database, and not started without a session', async () => {
    expect(refused('slow-query', {}, {})).toMatch(/no database/);
    expect(refused('slow-query', {}, database().host)).toBeNull();
    const connect = async () => Promise.reject(new Error('ECONNREFUSED'));
    await expect(start('slow-query', {}, { database: { connect, tables: ['orders'] } })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});

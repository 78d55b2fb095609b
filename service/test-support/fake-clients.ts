import { EventEmitter } from 'node:events';
import pg from 'pg';

type Callback = (error: Error | null, result?: object) => void;

/** A pg client without a server: it connects at once; `sleep <ms>` takes that long, and `fail` fails. */
class FakeClient extends EventEmitter {
  /** What pg-pool looks at when a client comes back. */
  readonly _queryable = true;
  readonly _ending = false;

  connect(done: () => void): void {
    setImmediate(done);
  }

  query(text: string, ...rest: unknown[]): unknown {
    const callback = rest.at(-1);
    const values = Array.isArray(rest[0]) ? rest[0] : undefined;
    if (typeof callback === 'function') return this.#run(text, values, callback as Callback);
    return new Promise((resolve, reject) =>
      this.#run(text, values, (error, result) => (error ? reject(error) : resolve(result))),
    );
  }

  end(done?: () => void): void {
    done?.();
  }

  #run(text: string, values: unknown[] | undefined, callback: Callback): void {
    const [word, ms] = text.split(' ');
    setTimeout(
      () => {
        if (word === 'fail') callback(new Error('no such table'));
        else callback(null, { rows: [{ text, values }] });
      },
      word === 'sleep' ? Number(ms) : 0,
    );
  }
}

/** The real pool over clients that need no server. */
export const fakePool = (options: pg.PoolConfig = {}): pg.Pool =>
  new pg.Pool({ max: 3, connectionTimeoutMillis: 200, ...options, Client: FakeClient as never });

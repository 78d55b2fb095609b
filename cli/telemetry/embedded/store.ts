import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
  type JS,
} from '@duckdb/node-api';
import { messageOf } from '../../shared/errors.ts';
import { createTable, TABLES, type Table } from './store-tables.ts';

export interface StoreOptions {
  /** Rows and bytes (of the requests they came in) that may wait to be written; more is refused. */
  maxQueuedRows?: number;
  maxQueuedBytes?: number;
  /** DuckDB's own limit, e.g. `256MB`. */
  memoryLimit?: string;
}

/** DuckDB's vector size: a data chunk holds no more rows. */
const CHUNK_ROWS = 2048;
const FLUSH_MS = 200;
const FLUSH_ROWS = 8192;

type Row = Record<string, JS>;
// biome-ignore lint/suspicious/noExplicitAny: rows of different tables share one queue
type Batch = Map<Table<any>, unknown[]>;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The embedded source's database: one DuckDB file, written in batches off a bounded queue, read by SQL. A batch that
 * cannot be written stays in the queue, so that a full disk ends as refusals the senders see and not as a loss.
 */
export class Store {
  private queue: Batch = new Map();
  private waiting = { rows: 0, bytes: 0 };
  private queued = { rows: 0, bytes: 0 };
  private flushing: Promise<void> | null = null;
  private readonly timer: NodeJS.Timeout;
  private failure: string | null = null;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly reader: DuckDBConnection,
    private readonly limits: { rows: number; bytes: number },
  ) {
    this.timer = setInterval(() => this.flushQuietly(), FLUSH_MS);
    this.timer.unref();
  }

  /** Opens or creates the file. Throws DuckDB's error when it cannot. */
  static async open(file: string, options: StoreOptions = {}): Promise<Store> {
    const instance = await DuckDBInstance.create(file, {
      memory_limit: options.memoryLimit ?? '128MB',
      threads: '1',
      preserve_insertion_order: 'false',
    });
    const [writer, reader] = [await instance.connect(), await instance.connect()];
    for (const table of TABLES) await writer.run(createTable(table));
    const limits = {
      rows: options.maxQueuedRows ?? 20_000,
      bytes: options.maxQueuedBytes ?? 32 * 1024 * 1024,
    };
    return new Store(instance, writer, reader, limits);
  }

  /** Whether so many rows more may be put; an empty queue takes any request, so that a large one is never stuck. */
  hasRoom(rows: number, bytes = 0): boolean {
    if (this.queued.rows === 0) return true;
    return this.queued.rows + rows <= this.limits.rows && this.queued.bytes + bytes <= this.limits.bytes;
  }

  /** Queues rows; they are in the file after the next flush. */
  put<T>(table: Table<T>, rows: T[], bytes = 0): void {
    const list = this.queue.get(table);
    if (list) for (const row of rows) list.push(row);
    else this.queue.set(table, [...rows]);
    for (const count of [this.waiting, this.queued]) {
      count.rows += rows.length;
      count.bytes += bytes;
    }
    if (this.waiting.rows >= FLUSH_ROWS) this.flushQuietly();
  }

  /** Writes all that is queued now. Rejects when DuckDB refuses; the rows stay queued. */
  async flush(): Promise<void> {
    while (this.flushing) await this.flushing.catch(() => {});
    if (this.waiting.rows === 0) return;
    this.flushing = this.writeQueue().finally(() => {
      this.flushing = null;
    });
    await this.flushing;
  }

  /** Why the last write failed; null when it did not. */
  get lastFailure(): string | null {
    return this.failure;
  }

  /** Rows of a query, values as plain JavaScript. Counts must be cast to DOUBLE or INTEGER in the SQL. */
  async query(sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
    return (await this.reader.runAndReadAll(sql, values)).getRowObjectsJS();
  }

  /** Forgets what is older than `before`, Unix seconds. */
  async prune(before: number): Promise<void> {
    for (const { name, time } of TABLES) {
      if (time) await this.reader.run(`DELETE FROM ${name} WHERE ${time} < $1`, [before]);
    }
  }

  /** Writes what is queued and lets the file go. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    try {
      await this.flush();
    } finally {
      this.reader.closeSync();
      this.writer.closeSync();
      this.instance.closeSync();
    }
  }

  private flushQuietly(): void {
    if (this.flushing || this.waiting.rows === 0) return;
    this.flush().catch(() => {});
  }

  private async writeQueue(): Promise<void> {
    const [batch, size] = [this.queue, this.waiting];
    this.queue = new Map();
    this.waiting = { rows: 0, bytes: 0 };
    try {
      await this.write(batch);
      this.queued.rows -= size.rows;
      this.queued.bytes -= size.bytes;
      this.failure = null;
    } catch (error) {
      this.failure = messageOf(error);
      this.putBack(batch, size);
      throw error;
    }
  }

  private putBack(batch: Batch, size: { rows: number; bytes: number }): void {
    for (const [table, rows] of batch) this.queue.set(table, rows.concat(this.queue.get(table) ?? []));
    this.waiting.rows += size.rows;
    this.waiting.bytes += size.bytes;
  }

  /** One transaction for all tables; its commit, which waits for the disk, runs off the event loop. */
  private async write(batch: Batch): Promise<void> {
    await this.writer.run('BEGIN');
    try {
      for (const [table, rows] of batch) await this.append(table, rows);
      await this.writer.run('COMMIT');
    } catch (error) {
      await this.writer.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  private async append<T>(table: Table<T>, rows: T[]): Promise<void> {
    const appender = await this.writer.createAppender(table.name);
    try {
      for (let at = 0; at < rows.length; at += CHUNK_ROWS) {
        appendChunk(appender, table, rows.slice(at, at + CHUNK_ROWS));
        await breathe();
      }
    } finally {
      appender.closeSync();
    }
  }
}

const appendChunk = <T>(appender: DuckDBAppender, table: Table<T>, rows: T[]): void => {
  const chunk = DuckDBDataChunk.create(
    table.columns.map(({ type }) => type),
    rows.length,
  );
  table.columns.forEach(({ of }, index) => {
    chunk.setColumnValues(index, rows.map(of));
  });
  appender.appendDataChunk(chunk);
};

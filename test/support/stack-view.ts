import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import pg from 'pg';
import { createEmbeddedTelemetrySource } from '../../cli/telemetry/embedded/embedded-telemetry-source.ts';
import { Store } from '../../cli/telemetry/embedded/store.ts';
import type { TelemetrySource } from '../../cli/telemetry/telemetry-source.ts';
import type { Window } from '../../reports/record/common.ts';
import type { User } from './cli.ts';

/** What somebody who watches the stack can see of it, apart from what obsctl says itself. */

const LIMIT = 100_000;
const IDS_AT_ONCE = 2_000;

export const telemetryOf = (user: User): TelemetrySource =>
  createEmbeddedTelemetrySource(
    axios.create({ socketPath: user.state().socket, baseURL: 'http://localhost' }),
  );

const spansOf = async (source: TelemetrySource, window: Window) => {
  const { value } = await source.searchTraces(window, { limit: LIMIT });
  const ids = value.map(({ traceId }) => traceId);
  const parts = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
    parts.push(await source.traces(ids.slice(at, at + IDS_AT_ONCE)));
  return parts.flatMap((part) => [...part.value.values()]).flat();
};

/** Everything that the telemetry source has for a window. */
export const everythingIn = async (source: TelemetrySource, window: Window) => ({
  spans: await spansOf(source, window),
  logs: (await source.logs(window, { limit: LIMIT })).value,
  red: (await source.red(window)).value,
  runtime: (await source.runtime(window)).value,
  exemplars: (await source.exemplars(window)).value,
});

type Row = Record<string, unknown>;

const readTables = async (file: string, tables: string[]): Promise<Record<string, Row[]>> => {
  const store = await Store.open(file);
  try {
    const rows: Record<string, Row[]> = {};
    for (const table of tables) rows[table] = await store.query(`SELECT * FROM ${table}`);
    return rows;
  } finally {
    await store.close();
  }
};

/** Rows of the telemetry database as it was written, nothing stripped; read from a copy, as one process may open it. */
export const readRawStore = async (user: User, tables: string[]): Promise<Record<string, Row[]>> => {
  const folder = mkdtempSync(join(tmpdir(), 'raw-store-'));
  try {
    const name = 'telemetry.duckdb';
    for (const file of [name, `${name}.wal`]) {
      const source = join(user.state().temporary, file);
      if (existsSync(source)) cpSync(source, join(folder, file));
    }
    return await readTables(join(folder, name), tables);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The address of the stack's PostgreSQL, as a replica was told it. */
export const databaseUrlOf = (user: User): string => {
  const { pid } = user.state().processes.find(({ name }) => name === 'api-1')!;
  const command = execFileSync('ps', ['eww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return /\bDATABASE_URL=(\S+)/.exec(command)![1]!;
};

/** Who is connected to the database and what they run, looked at again and again until it is stopped. */
export const watchSessions = async (url: string) => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const seen = new Set<string>();
  const look = async () => {
    const text =
      'SELECT application_name, usename, datname, query FROM pg_stat_activity WHERE pid <> pg_backend_pid()';
    for (const row of (await client.query(text)).rows) seen.add(JSON.stringify(row));
  };
  const timer = setInterval(() => void look().catch(() => undefined), 200);
  return {
    seen: () => [...seen].map((row) => JSON.parse(row) as Row),
    stop: async () => {
      clearInterval(timer);
      await client.end();
    },
  };
};

/** What the platform's own processes wrote: the lines of their log files, without those of obsctl's. */
export const platformLogs = (user: User): Record<string, string[]> => {
  const folder = join(user.home, 'state/obsctl/stack/logs');
  const files = readdirSync(folder).filter((file) => !/^(supervisor|guard|reaper|toxiproxy)/.test(file));
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(join(folder, file), 'utf8').split('\n')]),
  );
};

/**
 * A node's database file: SQLite in WAL mode with synchronous=FULL and secure_delete=ON. Both are set at every open, for
 * a reopened WAL database falls back to synchronous=NORMAL, which may lose answered transactions when power fails.
 * One process writes: a lock file held by the operating system keeps a second node out of the folder and vanishes
 * with the process. Not here: what is stored (schema.sql, store.ts).
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { ok, type Result, refuse } from '../src/result.ts';

export type Database = Sqlite.Database;

/**
 * `folder_in_use`: another process writes here. `database_too_new`: made by a later version. `no_ledger`: nothing here yet.
 * `disk_error`: it cannot be opened; the detail says why.
 */
export type OpenRefusal = 'folder_in_use' | 'database_too_new' | 'no_ledger' | 'disk_error';

export interface Opened {
  readonly database: Database;
  close(): void;
}

const FILE = 'ledger.db';
const LOCK = 'writer.lock';

interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** The numbered sections of schema.sql, in order. A gap or a wrong order is a bug and throws. */
export function migrations(schema: string): Migration[] {
  const parts = schema.split(/^-- migration (\d+):.*$/m);
  const found: Migration[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const number = Number(parts[i]);
    if (number !== found.length + 1) throw new Error(`migration ${number} stands in the wrong place`);
    found.push({ number, sql: parts[i + 1] as string });
  }
  return found;
}

/** Brings a database to the last migration, each in a transaction of its own. */
function migrate(database: Database): Result<void, 'database_too_new'> {
  const all = migrations(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > all.length)
    return refuse('database_too_new', `version ${version}, this programme knows ${all.length}`);
  for (const { number, sql } of all.slice(version))
    database
      .transaction(() => {
        database.exec(sql);
        database.pragma(`user_version = ${number}`);
      })
      .immediate();
  return ok(undefined);
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** A lock that only this process has until it closes it or dies: an exclusive transaction on a file of its own. */
function takeLock(path: string): Sqlite.Database {
  const lock = new Sqlite(path, { timeout: 0 });
  try {
    lock.pragma('journal_mode = delete');
    lock.pragma('locking_mode = exclusive');
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Opens a folder for writing, and makes it if it is not there. */
export function openForWriting(folder: string): Result<Opened, OpenRefusal> {
  let lock: Sqlite.Database | undefined;
  let database: Database | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = takeLock(join(folder, LOCK));
    database = new Sqlite(join(folder, FILE));
    // A redemption is a long row: with pages of the usual 4096 bytes writing it costs a fifth more. A file that is there keeps its own.
    database.pragma('page_size = 8192');
    database.pragma('journal_mode = wal');
    database.pragma('synchronous = full');
    database.pragma('secure_delete = on');
    database.pragma('foreign_keys = on');
    // Rows that change lie anywhere: their pages stay in memory (KiB), and a page that changes often goes to its place once in so many.
    database.pragma('cache_size = -131072');
    database.pragma('wal_autocheckpoint = 4096');
    const migrated = migrate(database);
    if (!migrated.ok) {
      database.close();
      lock.close();
      return migrated;
    }
    const [held, opened] = [lock, database];
    return ok({
      database,
      close() {
        opened.close();
        held.close();
      },
    });
  } catch (error) {
    database?.close();
    lock?.close();
    if (isBusy(error)) return refuse('folder_in_use', folder);
    return refuse('disk_error', error instanceof Error ? error.message : String(error));
  }
}

/**
 * Copies a ledger, whose node may be running, into a new folder, as of one block (SQLite's online backup). Refuses `folder_in_use`
 * when there is a ledger in that folder already, and as `openForReading` does.
 */
export async function backupInto(folder: string, target: string): Promise<Result<void, OpenRefusal>> {
  if (existsSync(join(target, FILE))) return refuse('folder_in_use', target);
  const opened = openForReading(folder);
  if (!opened.ok) return opened;
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    await opened.value.database.backup(join(target, FILE));
    return ok(undefined);
  } catch (error) {
    return refuse('disk_error', error instanceof Error ? error.message : String(error));
  } finally {
    opened.value.close();
  }
}

/** Opens an existing ledger for reading only; a node may be writing it at the same time. */
export function openForReading(folder: string): Result<Opened, OpenRefusal> {
  try {
    const database = new Sqlite(join(folder, FILE), { readonly: true, fileMustExist: true });
    return ok({ database, close: () => database.close() });
  } catch (error) {
    const missing = error instanceof Sqlite.SqliteError && error.code === 'SQLITE_CANTOPEN';
    return refuse(missing ? 'no_ledger' : 'disk_error', folder);
  }
}

/**
 * SQLite for what must last. WAL, one writer; `synchronous = FULL` and `secure_delete = ON` at every open, because a
 * reopened WAL database falls back to NORMAL and off; a checkpoint that truncates and says when it could not; a
 * reserve file that is given up when the disk is full, so that a sale under way can still be closed.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';

export type Db = Database.Database;

/** Room kept free for closing a sale on a full disk, bytes. */
const RESERVE_BYTES = 1_048_576;
/** Room beside the reserve below which no sale is begun: a sale, its crowd and some blocks write less. */
const ROOM_BYTES = 524_288;

/** The schema's file and what has changed since: `schema.sql`, `schema-2.sql`, … Version n of a database has had the first n. */
function schemaFiles(first: URL): readonly URL[] {
  const files = [first];
  for (;;) {
    const next = new URL(first.href.replace(/\.sql$/, `-${files.length + 1}.sql`));
    if (!existsSync(next)) return files;
    files.push(next);
  }
}

/**
 * Opens (and at first creates) a database by its schema file and that file's numbered successors. `rebuildable`: losing the last second
 * is harmless, it is fetched again. What is not rebuildable belongs to this process alone: so SQLite keeps the index of the log in
 * memory and no `-shm` file says which pages the last sale wrote together. A second one on the same folder gets SQLITE_BUSY.
 */
export function openDatabase(file: string, schema: URL, rebuildable = false): Db {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new Database(file);
  if (!rebuildable) db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${rebuildable ? 'NORMAL' : 'FULL'}`);
  db.pragma('secure_delete = ON');
  db.pragma('foreign_keys = ON');
  if (!rebuildable) db.pragma('wal_autocheckpoint = 0');
  const files = schemaFiles(schema);
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version < files.length)
    db.transaction(() => {
      for (const one of files.slice(version)) db.exec(readFileSync(one, 'utf8'));
      db.pragma(`user_version = ${files.length}`);
    })();
  truncateWal(db);
  return db;
}

/** Throws a database away, with its log. */
export function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
}

const statements = new WeakMap<Db, Map<string, Database.Statement>>();

/** A prepared statement, made once for each database and text. */
export function statement(db: Db, sql: string): Database.Statement {
  let known = statements.get(db);
  if (known === undefined) {
    known = new Map();
    statements.set(db, known);
  }
  let found = known.get(sql);
  if (found === undefined) {
    found = db.prepare(sql);
    known.set(sql, found);
  }
  return found;
}

/** Writes the WAL back and empties it. False when a reader was in the way: then old contents are still in the file. */
export function truncateWal(db: Db): boolean {
  const [row] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  return row?.busy === 0;
}

/** A row that holds what nobody wrote: an error, never half a value. */
export class DamagedRow extends Error {
  constructor(what: string) {
    super(`a damaged row: ${what}`);
    this.name = 'DamagedRow';
  }
}

/** True for the errors that mean «no room» rather than a bug. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? '';
  return (
    code === 'SQLITE_FULL' ||
    code === 'ENOSPC' ||
    code.startsWith('SQLITE_IOERR_WRITE') ||
    code === 'SQLITE_IOERR_SHMSIZE'
  );
}

/** The reserve: a file of zeros beside the database. */
export class Reserve {
  readonly #dir: string;
  readonly #file: string;
  constructor(dataDir: string) {
    this.#dir = dataDir;
    this.#file = join(dataDir, 'reserve');
  }
  /** True when the reserve lies there and a sale has room beside it. Makes the reserve when there is room for both. */
  fill(): boolean {
    const { bavail, bsize } = statfsSync(this.#dir);
    const free = bavail * bsize;
    if (existsSync(this.#file)) return free >= ROOM_BYTES;
    if (free < RESERVE_BYTES + ROOM_BYTES) return false;
    try {
      const fd = openSync(this.#file, 'w', 0o600);
      try {
        writeSync(fd, Buffer.alloc(RESERVE_BYTES));
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      return true;
    } catch (error) {
      rmSync(this.#file, { force: true });
      if (isDiskFull(error)) return false;
      throw error;
    }
  }
  /** Gives the room up. True when there was one. */
  release(): boolean {
    if (!existsSync(this.#file)) return false;
    rmSync(this.#file);
    return true;
  }
}

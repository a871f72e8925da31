/**
 * Where a till can die: before and after every write of its databases, every commit, every emptying of the log, every touch of the
 * reserve and every network exchange. The counting stands around the ports (the database's, the file system's, `fetch`), in
 * the test: the terminal knows nothing of it. What happens inside one write (pages, frames, syncs) is `power.ts`'s.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import Database from 'better-sqlite3';

export type Moment = 'before' | 'after';
/** Told of each point, in the moment itself. */
export type AtPoint = (name: string, moment: Moment) => void;

/** The words of a statement that say what it does. */
const gist = (sql: string) => sql.trim().replace(/\s+/g, ' ').split(' ').slice(0, 4).join(' ').slice(0, 40);
const WRITES = /^\s*(insert|update|delete|commit|create|replace)/i;

/**
 * Puts the counting around the ports, for databases and files under `dir`. Gives the way to take it away again. Statements that
 * repeat inside one transaction (prefilling, folding a block) count at the first and the last of them.
 */
export function watchPoints(dir: string, at: AtPoint): () => void {
  const probe = new Database(':memory:');
  const statement = Object.getPrototypeOf(probe.prepare('select 1')) as Database.Statement;
  probe.close();
  const database = Database.prototype as Database.Database;
  const { run } = statement;
  const { exec, pragma, close } = database;
  const own = (db: Database.Database) => db.name.startsWith(dir);
  const around = <T>(name: string, work: () => T): T => {
    at(name, 'before');
    const done = work();
    at(name, 'after');
    return done;
  };
  let last = '';
  let owed: string | undefined;
  statement.run = function (this: Database.Statement, ...values: unknown[]) {
    const work = () => Reflect.apply(run, this, values) as Database.RunResult;
    if (!own(this.database) || !WRITES.test(this.source)) return work();
    const name = `${basename(this.database.name)}: ${gist(this.source)}`;
    if (name === last && this.database.inTransaction) {
      owed = name;
      return work();
    }
    if (owed !== undefined) at(owed, 'after');
    owed = undefined;
    last = name;
    return around(name, work);
  };
  database.exec = function (this: Database.Database, source: string) {
    const work = () => Reflect.apply(exec, this, [source]) as Database.Database;
    return own(this) ? around(`${basename(this.name)}: ${gist(source)}`, work) : work();
  };
  database.pragma = function (this: Database.Database, ...values: [string]) {
    const work = () => Reflect.apply(pragma, this, values) as unknown;
    const writes = /checkpoint|journal_mode|user_version =/.test(values[0]);
    return own(this) && writes ? around(`${basename(this.name)}: ${values[0]}`, work) : work();
  };
  database.close = function (this: Database.Database) {
    const work = () => Reflect.apply(close, this, []) as Database.Database;
    return own(this) ? around(`${basename(this.name)}: close`, work) : work();
  };

  const files = { openSync: fs.openSync, rmSync: fs.rmSync, fsyncSync: fs.fsyncSync };
  const reserve = (path: unknown) => typeof path === 'string' && path === `${dir}/reserve`;
  fs.openSync = (...values: Parameters<typeof fs.openSync>) =>
    reserve(values[0]) ? around('reserve: open', () => files.openSync(...values)) : files.openSync(...values);
  fs.rmSync = (...values: Parameters<typeof fs.rmSync>) =>
    reserve(values[0]) ? around('reserve: remove', () => files.rmSync(...values)) : files.rmSync(...values);
  syncBuiltinESMExports();

  const plainFetch = globalThis.fetch;
  globalThis.fetch = async (...values: Parameters<typeof fetch>) => {
    const [input, init] = values;
    const name = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`;
    at(name, 'before');
    const response = await plainFetch(...values);
    at(name, 'after');
    return response;
  };

  return () => {
    statement.run = run;
    Object.assign(database, { exec, pragma, close });
    Object.assign(fs, files);
    syncBuiltinESMExports();
    globalThis.fetch = plainFetch;
  };
}

/**
 * A table of equal, prefilled slots. New content is written over a random free slot, so neither row order nor page nor
 * offset says what arrived together (SQLite lays new cells down in order of arrival, whatever their key).
 */
import type { Statement } from 'better-sqlite3';
import type { Db } from './database.ts';

/** Uniform integer below n from the caller's randomness. */
export type RandomBelow = (n: number) => number;

export class Slots {
  readonly #free: number[] = [];
  readonly #write: Statement;
  readonly #bytes: number;
  readonly #db: Db;
  readonly #table: 'coupon_slots' | 'transcript_slots';

  constructor(db: Db, table: 'coupon_slots' | 'transcript_slots', bytes: number, isFree: string) {
    this.#db = db;
    this.#table = table;
    this.#bytes = bytes;
    this.#write = db.prepare(
      table === 'coupon_slots'
        ? 'update coupon_slots set content = ? where slot = ?'
        : 'update transcript_slots set content = ?, crowd = ? where slot = ?',
    );
    for (const row of db.prepare(`select slot from ${table} where ${isFree}`).all() as { slot: number }[])
      this.#free.push(row.slot);
  }

  get free(): number {
    return this.#free.length;
  }

  /** Prefills until at least `n` slots are free. Called between sales, outside any transaction. */
  ensure(n: number): void {
    if (this.#free.length >= n) return;
    const missing = n - this.#free.length;
    const columns =
      this.#table === 'coupon_slots'
        ? '(content) values (zeroblob(?))'
        : '(crowd, content) values (0, zeroblob(?))';
    const insert = this.#db.prepare(`insert into ${this.#table} ${columns}`);
    const added: number[] = [];
    this.#db.transaction(() => {
      for (let i = 0; i < missing; i++) added.push(Number(insert.run(this.#bytes).lastInsertRowid));
    })();
    this.#free.push(...added);
  }

  /** Picks `n` random free slots without taking them: `take` does after the commit. */
  pick(n: number, below: RandomBelow): readonly number[] {
    if (n > this.#free.length) throw new Error('slots were not prefilled');
    for (let i = 0; i < n; i++) {
      const j = i + below(this.#free.length - i);
      const a = this.#free[i] as number;
      this.#free[i] = this.#free[j] as number;
      this.#free[j] = a;
    }
    return this.#free.slice(0, n);
  }

  /** Writes inside the caller's transaction. `extra` is the crowd for transcripts. */
  write(slot: number, content: Uint8Array, extra?: number): void {
    if (content.length !== this.#bytes) throw new Error('a slot has one length');
    if (extra === undefined) this.#write.run(content, slot);
    else this.#write.run(content, extra, slot);
  }

  take(slots: readonly number[]): void {
    const taken = new Set(slots);
    let kept = 0;
    for (const slot of this.#free) if (!taken.has(slot)) this.#free[kept++] = slot;
    this.#free.length = kept;
  }

  give(slots: readonly number[]): void {
    this.#free.push(...slots);
  }
}

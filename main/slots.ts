/**
 * A table of equal, prefilled slots. New content is written over a random free slot, so neither row order nor page nor
 * offset says what arrived together (SQLite lays new cells down in order of arrival, whatever their key).
 */
import type { Statement } from 'better-sqlite3';
import { SLOTS_AT_ONCE } from '../src/limits.ts';
import type { Db } from './database.ts';

/** Uniform integer below n from the caller's randomness. */
export type RandomBelow = (n: number) => number;

export class Slots {
  readonly #free: number[] = [];
  readonly #write: Statement;
  readonly #bytes: number;
  readonly #db: Db;
  readonly #table: 'coupon_slots' | 'transcript_slots';

  /** `isFree` is the SQL condition that a slot's content fulfils when nothing lies in it. */
  constructor(db: Db, table: 'coupon_slots' | 'transcript_slots', bytes: number, isFree: string) {
    this.#db = db;
    this.#table = table;
    this.#bytes = bytes;
    this.#write = db.prepare(`update ${table} set content = ? where slot = ?`);
    for (const row of db.prepare(`select slot from ${table} where ${isFree}`).all() as { slot: number }[])
      this.#free.push(row.slot);
  }

  get free(): number {
    return this.#free.length;
  }

  /**
   * Fresh slots, a quarter of what is there, inside the caller's transaction, and the contents of `used` anew over random ones of all that are free and
   * theirs: a slot that came later must not say that what lies in it came later. `settle` it when the transaction is
   * committed.
   */
  grow(
    used: readonly { readonly slot: number; readonly content: Uint8Array }[],
    below: RandomBelow,
  ): { settle(): void } {
    const { n } = this.#db.prepare(`select count(*) as n from ${this.#table}`).get() as { n: number };
    const more = Math.max(SLOTS_AT_ONCE, Math.floor(n / 4));
    const insert = this.#db.prepare(`insert into ${this.#table} (content) values (zeroblob(?))`);
    const free = [...this.#free, ...used.map(({ slot }) => slot)];
    for (let i = 0; i < more; i++) free.push(Number(insert.run(this.#bytes).lastInsertRowid));
    shuffle(free, used.length, below);
    const empty = new Uint8Array(this.#bytes);
    for (const { slot } of used) this.write(slot, empty);
    for (const [i, { content }] of used.entries()) this.write(free[i] as number, content);
    return {
      settle: () => {
        this.#free.length = 0;
        for (const slot of free.slice(used.length)) this.#free.push(slot);
      },
    };
  }

  /** Picks `n` random free slots without taking them: `take` does after the commit. */
  pick(n: number, below: RandomBelow): readonly number[] {
    if (n > this.#free.length) throw new Error('slots were not prefilled');
    shuffle(this.#free, n, below);
    return this.#free.slice(0, n);
  }

  /** Writes inside the caller's transaction: same length, so over the old content in its place. */
  write(slot: number, content: Uint8Array): void {
    if (content.length !== this.#bytes) throw new Error('a slot has one length');
    this.#write.run(content, slot);
  }

  take(slots: readonly number[]): void {
    const taken = new Set(slots);
    let kept = 0;
    for (const slot of this.#free) if (!taken.has(slot)) this.#free[kept++] = slot;
    this.#free.length = kept;
  }

  give(slots: readonly number[]): void {
    for (const slot of slots) this.#free.push(slot);
  }
}

/** The first `n` places of the list get a uniform choice of all of it (Fisher and Yates, as far as needed). */
export function shuffle<T>(list: T[], n: number, below: RandomBelow): void {
  for (let i = 0; i < n; i++) {
    const j = i + below(list.length - i);
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
}

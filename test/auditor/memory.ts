/**
 * The lowest of something over a sliding time, as far as the ledger remembers it (docs/ledger-rules.md, «One price»): at most two values a day
 * are kept, so a look back may go up to a day further, never less far, and what is older than anybody may ask for is forgotten. That
 * memory decides what a hand-over must charge, what comes back is worth and what clearing is booked, so the auditor keeps one like it.
 */
import { DAY } from './arithmetic.ts';

interface Entry {
  /** The value is the lowest of any time that begins here or later, until the next entry. */
  readonly from: number;
  readonly value: bigint;
  readonly per: bigint;
}
/** Negative when a is before b. */
export type Order = (a: Fraction, b: Fraction) => bigint;
/** `value` for `per` pieces. */
export interface Fraction {
  readonly value: bigint;
  readonly per: bigint;
}
export const lowest: Order = (a, b) => a.value * b.per - b.value * a.per;
export const highest: Order = (a, b) => lowest(b, a);
const size = (x: bigint): bigint => (x < 0n ? -x : x);
export const nearest: Order = (a, b) => size(a.value) - size(b.value);

export class Memory {
  readonly #order: Order;
  readonly entries: readonly Entry[];

  constructor(order: Order, entries: readonly Entry[] = []) {
    this.#order = order;
    this.entries = entries;
  }

  /** From `time` on it is `now`; nobody will ask for a time before `keep`. */
  with(time: number, now: Fraction, keep: number): Memory {
    const lower = this.entries.filter((entry) => this.#order(entry, now) < 0n);
    const from = this.entries[lower.length]?.from ?? time;
    const today = lower.slice(-2).filter((entry) => sameDay(entry.from, time));
    const kept = lower.length >= 2 && today.length === 2 ? lower.slice(0, -1) : lower;
    const all = [...kept, { from, value: now.value, per: now.per }];
    const old = all.filter((_, i) => (all[i + 1]?.from ?? Number.POSITIVE_INFINITY) <= keep).length;
    return new Memory(this.#order, all.slice(old));
  }

  /** The lowest since a time; undefined when there never was any. */
  since(time: number): Fraction | undefined {
    return this.entries.findLast((entry) => entry.from <= time) ?? this.entries[0];
  }

  /** At each time the lower of two memories. */
  joined(other: Memory, keep: number): Memory {
    const times = [...this.entries, ...other.entries].map((entry) => entry.from);
    let out = new Memory(this.#order);
    for (const time of [...new Set(times)].sort((a, b) => a - b)) {
      const [x, y] = [this.since(time), other.since(time)];
      const low = x === undefined || (y !== undefined && this.#order(y, x) < 0n) ? y : x;
      if (low !== undefined) out = out.with(time, low, keep);
    }
    return out;
  }
}

function sameDay(a: number, b: number): boolean {
  return Math.floor(a / DAY) === Math.floor(b / DAY);
}

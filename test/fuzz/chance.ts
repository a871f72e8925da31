/** Repeatable chance and garbage for the fuzzers: everything follows from a seed, so that a finding can be made again. */
import { concat } from '../../src/bytes.ts';

/** What was found: the message has the seed and the step with which it comes again. */
export class Finding extends Error {}

/** How long a fuzzer goes on, and from which seed. */
export interface Run {
  readonly seed: number;
  readonly more: () => boolean;
}

/** Counts of what was tried, by name. */
export type Tally = Record<string, number>;

/** Numbers at which something changes. */
export const EDGES = [
  0, 1, 2, 7, 8, 16, 31, 32, 64, 127, 128, 129, 254, 255, 256, 257, 4_095, 65_535, 65_536,
];

const TEXTS = [
  '',
  '0',
  '-1',
  '1e9',
  'null',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  '%ff',
  '\u0000',
  '\u202e',
  'Bäckerei',
  '🍞',
  '\ud800',
  "' or 1=1 --",
  '<script>',
  'a'.repeat(64),
  'f'.repeat(65),
  '9'.repeat(40),
  '9'.repeat(400),
];

/** mulberry32. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(n: number): number {
    return this.next() % n;
  }

  once(n: number): boolean {
    return this.below(n) === 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() >>> 11);
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16)).join('');
  }

  text(): string {
    return this.once(3) ? this.hex(this.of([2, 16, 62, 64, 66])) : this.of(TEXTS);
  }

  /** Changed in one to four places: bits, bytes, cut, grown, doubled, a length made an edge. */
  mutated(bytes: Uint8Array): Uint8Array {
    let out: Uint8Array = bytes.slice();
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = out.length === 0 ? 0 : this.below(out.length);
      const how = this.below(7);
      if (how === 0 && out.length > 0) out[at] = (out[at] as number) ^ (1 << this.below(8));
      else if (how === 1 && out.length > 0) out[at] = this.of(EDGES);
      else if (how === 2) out = out.slice(0, at);
      else if (how === 3) out = concat(out.slice(0, at), this.bytes(1 + this.below(9)), out.slice(at));
      else if (how === 4) out = concat(out.slice(0, at), out.slice(at + 1 + this.below(4)));
      else if (how === 5) out = concat(out, out.slice(at, at + 40));
      else out = concat(out.slice(0, at), Uint8Array.of(0x81, this.below(256)), out.slice(at));
    }
    return out;
  }

  /** Any JSON value. */
  json(depth = 3): unknown {
    const kind = this.below(depth === 0 ? 5 : 7);
    if (kind === 0) return null;
    if (kind === 1) return this.once(2);
    if (kind === 2) return this.of([0, -1, 1, 0.5, 1e308, 2 ** 53, this.next(), this.of(EDGES)]);
    if (kind <= 4) return this.text();
    const length = this.below(4);
    if (kind === 5) return Array.from({ length }, () => this.json(depth - 1));
    return Object.fromEntries(Array.from({ length }, () => [this.text(), this.json(depth - 1)]));
  }

  /** A good JSON value with something in it exchanged, left out, or added. */
  bent(value: unknown): unknown {
    if (this.once(6)) return this.json(2);
    if (Array.isArray(value)) {
      const at = this.below(value.length + 1);
      if (this.once(4)) return [...value.slice(0, at), this.json(1), ...value.slice(at)];
      if (this.once(4)) return value.toSpliced(at, 1);
      return value.map((one, i) => (i === at ? this.bent(one) : one));
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value);
      const at = this.below(entries.length + 1);
      if (this.once(5)) return Object.fromEntries([...entries, [this.text(), this.json(1)]]);
      if (this.once(5)) return Object.fromEntries(entries.toSpliced(at, 1));
      return Object.fromEntries(entries.map(([key, one], i) => [key, i === at ? this.bent(one) : one]));
    }
    if (typeof value === 'string' && this.once(2)) return value.slice(0, this.below(value.length + 1));
    return this.json(1);
  }
}

/** Counts one more of a name. */
export function count(tally: Tally, name: string): void {
  tally[name] = (tally[name] ?? 0) + 1;
}

/**
 * Reading canonical CBOR (RFC 8949 §4.2.1), strictly and in one pass: whatever is not the one encoding of its value is no
 * value, so there is no need to encode it again and compare. Heads must be the shortest, lengths definite, keys of maps text and strictly
 * in the order of their encoded bytes, text UTF-8, nesting at most CBOR_DEPTH, and nothing may be left over. No bytes make
 * it throw. Byte strings are views of the input, not copies.
 * Not here: writing (`cbor-write.ts`), which refusal that is (`cbor.ts`), what the values mean (`schema.ts`).
 */
import { beInt } from '../bytes.ts';
import { CBOR_DEPTH } from '../limits.ts';
import { utf8Read } from './utf8.ts';

/** What rows of the state have beyond what travels: negative integers, booleans, null, bignums; maps become plain objects. */
export interface RowOptions {
  /** Called for every text that is a value, to make equal ones one object in memory. */
  readonly intern?: ((text: string) => string) | undefined;
}

/** The value, or undefined when the bytes are not the canonical encoding of one that travels (or, with options, of a row). */
export function readCbor(bytes: Uint8Array, options?: RowOptions): unknown {
  const reader = new Reader(bytes, options);
  const value = reader.item(0);
  return reader.at === bytes.length ? value : undefined;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #rows: boolean;
  readonly #intern: ((text: string) => string) | undefined;
  at = 0;

  constructor(bytes: Uint8Array, options: RowOptions | undefined) {
    this.#bytes = bytes;
    this.#rows = options !== undefined;
    this.#intern = options?.intern;
  }

  /** One item inside `depth` open arrays and maps; undefined when there is none. Nothing is read after that. */
  item(depth: number): unknown {
    const first = this.#bytes[this.at];
    if (first === undefined) return undefined;
    const major = first >> 5;
    if (major === 7) return this.#simple(first);
    const argument = this.#argument(first & 31);
    if (argument < 0) return undefined;
    switch (major) {
      case 0:
        return argument;
      case 1:
        return this.#rows && argument < Number.MAX_SAFE_INTEGER ? -1 - argument : undefined;
      case 2:
        return this.#byteString(argument);
      case 3: {
        const text = this.#text(argument);
        return text === undefined || this.#intern === undefined ? text : this.#intern(text);
      }
      case 4:
        return depth < CBOR_DEPTH ? this.#array(argument, depth + 1) : undefined;
      case 5:
        if (depth >= CBOR_DEPTH) return undefined;
        return this.#rows ? this.#record(argument, depth + 1) : this.#map(argument, depth + 1);
      default:
        return this.#rows ? this.#bignum(argument) : undefined;
    }
  }

  /** The number in a head, shortest form only; −1 for any other, and for one over 2^53 − 1. */
  #argument(info: number): number {
    const bytes = this.#bytes;
    const at = this.at + 1;
    if (info < 24) {
      this.at = at;
      return info;
    }
    if (info > 27) return -1;
    const length = 1 << (info - 24);
    if (at + length > bytes.length) return -1;
    let value = 0;
    for (let i = at; i < at + length; i++) value = value * 256 + (bytes[i] as number);
    this.at = at + length;
    const least = info === 24 ? 24 : 2 ** (4 * length);
    return value >= least && value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }

  #byteString(length: number): Uint8Array | undefined {
    const from = this.at;
    if (length > this.#bytes.length - from) return undefined;
    this.at = from + length;
    return this.#bytes.subarray(from, from + length);
  }

  #text(length: number): string | undefined {
    const from = this.at;
    if (length > this.#bytes.length - from) return undefined;
    this.at = from + length;
    return utf8Read(this.#bytes, from, from + length);
  }

  #array(length: number, depth: number): unknown[] | undefined {
    // An item takes a byte at least: a length beyond the input ends with the input.
    const out: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const value = this.item(depth);
      if (value === undefined) return undefined;
      out.push(value);
    }
    return out;
  }

  #map(length: number, depth: number): Map<string, unknown> | undefined {
    const out = new Map<string, unknown>();
    return this.#entries(length, depth, (name, value) => out.set(name, value)) ? out : undefined;
  }

  #record(length: number, depth: number): Record<string, unknown> | undefined {
    const out: Record<string, unknown> = {};
    const put = (name: string, value: unknown): void => {
      out[name] = value;
    };
    return this.#entries(length, depth, put) ? out : undefined;
  }

  #entries(length: number, depth: number, put: (name: string, value: unknown) => void): boolean {
    let before = 0;
    let beforeEnd = 0;
    for (let i = 0; i < length; i++) {
      const from = this.at;
      const first = this.#bytes[from] ?? 0;
      if (first >> 5 !== 3) return false;
      const argument = this.#argument(first & 31);
      const name = argument < 0 ? undefined : this.#text(argument);
      if (name === undefined) return false;
      if (i > 0 && !this.#ascending(before, beforeEnd, from)) return false;
      before = from;
      beforeEnd = this.at;
      const value = this.item(depth);
      if (value === undefined) return false;
      put(name, value);
    }
    return true;
  }

  /** Whether one encoded key comes strictly before the other. No encoding of a text is the beginning of another one's, so the first ends no later than where they differ. */
  #ascending(from: number, end: number, other: number): boolean {
    const bytes = this.#bytes;
    for (let i = 0; from + i < end; i++) {
      const difference = (bytes[other + i] as number) - (bytes[from + i] as number);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  #simple(first: number): boolean | null | undefined {
    if (!this.#rows) return undefined;
    this.at++;
    return first === 0xf4 ? false : first === 0xf5 ? true : first === 0xf6 ? null : undefined;
  }

  /** Tags 2 and 3 with a byte string (RFC 8949 §3.4.3), without leading zeros. */
  #bignum(tag: number): bigint | undefined {
    const first = this.#bytes[this.at] ?? 0;
    if ((tag !== 2 && tag !== 3) || first >> 5 !== 2) return undefined;
    const length = this.#argument(first & 31);
    const magnitude = length < 0 ? undefined : this.#byteString(length);
    if (magnitude === undefined || magnitude[0] === 0) return undefined;
    let value = 0n;
    if (magnitude.length <= 6) {
      let small = 0;
      for (const byte of magnitude) small = small * 256 + byte;
      value = BigInt(small);
    } else value = beInt(magnitude);
    return tag === 2 ? value : -1n - value;
  }
}

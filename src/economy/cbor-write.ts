/**
 * Writing canonical CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, keys of maps in the order of their encoded
 * bytes. One writer for what travels (`cbor.ts`) and for rows of the state (`dump.ts`), because every transaction and every
 * touched row passes here and a general encoder takes several times as long. Values it does not know are bugs and throw:
 * fractions and integers beyond 2^53 − 1 among them. Not here: reading (`cbor-read.ts`).
 */
import { utf8Length, utf8Write } from './utf8.ts';

/** What can be written. A property that is undefined is left out. */
export type Writable =
  | number
  | bigint
  | boolean
  | null
  | string
  | Uint8Array
  | readonly Writable[]
  | ReadonlyMap<string, Writable>
  | WritableRecord;
interface WritableRecord {
  readonly [name: string]: Writable | undefined;
}

/** The one encoding of a value. */
export function writeCbor(value: Writable): Uint8Array {
  return new CborWriter().write(value);
}

/** Writes many values into one buffer, which grows to the largest. */
export class CborWriter {
  #out = new Uint8Array(256);
  #at = 0;

  /** The one encoding of a value, as bytes of its own. */
  write(value: Writable): Uint8Array {
    this.#at = 0;
    this.#item(value);
    return this.#out.slice(0, this.#at);
  }

  #item(value: Writable): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw new Error(`${value} is no integer that can be written`);
      if (value < 0) this.#head(1, -1 - value);
      else this.#head(0, value);
    } else if (typeof value === 'bigint') this.#big(value);
    else if (value === null || typeof value === 'boolean') {
      this.#room(1);
      this.#out[this.#at++] = value === null ? 0xf6 : value ? 0xf5 : 0xf4;
    } else if (value instanceof Uint8Array) {
      this.#head(2, value.length);
      this.#room(value.length);
      this.#out.set(value, this.#at);
      this.#at += value.length;
    } else if (Array.isArray(value)) {
      this.#head(4, value.length);
      for (const item of value as readonly Writable[]) this.#item(item);
    } else if (value instanceof Map) this.#map(value as ReadonlyMap<string, Writable>);
    else this.#record(value as WritableRecord);
  }

  #map(value: ReadonlyMap<string, Writable>): void {
    const names = sorted([...value.keys()]);
    this.#head(5, names.length);
    for (const name of names) {
      this.#text(name);
      this.#item(value.get(name) as Writable);
    }
  }

  #record(value: WritableRecord): void {
    const names = Object.keys(value).filter((name) => value[name] !== undefined);
    this.#head(5, names.length);
    for (const name of sorted(names)) {
      this.#text(name);
      this.#item(value[name] as Writable);
    }
  }

  /** Nearly every text is ASCII: as many bytes as units, written while looking. */
  #text(text: string): void {
    const { length } = text;
    const begun = this.#at;
    this.#head(3, length);
    this.#room(length);
    const out = this.#out;
    let at = this.#at;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#at = begun;
        const bytes = utf8Length(text);
        this.#head(3, bytes);
        this.#room(bytes);
        this.#at = utf8Write(text, this.#out, this.#at);
        return;
      }
      out[at++] = unit;
    }
    this.#at = at;
  }

  /** Major type and argument (RFC 8949 §3). */
  #head(major: number, argument: number): void {
    this.#room(9);
    const out = this.#out;
    const type = major << 5;
    if (argument < 24) out[this.#at++] = type | argument;
    else if (argument < 0x100) {
      out[this.#at++] = type | 24;
      out[this.#at++] = argument;
    } else if (argument < 0x1_0000) {
      out[this.#at++] = type | 25;
      out[this.#at++] = argument >>> 8;
      out[this.#at++] = argument;
    } else {
      const wide = argument >= 0x1_0000_0000;
      out[this.#at] = type | (wide ? 27 : 26);
      const end = this.#at + (wide ? 9 : 5);
      let rest = argument;
      for (let i = end - 1; i > this.#at; i--) {
        out[i] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      this.#at = end;
    }
  }

  /** Tags 2 and 3 (RFC 8949 §3.4.3): the magnitude without leading zeros. */
  #big(value: bigint): void {
    const magnitude = value < 0n ? -1n - value : value;
    this.#head(6, value < 0n ? 3 : 2);
    if (magnitude <= 0x1f_ffff_ffff_ffffn) {
      let rest = Number(magnitude);
      let length = 0;
      for (let bound = 1; bound <= rest; bound *= 256) length++;
      this.#head(2, length);
      for (let i = this.#at + length - 1; i >= this.#at; i--) {
        this.#out[i] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      this.#at += length;
      return;
    }
    const hex = magnitude.toString(16);
    const length = Math.ceil(hex.length / 2);
    this.#head(2, length);
    this.#room(length);
    const digits = hex.padStart(2 * length, '0');
    for (let i = 0; i < length; i++)
      this.#out[this.#at++] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }

  /** Room for so many more bytes. */
  #room(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#out.length, this.#at + bytes));
    larger.set(this.#out.subarray(0, this.#at));
    this.#out = larger;
  }
}

/** Keys in canonical order, in place. They come in nearly the same order each time, so an insertion sort has little to do. */
function sorted(names: string[]): readonly string[] {
  for (let i = 1; i < names.length; i++) {
    const name = names[i] as string;
    let at = i;
    while (at > 0 && keyOrder(names[at - 1] as string, name) > 0) {
      names[at] = names[at - 1] as string;
      at--;
    }
    names[at] = name;
  }
  return names;
}

/** The order of two keys' encodings: the head first, which tells the length, then the bytes. */
function keyOrder(a: string, b: string): number {
  const length = utf8Length(a) - utf8Length(b);
  if (length !== 0) return length;
  // UTF-8 keeps the order of code points; the first code unit that differs begins or ends the first of them that does.
  for (let i = 0; i < a.length; i++)
    if (a.charCodeAt(i) !== b.charCodeAt(i))
      return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  return 0;
}

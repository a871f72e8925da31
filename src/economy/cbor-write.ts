/**
 * Writing canonical CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, keys of maps in the order of their encoded
 * bytes. One writer for what travels (`cbor.ts`) and for rows of the state (`dump.ts`), because every transaction and every
 * touched row passes here and a general encoder takes several times as long. Two passes: the length, then the bytes, so that
 * nothing is copied twice. Values it does not know are bugs and throw: fractions and integers beyond 2^53 − 1 among them.
 * Not here: reading (`cbor-read.ts`).
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
  | { readonly [name: string]: Writable | undefined };

type Entry = readonly [name: string, value: Writable];

/** The one encoding of a value. */
export function writeCbor(value: Writable): Uint8Array {
  const out = new Uint8Array(sizeOf(value));
  write(value, out, 0);
  return out;
}

/** Bytes of a head with this argument. */
function headSize(argument: number): number {
  if (argument < 24) return 1;
  if (argument < 0x100) return 2;
  if (argument < 0x1_0000) return 3;
  return argument < 0x1_0000_0000 ? 5 : 9;
}

function sizeOf(value: Writable): number {
  if (typeof value === 'string') {
    const length = utf8Length(value);
    return headSize(length) + length;
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error(`${value} is no integer that can be written`);
    return headSize(value < 0 ? -1 - value : value);
  }
  if (typeof value === 'bigint') {
    const length = magnitudeLength(value);
    return 1 + headSize(length) + length;
  }
  if (value === null || typeof value === 'boolean') return 1;
  if (value instanceof Uint8Array) return headSize(value.length) + value.length;
  if (Array.isArray(value)) {
    let size = headSize(value.length);
    for (const item of value) size += sizeOf(item);
    return size;
  }
  let size = 0;
  let count = 0;
  if (value instanceof Map)
    for (const [name, item] of value) {
      size += sizeOf(name) + sizeOf(item);
      count++;
    }
  else {
    const record = value as Readonly<Record<string, Writable | undefined>>;
    for (const name in record) {
      const item = record[name];
      if (item === undefined) continue;
      size += sizeOf(name) + sizeOf(item);
      count++;
    }
  }
  return headSize(count) + size;
}

/** Major types 0 … 5 and 6 (RFC 8949 §3.1). Returns where to go on. */
function head(major: number, argument: number, out: Uint8Array, at: number): number {
  const type = major << 5;
  if (argument < 24) {
    out[at] = type | argument;
    return at + 1;
  }
  if (argument < 0x100) {
    out[at] = type | 24;
    out[at + 1] = argument;
    return at + 2;
  }
  if (argument < 0x1_0000) {
    out[at] = type | 25;
    out[at + 1] = argument >>> 8;
    out[at + 2] = argument;
    return at + 3;
  }
  const wide = argument >= 0x1_0000_0000;
  out[at] = type | (wide ? 27 : 26);
  const end = at + (wide ? 9 : 5);
  let rest = argument;
  for (let i = end - 1; i > at; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return end;
}

function write(value: Writable, out: Uint8Array, at: number): number {
  if (typeof value === 'string') {
    const next = head(3, utf8Length(value), out, at);
    return utf8Write(value, out, next);
  }
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value, out, at) : head(0, value, out, at);
  if (typeof value === 'bigint') return writeBig(value, out, at);
  if (value === null || typeof value === 'boolean') {
    out[at] = value === null ? 0xf6 : value ? 0xf5 : 0xf4;
    return at + 1;
  }
  if (value instanceof Uint8Array) {
    const next = head(2, value.length, out, at);
    out.set(value, next);
    return next + value.length;
  }
  if (Array.isArray(value)) {
    let next = head(4, value.length, out, at);
    for (const item of value) next = write(item, out, next);
    return next;
  }
  const entries = sorted(
    value as ReadonlyMap<string, Writable> | Readonly<Record<string, Writable | undefined>>,
  );
  let next = head(5, entries.length, out, at);
  for (const [name, item] of entries) next = write(item, out, write(name, out, next));
  return next;
}

/** Entries in canonical order. Records are written in nearly the same order each time, so an insertion sort has little to do. */
function sorted(
  value: ReadonlyMap<string, Writable> | Readonly<Record<string, Writable | undefined>>,
): readonly Entry[] {
  const entries: Entry[] = [];
  const insert = (name: string, item: Writable): void => {
    let i = entries.length;
    while (i > 0 && keyOrder((entries[i - 1] as Entry)[0], name) > 0) i--;
    if (i === entries.length) entries.push([name, item]);
    else entries.splice(i, 0, [name, item]);
  };
  if (value instanceof Map)
    for (const [name, item] of value as ReadonlyMap<string, Writable>) insert(name, item);
  else {
    const record = value as Readonly<Record<string, Writable | undefined>>;
    for (const name in record) {
      const item = record[name];
      if (item !== undefined) insert(name, item);
    }
  }
  return entries;
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

/** Tags 2 and 3 (RFC 8949 §3.4.3): the magnitude without leading zeros. */
function writeBig(value: bigint, out: Uint8Array, at: number): number {
  const negative = value < 0n;
  const length = magnitudeLength(value);
  let next = head(2, length, out, head(6, negative ? 3 : 2, out, at));
  let rest = negative ? -1n - value : value;
  next += length;
  for (let i = next - 1; rest > 0n; rest >>= 32n) {
    let word = Number(rest & 0xffff_ffffn);
    for (let n = 0; n < 4 && i >= next - length; n++, i--) {
      out[i] = word & 0xff;
      word >>>= 8;
    }
  }
  return next;
}

function magnitudeLength(value: bigint): number {
  const magnitude = value < 0n ? -1n - value : value;
  if (magnitude < 0x20_0000_0000_0000n) {
    let rest = Number(magnitude);
    let length = 0;
    for (; rest >= 1; rest /= 256) length++;
    return length;
  }
  return Math.ceil(magnitude.toString(16).length / 2);
}

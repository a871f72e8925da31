/**
 * BER-TLV as the card reads and writes it (ISO 7816-4 §5.2.2): one-byte tags, the shortest length form, up to 65 535 bytes.
 * The card's own codec: it shares nothing with the terminal's. Everything that is not the one right form is refused:
 * indefinite length (80), 81 below 128, 82 below 256, longer forms, tags of several bytes, bytes left over.
 */
import { concat } from '../src/bytes.ts';

export interface Tlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** The objects one after the other, or undefined when the bytes are not exactly a row of them. */
export function parseTlvs(bytes: Uint8Array): Tlv[] | undefined {
  const out: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    const first = bytes[at++];
    // 00 is padding in ISO 7816-4 and no tag here; low five bits all set announce a longer tag.
    if (tag === 0 || (tag & 0x1f) === 0x1f || first === undefined) return undefined;
    let length = first;
    if (first === 0x81) {
      length = bytes[at++] ?? 0;
      if (length < 0x80) return undefined;
    } else if (first === 0x82) {
      length = (bytes[at++] ?? 0) * 256 + (bytes[at++] ?? 0);
      if (length < 0x100) return undefined;
    } else if (first >= 0x80) return undefined;
    if (at + length > bytes.length) return undefined;
    out.push({ tag, value: bytes.slice(at, at + length) });
    at += length;
  }
  return out;
}

/** One object. `tag` is one byte; the value is at most 65 535 bytes. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = concat(...parts);
  const n = value.length;
  if (n > 0xffff) throw new Error('value too long for two length bytes');
  const head = n < 0x80 ? [tag, n] : n < 0x100 ? [tag, 0x81, n] : [tag, 0x82, n >> 8, n & 0xff];
  return concat(Uint8Array.from(head), value);
}

/** A field of a command: its length in bytes, or the range it may have, and whether it may be absent. */
export interface FieldRule {
  readonly tag: number;
  readonly min: number;
  readonly max: number;
  readonly optional?: boolean;
}

/** A rule for a field of exactly `length` bytes. */
export function exactly(tag: number, length: number): FieldRule {
  return { tag, min: length, max: length };
}

/**
 * The values of a command's fields in the order of the rules; absent optional ones are undefined. Undefined when the data
 * is malformed, a field is missing, has another length, is out of order, comes twice, or is not known.
 */
export function readFields(
  data: Uint8Array,
  rules: readonly FieldRule[],
): (Uint8Array | undefined)[] | undefined {
  const found = parseTlvs(data);
  if (found === undefined) return undefined;
  let next = 0;
  const out: (Uint8Array | undefined)[] = [];
  for (const { tag, min, max, optional } of rules) {
    const field = found[next];
    if (field === undefined || field.tag !== tag) {
      if (optional !== true) return undefined;
      out.push(undefined);
      continue;
    }
    if (field.value.length < min || field.value.length > max) return undefined;
    out.push(field.value);
    next++;
  }
  return next === found.length ? out : undefined;
}

/**
 * BER-TLV as cards write it: ISO 7816-4 §5.2.2 (data objects in ITU-T X.690 basic encoding), strict. One spelling for
 * each object: shortest length form, tags of one or two bytes, definite lengths up to 65 535. It knows no meanings and
 * does not open constructed objects by itself.
 */
import { concat } from '../bytes.ts';
import { ok, type Result, refuse } from '../result.ts';

export interface Tlv {
  /** One byte as 0x00nn, two bytes as 0xnnnn. */
  readonly tag: number;
  readonly value: Uint8Array;
}

/** `tlv_cut`: the bytes end inside an object. `tlv_tag`, `tlv_length`: a forbidden form. `tlv_fields`: not the objects asked for. */
export type TlvRefusal = 'tlv_cut' | 'tlv_tag' | 'tlv_length' | 'tlv_fields';

const LONGEST = 0xffff;

/** A tag that this project may write; a wrong one is a bug. ISO 7816-4 §5.2.2.1: 00 and FF are no first bytes, 1F…7F the only second ones here. */
function validTag(tag: number): boolean {
  if (!Number.isInteger(tag) || tag < 0 || tag > 0xffff) return false;
  if (tag <= 0xff) return tag !== 0 && (tag & 0x1f) !== 0x1f;
  const second = tag & 0xff;
  return tag >> 8 !== 0xff && ((tag >> 8) & 0x1f) === 0x1f && second >= 0x1f && second <= 0x7f;
}

/** One data object, its value the concatenation of `parts` (≤ 65 535 bytes). A forbidden tag or a longer value is a bug and throws. */
export function encodeTlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  if (!validTag(tag)) throw new Error(`forbidden tag ${tag.toString(16)}`);
  const value = concat(...parts);
  if (value.length > LONGEST) throw new Error('value too long for a data object');
  const head = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
  if (value.length > 0xff) head.push(0x82, value.length >> 8, value.length & 0xff);
  else if (value.length > 0x7f) head.push(0x81, value.length);
  else head.push(value.length);
  return concat(Uint8Array.from(head), value);
}

/** The objects that fill `bytes` exactly, in their order; values are views of `bytes`. Refuses every other spelling. */
export function parseTlvs(bytes: Uint8Array): Result<readonly Tlv[], TlvRefusal> {
  const objects: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    let tag = bytes[at++] as number;
    if ((tag & 0x1f) === 0x1f) {
      const second = bytes[at++];
      if (second === undefined) return refuse('tlv_cut', 'inside a tag');
      tag = tag * 0x100 + second;
    }
    if (!validTag(tag)) return refuse('tlv_tag', tag.toString(16));
    const first = bytes[at++];
    if (first === undefined) return refuse('tlv_cut', 'before a length');
    let length = first;
    if (first >= 0x80) {
      const more = first - 0x80;
      // 80 is the indefinite form; 83 and longer could only say what fits two bytes, or more than a card may send.
      if (more !== 1 && more !== 2) return refuse('tlv_length', first.toString(16));
      if (at + more > bytes.length) return refuse('tlv_cut', 'inside a length');
      length = 0;
      for (let i = 0; i < more; i++) length = length * 0x100 + (bytes[at++] as number);
      if (length < (more === 1 ? 0x80 : 0x100)) return refuse('tlv_length', 'not the shortest form');
    }
    if (at + length > bytes.length) return refuse('tlv_cut', 'inside a value');
    objects.push({ tag, value: bytes.subarray(at, at + length) });
    at += length;
  }
  return ok(objects);
}

/** What a message must hold at one place: the tag, its value's shortest and longest length in bytes, and whether it may be absent. */
export interface Field {
  readonly tag: number;
  readonly min: number;
  readonly max: number;
  readonly optional?: boolean;
}

/** A field of exactly `length` bytes. */
export function field(tag: number, length: number): Field {
  return { tag, min: length, max: length };
}

/**
 * The values of `bytes` read as exactly these fields in this order; an absent optional one is undefined. Anything
 * more, less, in another order or of another length is refused, as every malformed object is.
 */
export function readFields(
  bytes: Uint8Array,
  fields: readonly Field[],
): Result<readonly (Uint8Array | undefined)[], TlvRefusal> {
  const parsed = parseTlvs(bytes);
  if (!parsed.ok) return parsed;
  let at = 0;
  const values: (Uint8Array | undefined)[] = [];
  for (const wanted of fields) {
    const object = parsed.value[at];
    if (object === undefined || object.tag !== wanted.tag) {
      if (wanted.optional !== true) return refuse('tlv_fields', `no ${wanted.tag.toString(16)}`);
      values.push(undefined);
      continue;
    }
    if (object.value.length < wanted.min || object.value.length > wanted.max)
      return refuse('tlv_fields', `length of ${wanted.tag.toString(16)}`);
    values.push(object.value);
    at++;
  }
  return at === parsed.value.length ? ok(values) : refuse('tlv_fields', 'more than asked for');
}

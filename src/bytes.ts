/** Byte strings: hex, concatenation, comparison, text, big-endian integers. Pure; no Buffer, no TextEncoder (this folder has no Node and no DOM). */

/** Character codes of the lower-case hex digits. */
const DIGIT = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const NO_DIGIT = 0xff;
/** Value of a lower-case hex digit by its character code; NO_DIGIT for any other character below 128. */
const NIBBLE = Uint8Array.from({ length: 128 }, (_, code) => {
  const at = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return at < 0 ? NO_DIGIT : at;
});

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length <= HEX_AT_ONCE) return hexOf(bytes, 0, bytes.length);
  let s = '';
  for (let from = 0; from < bytes.length; from += HEX_AT_ONCE)
    s += hexOf(bytes, from, Math.min(from + HEX_AT_ONCE, bytes.length));
  return s;
}

/** An id at once: a text put together from pairs of digits would have to be flattened when it is first looked up, for three times the price. */
const HEX_AT_ONCE = 64;

function hexOf(bytes: Uint8Array, from: number, to: number): string {
  const codes = new Array<number>(2 * (to - from));
  for (let i = from, at = 0; i < to; i++) {
    const byte = bytes[i] as number;
    codes[at++] = DIGIT[byte >> 4] as number;
    codes[at++] = DIGIT[byte & 15] as number;
  }
  return String.fromCharCode.apply(null, codes);
}

/** Bytes of a hex string (lower case only: one spelling), or undefined when it is not one. */
export function fromHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0) return undefined;
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = NIBBLE[hex.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = NIBBLE[hex.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) return undefined;
    out[i] = (high << 4) | low;
  }
  return out;
}

/** Bytes of a hex string that this programme wrote itself; a wrong one is a bug and throws. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error(`not lower-case hex: ${hex.slice(0, 80)}`);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let diff = 0;
  for (let i = 0; i < a.length; i++) diff |= (a[i] as number) ^ (b[i] as number);
  return diff === 0;
}

/** Lexicographic order of unsigned bytes; a prefix comes first. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** ASCII text as bytes; anything else is a bug and throws. For domain strings such as `timecard/1`. */
export function ascii(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) throw new Error('not ASCII');
    out[i] = c;
  }
  return out;
}

/** A non-negative integer as `length` big-endian bytes; one that does not fit is a bug and throws. */
export function beBytes(value: number | bigint, length: number): Uint8Array {
  const out = new Uint8Array(length);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
    let v = value;
    for (let i = length - 1; i >= 0; i--) {
      out[i] = v % 256;
      v = Math.floor(v / 256);
    }
    if (v === 0) return out;
    throw new Error('integer too large');
  }
  const big = BigInt(value);
  const hex = big === 0n ? '' : big.toString(16);
  if (hex.startsWith('-') || hex.length > 2 * length) throw new Error('integer does not fit');
  const digits = hex.padStart(2 * length, '0');
  for (let i = 0; i < length; i++)
    out[i] =
      ((NIBBLE[digits.charCodeAt(2 * i)] as number) << 4) | (NIBBLE[digits.charCodeAt(2 * i + 1)] as number);
  return out;
}

/** Big-endian bytes as a bigint; eight bytes at a time, because RSA counts on it. */
export function beInt(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = bytes.length % 8;
  let first = 0n;
  for (let i = 0; i < head; i++) first = (first << 8n) | BigInt(bytes[i] as number);
  const count = (bytes.length - head) / 8;
  return count === 0 ? first : (first << BigInt(64 * count)) | beWords(view, head, count);
}

/** `count` ≥ 1 big-endian 64-bit words from byte `at`, put together in halves: shifting a growing sum is quadratic. */
function beWords(view: DataView, at: number, count: number): bigint {
  if (count === 1) return view.getBigUint64(at);
  const left = count >> 1;
  const right = count - left;
  return (beWords(view, at, left) << BigInt(64 * right)) | beWords(view, at + 8 * left, right);
}

/** At most six big-endian bytes as a number. */
export function beNumber(bytes: Uint8Array): number {
  if (bytes.length > 6) throw new Error('too long for a number');
  let v = 0;
  for (const b of bytes) v = v * 256 + b;
  return v;
}

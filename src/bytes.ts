/** Byte strings: hex, concatenation, comparison, text, big-endian integers. Pure; no Buffer, no TextEncoder (this folder has no Node and no DOM). */

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let s = '';
  for (const b of bytes) s += HEX[b];
  return s;
}

/** Bytes of a hex string (lower case only: one spelling), or undefined when it is not one. */
export function fromHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex)) return undefined;
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** Bytes of a hex string that this programme wrote itself; a wrong one is a bug and throws. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error(`not lower-case hex: ${hex.slice(0, 80)}`);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
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
  const hex = BigInt(value).toString(16);
  if (hex.startsWith('-') || hex.length > 2 * length) throw new Error('integer does not fit');
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  for (let i = 0; i < even.length / 2; i++)
    out[length - even.length / 2 + i] = Number.parseInt(even.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** Big-endian bytes as a bigint. */
export function beInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** At most six big-endian bytes as a number. */
export function beNumber(bytes: Uint8Array): number {
  if (bytes.length > 6) throw new Error('too long for a number');
  let v = 0;
  for (const b of bytes) v = v * 256 + b;
  return v;
}

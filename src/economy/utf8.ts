/**
 * UTF-8 (RFC 3629) for a folder without TextEncoder and TextDecoder. Reading is strict: overlong forms, surrogates, code
 * points over U+10FFFF and cut sequences are no text. Writing a lone surrogate is a bug and throws.
 */

/** Bytes that a text takes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit < 0xd800 || unit > 0xdfff) length += 2;
    else {
      // A pair: two units here, four bytes there.
      const next = text.charCodeAt(i + 1);
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff))
        throw new Error('a lone surrogate is no text');
      length += 2;
      i++;
    }
  }
  return length;
}

/** Writes a text at `at`; returns where it ends. There must be `utf8Length` bytes of room. */
export function utf8Write(text: string, out: Uint8Array, at: number): number {
  let next = at;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      out[next++] = unit;
      continue;
    }
    const point = text.codePointAt(i) as number;
    if (point < 0x800) out[next++] = 0xc0 | (point >> 6);
    else {
      if (point < 0x1_0000) out[next++] = 0xe0 | (point >> 12);
      else {
        out[next++] = 0xf0 | (point >> 18);
        out[next++] = 0x80 | ((point >> 12) & 0x3f);
        i++;
      }
      out[next++] = 0x80 | ((point >> 6) & 0x3f);
    }
    out[next++] = 0x80 | (point & 0x3f);
  }
  return next;
}

/** The text of bytes `from` (included) to `to` (not included), or undefined when they are not UTF-8. */
export function utf8Read(bytes: Uint8Array, from: number, to: number): string | undefined {
  for (let i = from; i < to; i++) if (0x7f < (bytes[i] as number)) return wide(bytes, from, to);
  if (to - from <= UNITS_AT_ONCE) return String.fromCharCode.apply(null, part(bytes, from, to));
  let text = '';
  for (let i = from; i < to; i += UNITS_AT_ONCE)
    text += String.fromCharCode.apply(null, part(bytes, i, Math.min(to, i + UNITS_AT_ONCE)));
  return text;
}

/** Arguments of one call: far below what a stack holds. */
const UNITS_AT_ONCE = 1_024;

/** `apply` takes any array-like of numbers; its type does not say so. */
function part(bytes: Uint8Array, from: number, to: number): number[] {
  return bytes.subarray(from, to) as unknown as number[];
}

function wide(bytes: Uint8Array, from: number, to: number): string | undefined {
  let text = '';
  for (let i = from; i < to; ) {
    const first = bytes[i] as number;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      i++;
      continue;
    }
    // RFC 3629 §4: continuation bytes by the first one, and the smallest code point of that length.
    const more =
      first >= 0xc2 && first < 0xe0
        ? 1
        : first >= 0xe0 && first < 0xf0
          ? 2
          : first >= 0xf0 && first < 0xf5
            ? 3
            : 0;
    if (more === 0 || i + more >= to) return undefined;
    let point = first & (0x3f >> more);
    for (let n = 1; n <= more; n++) {
      const byte = bytes[i + n] as number;
      if ((byte & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    if (more === 2 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return undefined;
    if (more === 3 && (point < 0x1_0000 || point > 0x10_ffff)) return undefined;
    text += String.fromCodePoint(point);
    i += more + 1;
  }
  return text;
}

/**
 * Shapes: one declaration of a value's form gives both its writing to CBOR and its strict reading. A record has exactly
 * its keys: an unknown, doubled or missing one is malformed. Not here: which shapes there are (`wire.ts`) and
 * everything that needs the state.
 */
import { fromHex, hexBytes, toHex } from '../bytes.ts';
import { VALUE_DIGITS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Cbor } from './cbor.ts';

export type ShapeRefusal = 'malformed' | 'not_sorted';

/** A shape described, for those who make values from what people type (the CLI) and for documentation. */
export type Form =
  | { readonly is: 'hex'; readonly bytes: number }
  | { readonly is: 'key' | 'flag' | 'decimal' }
  | { readonly is: 'bytes' | 'uint' | 'text'; readonly min: number; readonly max: number }
  | { readonly is: 'pattern'; readonly pattern: string }
  | { readonly is: 'word'; readonly words: readonly string[] }
  | { readonly is: 'list'; readonly item: Form; readonly min: number; readonly max: number }
  | { readonly is: 'record' | 'tuple'; readonly fields: readonly FormField[] };
export interface FormField {
  readonly name: string;
  readonly form: Form;
  readonly optional: boolean;
}

export interface Shape<T> {
  readonly form: Form;
  /** Must only be given values that `read` could have made; others are bugs. */
  write(value: T): Cbor;
  read(raw: Cbor): Result<T, ShapeRefusal>;
}
/** A record's field that may be absent. */
export interface OptionalShape<T> extends Shape<T> {
  readonly optional: true;
}

const malformed = (detail: string) => refuse('malformed', detail);

/** Byte string of exactly `length` bytes, as lower-case hex. */
export function hex(length: number): Shape<string> {
  return {
    form: { is: 'hex', bytes: length },
    write: hexBytes,
    read: (raw) =>
      raw instanceof Uint8Array && raw.length === length ? ok(toHex(raw)) : malformed(`not ${length} bytes`),
  };
}

/** A signing key of suite 1: 01 ‖ Ed25519 public key. Whether the point is admissible shows when a signature is verified. */
export const key: Shape<string> = {
  form: { is: 'key' },
  write: hexBytes,
  read: (raw) =>
    raw instanceof Uint8Array && raw.length === 33 && raw[0] === 1 ? ok(toHex(raw)) : malformed('not a key'),
};

/** Byte string of `min` to `max` bytes, as bytes. */
export function bytes(min: number, max = min): Shape<Uint8Array> {
  return {
    form: { is: 'bytes', min, max },
    write: (value) => value,
    read: (raw) =>
      raw instanceof Uint8Array && raw.length >= min && raw.length <= max ? ok(raw) : malformed('bytes'),
  };
}

/** Unsigned integer from `min` to `max`, both included. */
export function uint(max: number, min = 0): Shape<number> {
  return {
    form: { is: 'uint', min, max },
    write: (value) => value,
    read: (raw) =>
      typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= min && raw <= max
        ? ok(raw)
        : malformed('number'),
  };
}

/**
 * Text for people: 1 to `max` UTF-16 units (the decoder has seen to valid UTF-8), without control characters and without the invisible ones that
 * reorder or hide text (Unicode TR 36 §3). It is not normalized: the tables differ from one Unicode version to the next, and
 * a ledger must not fork over them.
 */
export function text(max: number): Shape<string> {
  return {
    form: { is: 'text', min: 1, max },
    write: (value) => value,
    read: (raw) =>
      typeof raw === 'string' && raw.length > 0 && raw.length <= max && raw.isWellFormed() && !hidden(raw)
        ? ok(raw)
        : malformed('text'),
  };
}

/** First and last of each range of code units that text may not hold. */
const HIDDEN: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f],
  [0x007f, 0x009f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
];
function hidden(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (HIDDEN.some(([first, last]) => unit >= first && unit <= last)) return true;
  }
  return false;
}

/** Text of a given pattern. */
export function pattern(expression: RegExp): Shape<string> {
  return {
    form: { is: 'pattern', pattern: expression.source },
    write: (value) => value,
    read: (raw) => (typeof raw === 'string' && expression.test(raw) ? ok(raw) : malformed('pattern')),
  };
}

/** One of a closed list of words. */
export function word<const W extends string>(words: readonly W[]): Shape<W> {
  return {
    form: { is: 'word', words },
    write: (value) => value,
    read: (raw) => {
      const found = words.find((w) => w === raw);
      return found === undefined ? malformed('word') : ok(found);
    },
  };
}

/** CBOR 0 and 1: simple values do not travel. */
export const flag: Shape<boolean> = {
  form: { is: 'flag' },
  write: (value) => (value ? 1 : 0),
  read: (raw) => (raw === 0 || raw === 1 ? ok(raw === 1) : malformed('flag')),
};

/** A value in micro-minutes ≥ 0 as decimal text without leading zeros. */
export const decimal: Shape<bigint> = {
  form: { is: 'decimal' },
  write: (value) => value.toString(),
  read: (raw) =>
    typeof raw === 'string' && raw.length <= VALUE_DIGITS && /^(0|[1-9][0-9]*)$/.test(raw)
      ? ok(BigInt(raw))
      : malformed('decimal'),
};

/** A list of `min` to `max` items. With `order` every item must come strictly after the one before it, else `not_sorted`. */
export function list<T>(
  item: Shape<T>,
  limits: { readonly min?: number; readonly max: number },
  order?: (a: T, b: T) => number,
): Shape<readonly T[]> {
  return {
    form: { is: 'list', item: item.form, min: limits.min ?? 0, max: limits.max },
    write: (value) => value.map((v) => item.write(v)),
    read(raw) {
      if (!Array.isArray(raw) || raw.length < (limits.min ?? 0) || raw.length > limits.max)
        return malformed('list');
      const out: T[] = [];
      for (const r of raw) {
        const read = item.read(r);
        if (!read.ok) return read;
        out.push(read.value);
      }
      for (let i = 1; order !== undefined && i < out.length; i++)
        if (order(out[i - 1] as T, out[i] as T) >= 0) return refuse('not_sorted');
      return ok(out);
    },
  };
}

/** Order of hex strings of one length, which is that of their bytes. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? OptionalShape<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};
type AnyShape = Shape<unknown> & { readonly optional?: true };

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { optional: true, form: shape.form, write: shape.write, read: shape.read };
}

function fieldForms(entries: readonly (readonly [string, AnyShape])[]): FormField[] {
  return entries.map(([name, { form, optional }]) => ({ name, form, optional: optional === true }));
}

/** A map with exactly these text keys. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const entries = Object.entries(fields) as unknown as [string, AnyShape][];
  return {
    form: { is: 'record', fields: fieldForms(entries) },
    write(value) {
      const out = new Map<string, Cbor>();
      for (const [name, shape] of entries) {
        const v = (value as Record<string, unknown>)[name];
        if (v !== undefined || shape.optional !== true) out.set(name, shape.write(v));
      }
      return out;
    },
    read(raw) {
      if (!(raw instanceof Map)) return malformed('not a map');
      const out: Record<string, unknown> = {};
      let found = 0;
      for (const [name, shape] of entries) {
        const r = raw.get(name) as Cbor | undefined;
        if (r === undefined) {
          if (shape.optional === true) continue;
          return malformed(`${name} is missing`);
        }
        const read = shape.read(r);
        if (!read.ok)
          return read.detail === undefined
            ? refuse(read.refusal, name)
            : refuse(read.refusal, `${name}: ${read.detail}`);
        out[name] = read.value;
        found++;
      }
      return found === raw.size ? ok(out as T) : malformed('unknown key');
    },
  };
}

/** A shape with a condition between its fields. */
export function where<T>(shape: Shape<T>, holds: (value: T) => boolean): Shape<T> {
  return {
    ...shape,
    read(raw) {
      const read = shape.read(raw);
      return !read.ok || holds(read.value) ? read : malformed('fields that do not go together');
    },
  };
}

/** A record that travels as an array, its fields in the order declared. */
export function tuple<T extends object>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const entries = Object.entries(fields) as unknown as [string, AnyShape][];
  return {
    form: { is: 'tuple', fields: fieldForms(entries) },
    write: (value) => entries.map(([name, shape]) => shape.write((value as Record<string, unknown>)[name])),
    read(raw) {
      if (!Array.isArray(raw) || raw.length !== entries.length) return malformed('array');
      const out: Record<string, unknown> = {};
      for (let i = 0; i < entries.length; i++) {
        const [name, shape] = entries[i] as (typeof entries)[number];
        const read = shape.read(raw[i] as Cbor);
        if (!read.ok) return read;
        out[name] = read.value;
      }
      return ok(out as T);
    },
  };
}

/** True when a string is lower-case hex of `length` bytes; for ids that come from outside as text. */
export function isHex(value: string, length: number): boolean {
  return fromHex(value)?.length === length;
}

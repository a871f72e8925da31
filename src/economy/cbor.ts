/**
 * Deterministic CBOR (RFC 8949 §4.2.1) of what travels: unsigned integers, byte strings, text, arrays and maps, nothing
 * else. Decoding is strict: whatever is not byte for byte the one encoding of its value is refused, so two different byte
 * strings never mean the same. No bytes make it throw. Not here: the bytes themselves (`cbor-read.ts`, `cbor-write.ts`), what
 * the values mean (`schema.ts`) and rows of the state, which have more types (`dump.ts`).
 */
import { ENVELOPE_BYTES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';
import { readCbor } from './cbor-read.ts';
import { writeCbor } from './cbor-write.ts';

/** A decoded value. Keys of maps are text. */
export type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<string, Cbor>;

/** The one encoding of a value. */
export function encodeCbor(value: Cbor): Uint8Array {
  return writeCbor(value);
}

/**
 * The value of a byte string; byte strings in it are views of `bytes`. Refuses `too_large` (over ENVELOPE_BYTES) and
 * `not_canonical`: not CBOR, bytes left over, a type that does not travel, wide lengths or integers, integers over 2^53 − 1,
 * indefinite lengths, keys that are no text, unsorted or doubled ones, text that is not UTF-8, nesting deeper than CBOR_DEPTH.
 */
export function decodeCbor(bytes: Uint8Array): Result<Cbor, 'too_large' | 'not_canonical'> {
  if (bytes.length > ENVELOPE_BYTES) return refuse('too_large');
  const value = readCbor(bytes);
  return value === undefined ? refuse('not_canonical') : ok(value as Cbor);
}

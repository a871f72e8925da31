/**
 * Deterministic CBOR (RFC 8949 §4.2.1) of what travels: unsigned integers, byte strings, text, arrays and maps, nothing
 * else. Decoding is strict: whatever does not come out byte for byte when it is encoded again is refused, so two
 * different byte strings never mean the same. No bytes make it throw. Not here: what the values mean (`schema.ts`)
 * and rows of the state, which have more types (`dump.ts`).
 */
import { decode, encode, rfc8949EncodeOptions, Tokenizer, Type } from 'cborg';
import { equal } from '../bytes.ts';
import { CBOR_DEPTH, ENVELOPE_BYTES } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';

/** A decoded value. Keys of maps are text. */
export type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<string, Cbor>;

const ALLOWED = [Type.uint, Type.bytes, Type.string, Type.array, Type.map];

/** Stops at the first head that is too deep or of a type that never travels: the decoder itself is recursive and would overflow its stack at some thousands. */
class StrictTokenizer extends Tokenizer {
  /** Items still to come in each open array or map. */
  readonly #open: number[] = [];

  override next() {
    const token = super.next();
    if (!ALLOWED.some((type) => Type.equals(token.type, type))) throw new Error('type does not travel');
    const last = this.#open.length - 1;
    if (last >= 0) this.#open[last] = (this.#open[last] as number) - 1;
    const items = Type.equals(token.type, Type.map)
      ? 2 * token.value
      : Type.equals(token.type, Type.array)
        ? token.value
        : 0;
    if (items > 0) this.#open.push(items);
    while (this.#open.length > 0 && this.#open[this.#open.length - 1] === 0) this.#open.pop();
    if (this.#open.length > CBOR_DEPTH) throw new Error('too deep');
    return token;
  }
}

const OPTIONS = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
};

/** The one encoding of a value. */
export function encodeCbor(value: Cbor): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/**
 * The value of a byte string. Refuses `too_large` (over ENVELOPE_BYTES) and `not_canonical`: not CBOR, bytes left over, a type
 * that does not travel, wide lengths or integers, integers over 2^53 − 1, indefinite lengths, unsorted or doubled keys,
 * text that is not UTF-8, nesting deeper than CBOR_DEPTH.
 */
export function decodeCbor(bytes: Uint8Array): Result<Cbor, 'too_large' | 'not_canonical'> {
  if (bytes.length > ENVELOPE_BYTES) return refuse('too_large');
  try {
    const value = decode(bytes, { ...OPTIONS, tokenizer: new StrictTokenizer(bytes, OPTIONS) }) as Cbor;
    return equal(encodeCbor(value), bytes)
      ? ok(value)
      : refuse('not_canonical', 'other bytes for this value');
  } catch (error) {
    return refuse('not_canonical', error instanceof Error ? error.message : '');
  }
}

/**
 * Rows of the state as canonical CBOR: what the engine writes to disk and hashes. Beyond what travels (`cbor.ts`) rows hold
 * values (bigint: bignum tags 2 and 3 of RFC 8949 §3.4.3, so that they never turn into numbers), negative integers,
 * booleans and optional fields (left out). Reading a row that this did not write throws: it is the node's own disk.
 */
import { decode, encode, rfc8949EncodeOptions, Token, Type } from 'cborg';
import { beBytes, beInt } from '../bytes.ts';

const ENCODE = {
  ...rfc8949EncodeOptions,
  ignoreUndefinedProperties: true,
  typeEncoders: {
    bigint(value: bigint) {
      const magnitude = value < 0n ? -1n - value : value;
      const length = Math.ceil(magnitude.toString(16).length / 2);
      return [
        new Token(Type.tag, value < 0n ? 3 : 2),
        new Token(Type.bytes, beBytes(magnitude, magnitude === 0n ? 0 : length)),
      ];
    },
  },
};
const bytesOf = (read: () => unknown): bigint => {
  const value = read();
  if (!(value instanceof Uint8Array)) throw new Error('bignum without bytes');
  return beInt(value);
};
const DECODE = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  tags: { 2: bytesOf, 3: (read: () => unknown) => -1n - bytesOf(read) },
};

/** Equal rows give equal bytes, whatever the order in which their fields were set. */
export function encodeRow(row: unknown): Uint8Array {
  return encode(row, ENCODE);
}

/** The row that `encodeRow` wrote. */
export function decodeRow(bytes: Uint8Array): unknown {
  return decode(bytes, DECODE);
}

/**
 * Rows of the state as canonical CBOR: what the engine writes to disk and hashes. Beyond what travels (`cbor.ts`) rows hold
 * values (bigint: bignum tags 2 and 3 of RFC 8949 §3.4.3, so that they never turn into numbers), negative integers,
 * booleans and optional fields (left out). Reading a row that this did not write throws: it is the node's own disk.
 */
import { readCbor } from './cbor-read.ts';
import { CborWriter, type Writable } from './cbor-write.ts';

/** Equal rows give equal bytes, whatever the order in which their fields were set. `writer`: of whoever writes many. */
export function encodeRow(row: unknown, writer = new CborWriter()): Uint8Array {
  return writer.write(row as Writable);
}

/**
 * The row that `encodeRow` wrote. Its byte strings are views of `bytes`. `intern` is asked for every text in it, so that
 * whoever reads many rows can keep equal ids once.
 */
export function decodeRow(bytes: Uint8Array, intern?: (text: string) => string): unknown {
  const row = readCbor(bytes, { intern });
  if (row === undefined) throw new Error('not a row');
  return row;
}

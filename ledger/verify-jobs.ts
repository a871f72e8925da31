/**
 * What the node's main thread and its verifying threads say to each other: jobs and verdicts as flat buffers, which are handed
 * over and not copied. A job is a list of envelopes' signatures, or of coupons as they lie in a redemption; its answer has one byte an item, in
 * order. Nothing of the state goes along: both questions have one answer whatever the state is.
 * Not here: threads (verify-pool.ts, verify-thread.ts), and what follows from a verdict.
 */
import { hexBytes, toHex } from '../src/bytes.ts';
import type { CryptoPort, RsaPublicKey } from '../src/crypto-port.ts';
import { verifySignatures } from '../src/economy/envelope.ts';
import type { Envelope, Id } from '../src/economy/transaction.ts';

/** A keyset's keys as they travel to a thread: moduli of 256 bytes, e fixed by the rules of keysets. */
export interface KeysetKeys {
  readonly keyset: Id;
  readonly keys: readonly RsaPublicKey[];
}
export interface Job {
  readonly number: number;
  readonly about: 'signatures' | 'coupons';
  /** Keysets of coupons that this thread has not been told yet. */
  readonly told: readonly KeysetKeys[];
  readonly items: Uint8Array<ArrayBuffer>;
}
export interface Verdicts {
  readonly number: number;
  readonly verdicts: Uint8Array<ArrayBuffer>;
}

/** Signatures of one envelope: what a thread needs to know of it. */
export type Signed = Pick<Envelope, 'id' | 'signatures'>;

const ID = 32;
const KEY = 33;
const SIGNATURE = 64;

/** For each envelope: id, number of signatures (2 bytes), key and signature of each. */
export function writeSigned(envelopes: readonly Signed[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const { signatures } of envelopes) length += ID + 2 + signatures.length * (KEY + SIGNATURE);
  const out = new Uint8Array(length);
  let at = 0;
  for (const { id, signatures } of envelopes) {
    out.set(hexBytes(id), at);
    out[at + ID] = signatures.length >> 8;
    out[at + ID + 1] = signatures.length & 0xff;
    at += ID + 2;
    for (const { key, signature } of signatures) {
      out.set(hexBytes(key), at);
      out.set(signature, at + KEY);
      at += KEY + SIGNATURE;
    }
  }
  return out;
}

/** A place that a byte cannot name. */
export const MANY = 255;

/** One verdict an envelope: 0 when every signature holds, else the number of the first that does not, counted from 1; MANY for one beyond. */
export function verifySigned(crypto: CryptoPort, chain: string, items: Uint8Array): Uint8Array<ArrayBuffer> {
  const verdicts: number[] = [];
  for (let at = 0; at < items.length; ) {
    const id = toHex(items.subarray(at, at + ID));
    const count = ((items[at + ID] as number) << 8) | (items[at + ID + 1] as number);
    at += ID + 2;
    const signatures: { key: string; signature: Uint8Array }[] = [];
    for (let i = 0; i < count; i++, at += KEY + SIGNATURE)
      signatures.push({
        key: toHex(items.subarray(at, at + KEY)),
        signature: items.subarray(at + KEY, at + KEY + SIGNATURE),
      });
    const verified = verifySignatures(crypto, chain, { id, transaction: { chain }, signatures });
    const wrong = verified.ok ? -1 : signatures.findIndex(({ key }) => key === verified.detail);
    verdicts.push(Math.min(1 + wrong, MANY));
  }
  return Uint8Array.from(verdicts);
}

/**
 * What the node's main thread and its verifying threads say to each other: jobs and verdicts as flat buffers, which are handed
 * over and not copied. A job is a list of envelopes' signatures or of coupons; its answer has one byte an item, in
 * order. Nothing of the state goes along: both questions have one answer whatever the state is.
 * Not here: threads (verify-pool.ts, verify-thread.ts), and what follows from a verdict.
 */
import { hexBytes, toHex } from '../src/bytes.ts';
import { verify } from '../src/coupons/rsabssa.ts';
import type { CryptoPort, RsaPublicKey } from '../src/crypto-port.ts';
import { NOT_LOOKED, VALID, WRONG } from '../src/economy/coupon-verdict.ts';
import { verifySignatures } from '../src/economy/envelope.ts';
import type { Envelope, Id, RedeemedCoupon } from '../src/economy/transaction.ts';

/** A keyset's keys as they travel to a thread: moduli of 256 bytes, e fixed by the rules of keysets. */
export interface KeysetKeys {
  readonly keyset: Id;
  readonly keys: readonly RsaPublicKey[];
}
export interface Job {
  readonly number: number;
  readonly about: 'signatures' | 'coupons';
  /** Of coupons: the keysets that the items name by their place in this list. */
  readonly keysets: readonly Id[];
  /** Keysets that this thread has not been told yet. */
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

const SERIAL = 32;
const MODULUS = 256;
/** Place of the keyset (2), exponent, serial, signature. */
const COUPON = 3 + SERIAL + MODULUS;

/** Coupons `from` (included) to `to` (not included); `places` are the keysets of the job. */
export function writeCoupons(
  coupons: readonly RedeemedCoupon[],
  from: number,
  to: number,
  places: ReadonlyMap<Id, number>,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((to - from) * COUPON);
  for (let i = from, at = 0; i < to; i++, at += COUPON) {
    const { keyset, exponent, serial, signature } = coupons[i] as RedeemedCoupon;
    const place = places.get(keyset) ?? UNKNOWN;
    out[at] = place >> 8;
    out[at + 1] = place & 0xff;
    out[at + 2] = exponent;
    out.set(hexBytes(serial), at + 3);
    out.set(signature, at + 3 + SERIAL);
  }
  return out;
}
/** The place of a keyset that the main thread does not know. */
const UNKNOWN = 0xffff;

/** Verdicts as `verifyCoupons` gives them. `keysAt` are the keys of the job's keysets, by place. */
export function verifyCouponItems(
  crypto: CryptoPort,
  keysAt: readonly (readonly RsaPublicKey[] | undefined)[],
  items: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const verdicts = new Uint8Array(items.length / COUPON);
  for (let i = 0, at = 0; at < items.length; i++, at += COUPON) {
    const keys = keysAt[((items[at] as number) << 8) | (items[at + 1] as number)];
    if (keys === undefined) {
      verdicts[i] = NOT_LOOKED;
      continue;
    }
    const key = keys[items[at + 2] as number];
    const serial = items.subarray(at + 3, at + 3 + SERIAL);
    const signature = items.subarray(at + 3 + SERIAL, at + COUPON);
    verdicts[i] = key !== undefined && verify(crypto, key, serial, signature) ? VALID : WRONG;
  }
  return verdicts;
}

/**
 * A redemption's coupons as bytes: how they lie one after the other, the same in a body, in what an announcement's digest is of,
 * and in what a verifying thread is given, so that a thousand coupons are taken from one place to the next without being
 * taken apart. RFC 8949 §3.1: 0x84 array of 4, 0x58 n byte string of n, 0x59 nn with two length bytes.
 * Not here: whether they are well formed (`wire.ts`), whose signatures they bear (`coupon-verdict.ts`).
 */
import { ascii, equal, hexBytes } from '../bytes.ts';
import { MODULUS_BYTES } from '../coupons/keyset.ts';
import type { Id, RedeemedCoupon } from './transaction.ts';

/** Where in a coupon's bytes: keyset and serial are 32 bytes, the signature is all that follows. */
const KEYSET = 3;
const EXPONENT = 35;
const SERIAL = 38;
const SIGNATURE = 73;
const ID = 32;
/** Bytes of one coupon: array head 1, keyset 2 + 32, exponent 1, serial 2 + 32, signature 3 + 256. */
export const COUPON_BYTES = SIGNATURE + MODULUS_BYTES;

/** The `coupons` array as canonical CBOR: the general encoder takes ten times as long. */
export function encodeCoupons(coupons: readonly RedeemedCoupon[]): Uint8Array {
  const head = arrayHead(coupons.length);
  const out = new Uint8Array(head.length + coupons.length * COUPON_BYTES);
  out.set(head);
  let at = head.length;
  for (const { keyset, exponent, serial, signature } of coupons) {
    if (signature.length !== MODULUS_BYTES || exponent > 23) throw new Error('not a decoded coupon');
    out[at] = 0x84;
    writeId(out, at + KEYSET, keyset);
    out[at + EXPONENT] = exponent;
    writeId(out, at + SERIAL, serial);
    out[at + SIGNATURE - 3] = 0x59;
    out[at + SIGNATURE - 2] = MODULUS_BYTES >> 8;
    out[at + SIGNATURE - 1] = MODULUS_BYTES & 0xff;
    out.set(signature, at + SIGNATURE);
    at += COUPON_BYTES;
  }
  return out;
}

/** What stands in a redemption's body before and after its coupons: bodies are canonical, so their keys have one order. */
const BEFORE = ascii('\x67coupons');
const AFTER = ascii('\x6cannouncement');
const AFTER_BYTES = AFTER.length + 2 + ID;

/** The `coupons` array in the body of a redemption that was decoded and has so many: a view, the same bytes that `encodeCoupons` gives. Another body is a bug and throws. */
export function couponsIn(body: Uint8Array, count: number): Uint8Array {
  const to = body.length - AFTER_BYTES;
  const from = to - arrayHead(count).length - count * COUPON_BYTES;
  const framed =
    from >= BEFORE.length &&
    equal(body.subarray(from - BEFORE.length, from), BEFORE) &&
    equal(body.subarray(to, to + AFTER.length), AFTER);
  if (!framed) throw new Error('not the body of that redemption');
  return body.subarray(from, to);
}

/** Its coupons alone, one after the other: COUPON_BYTES each. */
export function couponItemsIn(body: Uint8Array, count: number): Uint8Array {
  return couponsIn(body, count).subarray(arrayHead(count).length);
}

/** A coupon in its bytes; the arrays are views. */
export interface CouponItem {
  readonly keyset: Uint8Array;
  readonly exponent: number;
  readonly serial: Uint8Array;
  readonly signature: Uint8Array;
}

/** The coupon whose bytes begin at `at`. */
export function couponItem(items: Uint8Array, at: number): CouponItem {
  return {
    keyset: items.subarray(at + KEYSET, at + KEYSET + ID),
    exponent: items[at + EXPONENT] as number,
    serial: items.subarray(at + SERIAL, at + SERIAL + ID),
    signature: items.subarray(at + SIGNATURE, at + COUPON_BYTES),
  };
}

/** Major type 4; REDEEM_COUPONS fits two length bytes. */
function arrayHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x80 + length);
  return length < 256 ? Uint8Array.of(0x98, length) : Uint8Array.of(0x99, length >> 8, length & 0xff);
}

/** An id as a byte string of 32 bytes that begin at `at`. */
function writeId(out: Uint8Array, at: number, id: Id): void {
  out[at - 2] = 0x58;
  out[at - 1] = ID;
  out.set(hexBytes(id), at);
}

/**
 * The costly half of a redemption, apart from the state: the digest under which coupons were announced and whether the
 * signatures are the office's (RFC 9474 §4.5). A node may run `verifyCoupons` on worker threads before the rule is asked and hand
 * the verdicts over in the context; without them the rule does it itself, with the same outcome.
 * Not here: how coupons lie in bytes (`coupon-bytes.ts`), whether a coupon was seen, and by whom (`redeem.ts`).
 */
import { equal, hexBytes, toHex } from '../bytes.ts';
import { verify } from '../coupons/rsabssa.ts';
import type { CryptoPort, RsaPublicKey } from '../crypto-port.ts';
import { COUPON_BYTES, couponItem, couponsIn, encodeCoupons } from './coupon-bytes.ts';
import type { Id, RedeemedCoupon } from './transaction.ts';

/** What an announcement announces: SHA-256 of the canonical CBOR of the coupons, sorted by keyset, then serial. */
export function couponsDigest(crypto: CryptoPort, coupons: readonly RedeemedCoupon[]): Id {
  return toHex(crypto.sha256(encodeCoupons(coupons)));
}

/** The same of a redemption that is decoded, from the bytes in which its coupons came. `count` is how many it has. */
export function shownDigest(crypto: CryptoPort, body: Uint8Array, count: number): Id {
  return toHex(crypto.sha256(couponsIn(body, count)));
}

/** Coupons in the order in which a redemption carries them: by keyset, then serial, as bytes. */
export function sortCoupons(coupons: readonly RedeemedCoupon[]): readonly RedeemedCoupon[] {
  return coupons.toSorted(couponOrder);
}

/** Negative when `a` comes first; 0 for the same serial of the same keyset, which no redemption may carry twice. */
export function couponOrder(a: RedeemedCoupon, b: RedeemedCoupon): number {
  if (a.keyset !== b.keyset) return a.keyset < b.keyset ? -1 : 1;
  return a.serial < b.serial ? -1 : a.serial > b.serial ? 1 : 0;
}

/** Whether a coupon's signature is that of its denomination's key over its serial. */
export function verifyCouponSignature(
  crypto: CryptoPort,
  keys: readonly RsaPublicKey[] | undefined,
  coupon: RedeemedCoupon,
): boolean {
  const key = keys?.[coupon.exponent];
  return key !== undefined && verify(crypto, key, hexBytes(coupon.serial), coupon.signature);
}

/** Verdicts: the signature is wrong, valid, or nobody looked because the keyset was not known yet. */
export const WRONG = 0;
export const VALID = 1;
export const NOT_LOOKED = 2;

/**
 * One verdict a coupon, in order; `items` are their bytes one after the other (`couponItemsIn`). `keysOf` gives a keyset's public
 * keys, the same objects each time (crypto keeps work by their identity), or undefined. A keyset's id is the hash of its
 * keys, so WRONG and VALID hold in every state; a keyset unknown here may be known when the rule is asked, and the rule
 * then looks by itself.
 */
export function verifyCoupons(
  crypto: CryptoPort,
  keysOf: (keyset: Id) => readonly RsaPublicKey[] | undefined,
  items: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const verdicts = new Uint8Array(items.length / COUPON_BYTES);
  let before: Uint8Array | undefined;
  let keys: readonly RsaPublicKey[] | undefined;
  for (let i = 0; i < verdicts.length; i++) {
    const { keyset, exponent, serial, signature } = couponItem(items, i * COUPON_BYTES);
    if (before === undefined || !equal(before, keyset)) keys = keysOf(toHex(keyset));
    before = keyset;
    const key = keys?.[exponent];
    if (keys === undefined) verdicts[i] = NOT_LOOKED;
    else verdicts[i] = key !== undefined && verify(crypto, key, serial, signature) ? VALID : WRONG;
  }
  return verdicts;
}

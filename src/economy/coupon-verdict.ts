/**
 * The costly half of a redemption, apart from the state: the digest under which coupons were announced and whether the
 * signatures are the office's (RFC 9474 §4.5). A node may run `verifyCoupons` on worker threads before the rule is asked and hand
 * the verdicts over in the context; without them the rule does it itself, with the same outcome.
 * Not here: whether a coupon was seen, and by whom (`redeem.ts`).
 */
import { hexBytes, toHex } from '../bytes.ts';
import { verify } from '../coupons/rsabssa.ts';
import type { CryptoPort, RsaPublicKey } from '../crypto-port.ts';
import { encodeCbor } from './cbor.ts';
import type { Id, RedeemedCoupon } from './transaction.ts';
import { couponsShape } from './wire.ts';

/** What an announcement announces: SHA-256 of the canonical CBOR of the coupons, sorted by keyset, then serial. */
export function couponsDigest(crypto: CryptoPort, coupons: readonly RedeemedCoupon[]): Id {
  return toHex(crypto.sha256(encodeCbor(couponsShape.write(coupons))));
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
 * One verdict a coupon, in order. `keysOf` gives a keyset's public keys, the same objects each time (crypto keeps work by
 * their identity), or undefined. A keyset's id is the hash of its keys, so WRONG and VALID hold in every state; a keyset
 * unknown here may be known when the rule is asked, and the rule then looks by itself.
 */
export function verifyCoupons(
  crypto: CryptoPort,
  keysOf: (keyset: Id) => readonly RsaPublicKey[] | undefined,
  coupons: readonly RedeemedCoupon[],
): Uint8Array {
  return Uint8Array.from(coupons, (coupon) => {
    const keys = keysOf(coupon.keyset);
    if (keys === undefined) return NOT_LOOKED;
    return verifyCouponSignature(crypto, keys, coupon) ? VALID : WRONG;
  });
}

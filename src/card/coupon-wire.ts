/**
 * A list of coupons as a card answers it to SPEND (docs/card-protocol.md): keyset prefix 2 ‖ exponent 1 ‖ serial 32 ‖
 * signature 256, in descending exponent, without TLV, because eight of them must fit the air. Whether a coupon is good
 * is not decided here.
 */
import { concat } from '../bytes.ts';
import { COUPONS_PER_PURCHASE, DENOMINATION_EXPONENTS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';

export interface WireCoupon {
  /** First 2 bytes of the keyset's id. */
  readonly keysetPrefix: Uint8Array;
  /** The coupon is worth 2^exponent minutes; 0 to 8. */
  readonly exponent: number;
  /** 32 bytes: SHA-256(suite byte ‖ coupon public key). */
  readonly serial: Uint8Array;
  /** 256 bytes: RSABSSA-SHA384-PSSZERO over the serial (RFC 9474). */
  readonly signature: Uint8Array;
}

export const COUPON_BYTES = 2 + 1 + 32 + 256;
const LARGEST = DENOMINATION_EXPONENTS.length - 1;

/** keyset ‖ exponent ‖ serial: what an attestation signs of a coupon. */
export function couponHead(coupon: WireCoupon): Uint8Array {
  return concat(coupon.keysetPrefix, Uint8Array.of(coupon.exponent), coupon.serial);
}

/** One to eight coupons, exponents 0 to 8 not ascending, every serial once; else `wrong_coupons`. Fields are copies. */
export function parseCoupons(bytes: Uint8Array): Result<readonly WireCoupon[], 'wrong_coupons'> {
  const count = bytes.length / COUPON_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > COUPONS_PER_PURCHASE)
    return refuse('wrong_coupons', `${bytes.length} bytes`);
  const coupons: WireCoupon[] = [];
  const serials = new Set<string>();
  let last = LARGEST;
  for (let i = 0; i < count; i++) {
    const one = bytes.slice(i * COUPON_BYTES, (i + 1) * COUPON_BYTES);
    const exponent = one[2] as number;
    if (exponent > last) return refuse('wrong_coupons', 'exponent');
    last = exponent;
    const serial = one.subarray(3, 35);
    serials.add(serial.join());
    coupons.push({ keysetPrefix: one.subarray(0, 2), exponent, serial, signature: one.subarray(35) });
  }
  return serials.size === count ? ok(coupons) : refuse('wrong_coupons', 'a serial twice');
}

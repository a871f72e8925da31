/**
 * The costly half of a redemption, apart from the state: the digest under which coupons were announced and whether the
 * signatures are the office's (RFC 9474 §4.5). A node may run `verifyCoupons` on worker threads before the rule is asked and hand
 * the verdicts over in the context; without them the rule does it itself, with the same outcome.
 * Not here: whether a coupon was seen, and by whom (`redeem.ts`).
 */
import { toHex } from '../bytes.ts';
import { MODULUS_BYTES } from '../coupons/keyset.ts';
import { verify } from '../coupons/rsabssa.ts';
import type { CryptoPort, RsaPublicKey } from '../crypto-port.ts';
import type { Id, RedeemedCoupon } from './transaction.ts';

/** What an announcement announces: SHA-256 of the canonical CBOR of the coupons, sorted by keyset, then serial. */
export function couponsDigest(crypto: CryptoPort, coupons: readonly RedeemedCoupon[]): Id {
  return toHex(crypto.sha256(encodeCoupons(coupons)));
}

/**
 * The `coupons` array as canonical CBOR, written directly, because a redemption's every coupon passes here and the general
 * encoder takes ten times as long. RFC 8949 §3.1: 0x84 array of 4, 0x58 n byte string of n, 0x59 nn with two length bytes.
 */
function encodeCoupons(coupons: readonly RedeemedCoupon[]): Uint8Array {
  const head = arrayHead(coupons.length);
  const out = new Uint8Array(head.length + coupons.length * COUPON_BYTES);
  out.set(head);
  let at = head.length;
  let before: { readonly keyset: Id; readonly at: number } | undefined;
  for (const { keyset, exponent, serial, signature } of coupons) {
    if (signature.length !== MODULUS_BYTES || exponent > 23) throw new Error('not a decoded coupon');
    out[at] = 0x84;
    if (before?.keyset === keyset) out.copyWithin(at + 1, before.at, before.at + 34);
    else writeId(out, at + 1, keyset);
    before = { keyset, at: at + 1 };
    out[at + 35] = exponent;
    writeId(out, at + 36, serial);
    out[at + 70] = 0x59;
    out[at + 71] = MODULUS_BYTES >> 8;
    out[at + 72] = MODULUS_BYTES & 0xff;
    out.set(signature, at + 73);
    at += COUPON_BYTES;
  }
  return out;
}
/** Array head 1, keyset 2 + 32, exponent 1, serial 2 + 32, signature 3 + 256. */
const COUPON_BYTES = 73 + MODULUS_BYTES;

/** Major type 4; REDEEM_COUPONS fits two length bytes. */
function arrayHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x80 + length);
  return length < 256 ? Uint8Array.of(0x98, length) : Uint8Array.of(0x99, length >> 8, length & 0xff);
}

/** An id as a byte string of 32 bytes. */
function writeId(out: Uint8Array, at: number, id: Id): void {
  out[at] = 0x58;
  out[at + 1] = 32;
  putId(out, at + 2, id);
}

/** The 32 bytes of an id that was decoded, hence known to be 64 lower-case hex digits: without `hexBytes`' checks. */
function idBytes(id: Id): Uint8Array {
  const out = new Uint8Array(32);
  putId(out, 0, id);
  return out;
}
function putId(out: Uint8Array, at: number, id: Id): void {
  for (let i = 0; i < 32; i++)
    out[at + i] = (nibble(id.charCodeAt(2 * i)) << 4) | nibble(id.charCodeAt(2 * i + 1));
}

/** '0' … '9' are 48 … 57, 'a' … 'f' 97 … 102. */
function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
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
  return key !== undefined && verify(crypto, key, idBytes(coupon.serial), coupon.signature);
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

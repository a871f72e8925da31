/**
 * A coupon: whole minutes that only its holder can delete. Its serial is the hash of a public key whose private half
 * only the card has; the office's signature is over the serial. It is never paid to anyone, only deleted, so whoever sees
 * one gains nothing by it. Anybody who has the keyset can verify it, without a secret and without asking.
 * Not here: whether it was seen, locked or aborted (ledger), the key pair itself (card), the bytes on the air (card).
 */
import { beBytes, concat, equal } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Keyset, MODULUS_BYTES } from './keyset.ts';
import { verify } from './rsabssa.ts';

export const SERIAL_BYTES = 32;

export interface Coupon {
  /** The keyset's id, 32 bytes. */
  readonly keyset: Uint8Array;
  /** 2^exponent minutes, 0 … 8. */
  readonly exponent: number;
  /** 32 bytes: see `couponSerial`. */
  readonly serial: Uint8Array;
  /** The office's RSASSA-PSS signature of the serial, 256 bytes. */
  readonly signature: Uint8Array;
}

/** In the order of the checks. A wrong signature is the last, because it alone costs anything to find. */
export type CouponRefusal = 'wrong_keyset' | 'unknown_denomination' | 'malformed' | 'invalid_signature';

/** SHA-256 of suite byte ‖ public key: which algorithm the key is for is part of the coupon's name. */
export function couponSerial(crypto: CryptoPort, suite: number, publicKey: Uint8Array): Uint8Array {
  return crypto.sha256(concat(beBytes(suite, 1), publicKey));
}

/**
 * Whether a coupon is one of this keyset, as accepted or refused. `wrong_keyset`: another id; `unknown_denomination`:
 * exponent not 0 … 8; `malformed`: serial or signature of another length; `invalid_signature`.
 */
export function verifyCoupon(
  crypto: CryptoPort,
  keyset: Keyset,
  coupon: Coupon,
): Result<Coupon, CouponRefusal> {
  if (!equal(coupon.keyset, keyset.id)) return refuse('wrong_keyset');
  const key = keyset.keys[coupon.exponent];
  if (key === undefined) return refuse('unknown_denomination');
  if (coupon.serial.length !== SERIAL_BYTES || coupon.signature.length !== MODULUS_BYTES)
    return refuse('malformed');
  return verify(crypto, key, coupon.serial, coupon.signature) ? ok(coupon) : refuse('invalid_signature');
}

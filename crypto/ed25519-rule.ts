/**
 * The one Ed25519 rule of the house, checked on the bytes before any library is asked (RFC 8032 §5.1.7 made strict):
 * S < L, canonical encodings of A and R, neither A nor R of small order. What is left, the cofactorless equation
 * SB = R + hA with h reduced modulo L, is the library's part. Libraries, and even patch releases of one runtime, differ exactly in these
 * cases (Chalkias, Garillot, Nikolaenko: «Taming the many EdDSAs», SSR 2020); a ledger whose nodes differ forks.
 * Points of mixed order are accepted when the cofactorless equation holds, as RFC 8032 and FIPS 186-5 allow.
 * Not here: whether A and R lie on the curve; the equation fails for those that do not.
 */
import { hexBytes } from '../src/bytes.ts';

/** 2^255 − 19, little-endian: a canonical y is smaller. */
const P = hexBytes('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
/** L = 2^252 + 27742317777372353535851937790883648493, little-endian: the order of the base point. */
const L = hexBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/**
 * The y coordinates of the eight points whose order divides 8, little-endian, sign bit cleared: 0 (order 4),
 * 1 (the identity), p − 1 (order 2) and the two of order 8. The encodings with x = 0 and the sign bit set
 * (y = 1 and y = p − 1) fall under them as well.
 */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  hexBytes('0000000000000000000000000000000000000000000000000000000000000000'),
  hexBytes('0100000000000000000000000000000000000000000000000000000000000000'),
  hexBytes('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'),
  hexBytes('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  hexBytes('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
];

/** Whether the 32 little-endian bytes at `from` (bit 255 masked by `topMask`) are less than `bound`. */
function less(bytes: Uint8Array, from: number, topMask: number, bound: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = (bytes[from + i] as number) & (i === 31 ? topMask : 0xff);
    const limit = bound[i] as number;
    if (byte !== limit) return byte < limit;
  }
  return false;
}

/** Whether the y at `from`, sign bit aside, is one of the small-order ones. */
function smallOrder(bytes: Uint8Array, from: number): boolean {
  for (const y of SMALL_ORDER_Y) {
    let i = 0;
    while (i < 32 && ((bytes[from + i] as number) & (i === 31 ? 0x7f : 0xff)) === y[i]) i++;
    if (i === 32) return true;
  }
  return false;
}

/** Whether the 32 bytes at `from` encode a point canonically (y < p; no x = 0 with the sign bit) and not of small order. */
export function admissiblePoint(bytes: Uint8Array, from = 0): boolean {
  return less(bytes, from, 0x7f, P) && !smallOrder(bytes, from);
}

/**
 * The part of the rule that needs no curve arithmetic. publicKey: 32 bytes A; signature: 64 bytes R ‖ S, S little-endian.
 * False for wrong lengths. What passes is decided by the cofactorless equation alone.
 */
export function admissibleSignature(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    publicKey.length === 32 &&
    signature.length === 64 &&
    less(signature, 32, 0xff, L) &&
    admissiblePoint(publicKey) &&
    admissiblePoint(signature)
  );
}

/** Coupons as bytes: written by us, by the general encoder, and found again in a body. */
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, hexBytes, toHex } from '../../src/bytes.ts';
import { encodeCbor } from '../../src/economy/cbor.ts';
import {
  COUPON_BYTES,
  couponItem,
  couponItemsIn,
  couponsIn,
  encodeCoupons,
} from '../../src/economy/coupon-bytes.ts';
import { couponsDigest, shownDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import type { Id, Redeem, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { decodeBody, encodeBody } from '../../src/economy/wire.ts';
import { CHAIN, hash } from './bank.ts';

const LENGTHS = [1, 5, 23, 24, 32, 255, 256, 1_000];

function some(length: number): readonly RedeemedCoupon[] {
  return sortCoupons(
    Array.from({ length }, (_, i) => ({
      keyset: hash(`keyset ${i % 3}`),
      exponent: i % 9,
      serial: hash(`serial ${i}`),
      signature: new Uint8Array(256).map((_, at) => i + at),
    })),
  );
}
function bodyOf(coupons: readonly RedeemedCoupon[], announcement: Id = hash('announcement')): Uint8Array {
  const redeem: Redeem = { kind: 'redeem', chain: CHAIN, outlet: hash('outlet'), announcement, coupons };
  return encodeBody(redeem);
}

describe('the coupons of a redemption', () => {
  it.each(LENGTHS)(
    '%i: are written as the general encoder writes them, and are found so in the body',
    (length) => {
      const coupons = some(length);
      const plain = coupons.map((c) => [hexBytes(c.keyset), c.exponent, hexBytes(c.serial), c.signature]);
      const expected = encodeCbor(plain);
      const body = bodyOf(coupons);
      expect(toHex(encodeCoupons(coupons))).toBe(toHex(expected));
      expect(toHex(couponsIn(body, length))).toBe(toHex(expected));
      const digest = toHex(nodeCrypto.sha256(expected));
      expect(couponsDigest(nodeCrypto, coupons)).toBe(digest);
      expect(shownDigest(nodeCrypto, body, length)).toBe(digest);
    },
  );

  it.each(LENGTHS)('%i: each has its place, the same that decoding gives', (length) => {
    const body = bodyOf(some(length));
    const decoded = decodeBody(body);
    if (!decoded.ok || decoded.value.kind !== 'redeem') throw new Error('no redemption');
    const items = couponItemsIn(body, length);
    expect(items.length).toBe(length * COUPON_BYTES);
    for (const [i, coupon] of decoded.value.coupons.entries()) {
      const { keyset, exponent, serial, signature } = couponItem(items, i * COUPON_BYTES);
      expect({ keyset: toHex(keyset), exponent, serial: toHex(serial) }).toEqual({
        keyset: coupon.keyset,
        exponent: coupon.exponent,
        serial: coupon.serial,
      });
      expect(toHex(signature)).toBe(toHex(coupon.signature));
    }
  });

  it('looked for in another body, or in another number, they are not there: a bug that throws', () => {
    const body = bodyOf(some(24));
    // An announcement that spells what stands before coupons cannot pass for it.
    const spelled = bodyOf(some(2), `${toHex(ascii('\x67coupons'))}${'0'.repeat(48)}`);
    const others: readonly (readonly [Uint8Array, number])[] = [
      [body, 23],
      [body, 25],
      [body, 0],
      [body.subarray(1, -1), 24],
      [body.subarray(0, -1), 24],
      [spelled, 1],
      [new Uint8Array(0), 0],
    ];
    for (const [other, count] of others)
      expect(() => couponsIn(other, count)).toThrow('not the body of that redemption');
    expect(couponsIn(spelled, 2)).toHaveLength(1 + 2 * COUPON_BYTES);
  });

  it('what no decoder lets through is a bug and throws: another signature length, a long exponent', () => {
    const [coupon] = some(1) as [RedeemedCoupon];
    expect(() => encodeCoupons([{ ...coupon, signature: new Uint8Array(255) }])).toThrow(
      'not a decoded coupon',
    );
    expect(() => encodeCoupons([{ ...coupon, exponent: 24 }])).toThrow('not a decoded coupon');
  });
});

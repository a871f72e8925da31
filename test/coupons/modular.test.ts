/** Inverses and divisors against their definitions; big-endian integers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beBytes, beInt, toHex } from '../../src/bytes.ts';
import { bitLength, gcd, inverseMod, inverses } from '../../src/coupons/modular.ts';

/** Euclid as everybody knows it. */
function plainGcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : plainGcd(b, a % b);
}

/** Integers of very different lengths, with runs of zeros and ones that make long quotients. */
const integer = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n }),
  fc.bigInt({ min: 0n, max: 2n ** 2048n }),
  fc.tuple(fc.integer({ min: 0, max: 2100 }), fc.integer({ min: -3, max: 3 })).map(([bits, off]) => {
    const value = 2n ** BigInt(bits) + BigInt(off);
    return value < 0n ? 0n : value;
  }),
);

describe('gcd and inverse', () => {
  it('gcd is the plain one', () => {
    fc.assert(
      fc.property(integer, integer, integer, (a, b, c) => {
        expect(gcd(a, b)).toBe(plainGcd(a, b));
        expect(gcd(a * c, b * c)).toBe(plainGcd(a, b) * c);
      }),
      { numRuns: 400 },
    );
  });

  it('gcd asks in no order: of two that differ in length, the longer first or last', () => {
    const long = fc.bigInt({ min: 2n ** 52n, max: 2n ** 400n });
    fc.assert(
      fc.property(long, long, fc.integer({ min: 1, max: 400 }), (a, b, bits) => {
        const longer = b << BigInt(bits);
        expect(gcd(a, longer + 1n)).toBe(plainGcd(a, longer + 1n));
        expect(gcd(longer + 1n, a)).toBe(plainGcd(a, longer + 1n));
      }),
      { numRuns: 2_000, seed: 5 },
    );
  });

  it('an inverse is one, and is missing exactly when there is none', () => {
    fc.assert(
      fc.property(
        integer,
        integer.filter((n) => n > 1n),
        (a, n) => {
          const inverse = inverseMod(a, n);
          if (inverse === undefined) expect(plainGcd(a, n)).not.toBe(1n);
          else {
            expect((a * inverse) % n).toBe(1n);
            expect(inverse >= 0n && inverse < n).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('many inverses are each the single one', () => {
    const n = 2n ** 521n - 1n;
    const below = fc.bigInt({ min: 1n, max: n - 1n });
    fc.assert(
      fc.property(fc.array(below, { maxLength: 12 }), fc.array(below, { maxLength: 4 }), (values, others) => {
        expect(inverses(values, others, n)).toEqual(values.map((value) => inverseMod(value, n)));
      }),
      { numRuns: 50 },
    );
    expect(inverses([2n, 3n, 5n], [], 35n)).toBeUndefined();
    expect(inverses([2n, 3n], [7n], 35n)).toBeUndefined();
    expect(inverses([2n, 3n], [4n], 35n)).toEqual([18n, 12n]);
  });
});

describe('big-endian integers', () => {
  it('go to bytes and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const value = beInt(bytes);
        expect(value).toBe(bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`));
        expect(beBytes(value, bytes.length)).toEqual(bytes);
      }),
    );
    expect(() => beBytes(256n, 1)).toThrow();
    expect(() => beBytes(-1n, 4)).toThrow();
    expect(beInt(Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 9).subarray(1))).toBe(0x010203040506070809n);
  });

  it('know their length in bits', () => {
    for (let bits = 1; bits < 70; bits++) {
      expect(bitLength(2n ** BigInt(bits) - 1n)).toBe(bits);
      expect(bitLength(2n ** BigInt(bits - 1))).toBe(bits);
    }
  });
});

/** The one Ed25519 rule of the house: edge cases by strangers, and every torsion mix, under both ports. */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { admissiblePoint, admissibleSignature } from '../../crypto/ed25519-rule.ts';
import { nobleCrypto } from '../../crypto/noble.ts';
import { nodeCrypto } from '../../crypto/node.ts';
import { beBytes, beInt, concat, hexBytes, toHex } from '../../src/bytes.ts';
import edge from '../vectors/ed25519-edge-cases.json' with { type: 'json' };
import { PORTS } from './ports.ts';

const P = 2n ** 255n - 19n;
const { Point } = ed25519;
const L = Point.Fn.ORDER;

const le = (value: bigint): Uint8Array => beBytes(value, 32).reverse();
/** The encoding of a y with a sign bit, canonical or not. */
const encoding = (y: bigint, sign: boolean): Uint8Array => le(y + (sign ? 2n ** 255n : 0n));

describe.each(PORTS)('%s', (_name, port) => {
  it.each(edge.cases)('edge case $case: $what → $accepted', (v) => {
    const verdict = port.ed25519Verify(hexBytes(v.publicKey), hexBytes(v.message), hexBytes(v.signature));
    expect(verdict).toBe(v.accepted);
  });

  it('refuses S + L, S = L and the mirrored R of a good signature', () => {
    const seed = new Uint8Array(32).fill(9);
    const message = new Uint8Array(3);
    const key = port.ed25519Public(seed);
    const good = port.ed25519Sign(seed, message);
    const s = beInt(good.slice(32).reverse());
    const r = good.subarray(0, 32);
    expect(port.ed25519Verify(key, message, good)).toBe(true);
    expect(port.ed25519Verify(key, message, concat(r, le(s + L)))).toBe(false);
    expect(port.ed25519Verify(key, message, concat(r, le(L)))).toBe(false);
    const mirrored = good.slice();
    mirrored[31] = (mirrored[31] as number) ^ 0x80;
    expect(port.ed25519Verify(key, message, mirrored)).toBe(false);
  });

  it('refuses a key that is not on the curve', () => {
    const seed = new Uint8Array(32).fill(9);
    const signature = port.ed25519Sign(seed, seed);
    expect(() => Point.fromBytes(encoding(2n, false))).toThrow();
    expect(port.ed25519Verify(encoding(2n, false), seed, signature)).toBe(false);
    expect(port.ed25519Verify(port.ed25519Public(seed), seed, concat(encoding(2n, false), le(1n)))).toBe(
      false,
    );
  });
});

describe('the rule on bytes', () => {
  it('refuses the eight points of small order and every other spelling of them', () => {
    const ys = new Set(ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex, true).y));
    expect(ys.size).toBe(5);
    for (const y of ys)
      for (const spelt of [y, y + P])
        for (const sign of [false, true])
          if (spelt < 2n ** 255n)
            expect(admissiblePoint(encoding(spelt, sign)), `${spelt} ${sign}`).toBe(false);
  });

  it('refuses every y of p and above, and takes the largest and smallest ones that are left', () => {
    for (let y = P; y < 2n ** 255n; y++)
      for (const sign of [false, true]) expect(admissiblePoint(encoding(y, sign))).toBe(false);
    for (const y of [2n, 3n, P - 2n, P - 3n]) expect(admissiblePoint(encoding(y, true))).toBe(true);
  });

  it('takes S below L only', () => {
    const point = Point.BASE.toBytes();
    for (const s of [0n, 1n, L - 1n]) expect(admissibleSignature(point, concat(point, le(s)))).toBe(true);
    for (const s of [L, L + 1n, 2n ** 252n * 2n, 2n ** 256n - 1n])
      expect(admissibleSignature(point, concat(point, le(s)))).toBe(false);
  });
});

describe('points of mixed order', () => {
  // A = aB + i·T, R = rB + j·T with T of order 8: without the cofactor the equation holds exactly when j + h·i ≡ 0 (mod 8).
  const torsion = Point.fromHex(ED25519_TORSION_SUBGROUP.find((hex) => isOrder8(hex)) as string);
  const times = (k: number) => (k === 0 ? Point.ZERO : torsion.multiplyUnsafe(BigInt(k)));
  const [a, r] = [0x1234_5678_9abcn, 0xfedc_ba98n];

  function isOrder8(hex: string): boolean {
    const point = Point.fromHex(hex);
    return !point.multiplyUnsafe(4n).is0();
  }

  it('both ports accept exactly those that meet the cofactorless equation', () => {
    let accepted = 0;
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < 8; j++)
        for (let m = 0; m < 3; m++) {
          const message = Uint8Array.of(i, j, m);
          const key = Point.BASE.multiply(a).add(times(i)).toBytes();
          const rBytes = Point.BASE.multiply(r).add(times(j)).toBytes();
          const h = beInt(sha512(concat(rBytes, key, message)).reverse()) % L;
          const signature = concat(rBytes, le((r + h * a) % L));
          const expected = (BigInt(j) + h * BigInt(i)) % 8n === 0n;
          accepted += expected ? 1 : 0;
          const what = `${i} ${j} ${toHex(message)}`;
          expect(nodeCrypto.ed25519Verify(key, message, signature), what).toBe(expected);
          expect(nobleCrypto.ed25519Verify(key, message, signature), what).toBe(expected);
        }
    expect(accepted).toBeGreaterThan(3);
    expect(accepted).toBeLessThan(100);
  });
});

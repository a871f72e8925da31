/** Keysets and coupons: what is taken, and every refusal. */
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import { beBytes, concat, toHex } from '../../src/bytes.ts';
import { type Coupon, couponSerial, verifyCoupon } from '../../src/coupons/coupon.ts';
import { DENOMINATIONS } from '../../src/coupons/denominations.ts';
import { checkKeyset, type Keyset, keysetId, modulusOf } from '../../src/coupons/keyset.ts';
import { type Blinded, blind, blindSign, finalize } from '../../src/coupons/rsabssa.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';

const secret: readonly RsaPrivateKey[] = Array.from({ length: DENOMINATIONS }, () => generateRsaKey());
const wire = secret.map((key) => ({ n: modulusOf(key), e: 65_537 as number | bigint }));
const keyset = accepted();

function accepted(): Keyset {
  const checked = checkKeyset(nodeCrypto, wire);
  if (!checked.ok) throw new Error(checked.refusal);
  return checked.value;
}

/** The wire form with one key replaced. */
function withKey(at: number, key: Partial<{ n: Uint8Array; e: number | bigint }>): typeof wire {
  return wire.map((k, i) => (i === at ? { ...k, ...key } : k));
}

function refusal(keys: typeof wire): string | undefined {
  const checked = checkKeyset(nodeCrypto, keys);
  return checked.ok ? undefined : checked.refusal;
}

describe('a keyset', () => {
  it('is nine keys, and goes by the hash of n (256 bytes) ‖ e (4 bytes) in the order of the exponents', () => {
    const spelt = concat(...wire.flatMap(({ n }) => [n, Uint8Array.of(0, 1, 0, 1)]));
    expect(spelt).toHaveLength(9 * 260);
    expect(toHex(keyset.id)).toBe(toHex(nodeCrypto.sha256(spelt)));
    expect(keyset.keys.map((key) => key.n)).toEqual(secret.map((key) => key.n));
    expect(keysetId(nodeCrypto, secret)).toEqual(keyset.id);
  });

  it('has another id when any key is another or two change places', () => {
    const swapped = [...secret];
    [swapped[0], swapped[8]] = [secret[8] as RsaPrivateKey, secret[0] as RsaPrivateKey];
    expect(keysetId(nodeCrypto, swapped)).not.toEqual(keyset.id);
  });

  it('takes e as a bigint as well', () => {
    expect(refusal(withKey(3, { e: 65_537n }))).toBeUndefined();
  });

  it('wrong_count: eight or ten keys, or none', () => {
    expect(refusal(wire.slice(1))).toBe('wrong_count');
    expect(refusal([...wire, wire[0] as (typeof wire)[number]])).toBe('wrong_count');
    expect(refusal([])).toBe('wrong_count');
  });

  it('wrong_exponent: anything but 65537', () => {
    for (const e of [0, 1, 3, 17, 65_536, 65_539, -65_537, 65_537n + 2n ** 64n])
      expect(refusal(withKey(8, { e }))).toBe('wrong_exponent');
  });

  it('wrong_exponent: a number that is no integer', () => {
    for (const e of [65_537.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(refusal(withKey(0, { e }))).toBe('wrong_exponent');
  });

  it('wrong_size: 2047 bits, 2049 bits, a leading zero byte, 1024 and 4096 bits', () => {
    const n = (secret[4] as RsaPrivateKey).n;
    for (const bytes of [
      beBytes(n >> 1n, 256),
      beBytes(n << 1n, 257),
      beBytes(n, 257),
      beBytes(n >> 1024n, 128),
      new Uint8Array(512).fill(255),
      new Uint8Array(0),
    ])
      expect(refusal(withKey(4, { n: bytes }))).toBe('wrong_size');
    const first = (byte: number) => refusal(withKey(4, { n: beBytes(n, 256).with(0, byte) }));
    expect(first(0x7f)).toBe('wrong_size');
    expect(first(0x80)).not.toBe('wrong_size');
  });

  it('small_factor: an even modulus, or one divisible by a small prime', () => {
    const n = (secret[2] as RsaPrivateKey).n;
    for (const prime of [2n, 3n, 541n, 997n]) {
      const multiple = n - (n % prime);
      expect(refusal(withKey(2, { n: beBytes(multiple, 256) }))).toBe('small_factor');
    }
  });

  it('shared_factor: the same key twice, or two keys with a common prime', () => {
    expect(refusal(withKey(5, { n: modulusOf(secret[1] as RsaPrivateKey) }))).toBe('shared_factor');
    const mixed = (secret[0] as RsaPrivateKey).p * (secret[8] as RsaPrivateKey).q;
    const bytes = beBytes(mixed, 256);
    // Two 1024-bit primes with their two top bits set always give 2048 bits.
    expect((bytes[0] as number) >= 0x80).toBe(true);
    for (const at of [0, 3, 8]) expect(refusal(withKey(at, { n: bytes }))).toBe('shared_factor');
  });
});

describe('a refusal', () => {
  it('names the first key at fault, by its exponent', () => {
    const n = (secret[2] as RsaPrivateKey).n;
    const named = (keys: typeof wire) => {
      const checked = checkKeyset(nodeCrypto, keys);
      return checked.ok ? 'accepted' : `${checked.refusal}: ${checked.detail}`;
    };
    expect(named(wire.slice(1))).toBe('wrong_count: 8 keys');
    expect(named(withKey(8, { e: 3 }))).toBe('wrong_exponent: key 8');
    expect(named(withKey(4, { n: beBytes(n >> 1n, 256) }))).toBe('wrong_size: key 4');
    expect(named(withKey(2, { n: beBytes(n - (n % 7n), 256) }))).toBe('small_factor: key 2');
    expect(named(withKey(5, { n: modulusOf(secret[1] as RsaPrivateKey) }))).toBe('shared_factor: key 5');
  });
});

describe('a coupon', () => {
  const serial = couponSerial(nodeCrypto, 1, new Uint8Array(32).fill(5));

  function couponOf(exponent: number): Coupon {
    const key = secret[exponent] as RsaPrivateKey;
    const made = blind(nodeCrypto, key, [serial], [123_456_789n]);
    if (!made.ok) throw new Error(made.refusal);
    const { blinded, inverse } = made.value[0] as Blinded;
    const signed = blindSign(nodeCrypto, key, blinded);
    if (!signed.ok) throw new Error(signed.refusal);
    const signature = finalize(nodeCrypto, key, serial, signed.value, inverse);
    if (!signature.ok) throw new Error(signature.refusal);
    return { keyset: keyset.id, exponent, serial, signature: signature.value };
  }

  const coupon = couponOf(6);
  const why = (change: Partial<Coupon>): string | undefined => {
    const verdict = verifyCoupon(nodeCrypto, keyset, { ...coupon, ...change });
    return verdict.ok ? undefined : verdict.refusal;
  };

  it('goes by the hash of suite byte ‖ public key', () => {
    const key = new Uint8Array(32).fill(5);
    expect(couponSerial(nodeCrypto, 1, key)).toEqual(nodeCrypto.sha256(Uint8Array.of(1, ...key)));
    expect(couponSerial(nodeCrypto, 2, new Uint8Array(32).fill(5))).not.toEqual(serial);
  });

  it('of every denomination is verified by anyone who has the keyset', () => {
    for (let exponent = 0; exponent < DENOMINATIONS; exponent++)
      expect(verifyCoupon(nodeCrypto, keyset, couponOf(exponent)).ok).toBe(true);
  });

  it('is refused with the reason', () => {
    expect(why({})).toBeUndefined();
    expect(why({ keyset: nodeCrypto.sha256(keyset.id) })).toBe('wrong_keyset');
    for (const exponent of [-1, 9, 1.5]) expect(why({ exponent })).toBe('unknown_denomination');
    expect(why({ serial: serial.subarray(1) })).toBe('malformed');
    expect(why({ signature: coupon.signature.subarray(1) })).toBe('malformed');
    expect(why({ exponent: 7 })).toBe('invalid_signature');
    expect(why({ serial: nodeCrypto.sha256(serial) })).toBe('invalid_signature');
    expect(why({ signature: coupon.signature.map((b, i) => (i === 100 ? b ^ 1 : b)) })).toBe(
      'invalid_signature',
    );
  });
});

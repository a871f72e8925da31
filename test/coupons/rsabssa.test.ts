/** Blind signatures against RFC 9474, Appendix A, under both ports, and what each step refuses. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { generateRsaKey } from '../../crypto/rsa-keygen.ts';
import { beBytes, beInt, equal, hexBytes, toHex } from '../../src/bytes.ts';
import { emsaPssEncode } from '../../src/coupons/emsa-pss.ts';
import { bitLength, inverseMod } from '../../src/coupons/modular.ts';
import {
  blind,
  blindingFactor,
  blindLoad,
  blindSign,
  checkBlinding,
  checkBlindSignature,
  finalize,
  verify,
} from '../../src/coupons/rsabssa.ts';
import type { CryptoPort, RsaPrivateKey } from '../../src/crypto-port.ts';
import { PORTS } from '../crypto/ports.ts';
import rfc from '../vectors/rfc9474.json' with { type: 'json' };

const num = (hex: string): bigint => BigInt(`0x${hex}`);
const rfcKey: RsaPrivateKey = {
  n: num(rfc.key.n),
  e: num(rfc.key.e),
  d: num(rfc.key.d),
  p: num(rfc.key.p),
  q: num(rfc.key.q),
};
const key = generateRsaKey();
const otherKey = generateRsaKey();
const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
const factorOf = (n: bigint): bigint => blindingFactor(random(288), n);

/** The value of a result that must be accepted. */
function value<T>(result: { ok: true; value: T } | { ok: false; refusal: string }): T {
  if (!result.ok) throw new Error(result.refusal);
  return result.value;
}

describe.each(PORTS)('RFC 9474 Appendix A under %s', (_name, port) => {
  it.each(rfc.vectors)('$name', (v) => {
    const message = hexBytes(v.message);
    const bits = bitLength(rfcKey.n);
    expect(bits).toBe(4096);
    expect(toHex(emsaPssEncode(port, message, bits - 1))).toBe(v.encoded);
    // The RFC gives the inverse; the factor is its inverse.
    const factor = inverseMod(num(v.inverse), rfcKey.n) as bigint;
    const [blinded] = value(blind(port, rfcKey, [message], [factor]));
    expect(toHex(blinded?.blinded as Uint8Array)).toBe(v.blinded);
    expect(blinded?.inverse).toBe(num(v.inverse));
    const blindSignature = value(blindSign(port, rfcKey, hexBytes(v.blinded)));
    expect(toHex(blindSignature)).toBe(v.blindSignature);
    const signature = value(finalize(port, rfcKey, message, blindSignature, num(v.inverse)));
    expect(toHex(signature)).toBe(v.signature);
    expect(verify(port, rfcKey, message, signature)).toBe(true);
  });
});

describe('a load', () => {
  const messages = Array.from({ length: 7 }, () => random(32));
  const keys = messages.map((_, i) => (i % 3 === 0 ? otherKey : key));
  const items = messages.map((message, i) => {
    const itsKey = keys[i] as RsaPrivateKey;
    return { key: itsKey, message, factor: factorOf(itsKey.n) };
  });

  it('blinds for several keys as it blinds one by one, in order', () => {
    const together = value(blindLoad(nodeCrypto, items));
    const alone = items.map((item) => value(blind(nodeCrypto, item.key, [item.message], [item.factor]))[0]);
    expect(together).toEqual(alone);
    expect(value(blindLoad(nodeCrypto, []))).toEqual([]);
  });

  it('comes back as signatures anyone verifies, each under its own key only', () => {
    value(blindLoad(nodeCrypto, items)).forEach(({ blinded, inverse }, i) => {
      const itsKey = keys[i] as RsaPrivateKey;
      const message = messages[i] as Uint8Array;
      const blindSignature = value(blindSign(nodeCrypto, itsKey, blinded));
      expect(checkBlindSignature(nodeCrypto, itsKey, blinded, blindSignature)).toBe(true);
      const signature = value(finalize(nodeCrypto, itsKey, message, blindSignature, inverse));
      expect(verify(nodeCrypto, itsKey, message, signature)).toBe(true);
      expect(verify(nodeCrypto, itsKey === key ? otherKey : key, message, signature)).toBe(false);
    });
  });

  it('the same message under another factor is blinded otherwise and signed the same', () => {
    const message = random(32);
    const blinds = value(blind(nodeCrypto, key, [message, message], [factorOf(key.n), factorOf(key.n)]));
    const [one, two] = blinds.map((b) => {
      const signed = value(blindSign(nodeCrypto, key, b.blinded));
      return value(finalize(nodeCrypto, key, message, signed, b.inverse));
    });
    expect(equal(blinds[0]?.blinded as Uint8Array, blinds[1]?.blinded as Uint8Array)).toBe(false);
    expect(one).toEqual(two);
  });
});

describe('refusals', () => {
  const message = random(32);
  const [made] = value(blind(nodeCrypto, key, [message], [factorOf(key.n)]));
  const { blinded, inverse } = made as { blinded: Uint8Array; inverse: bigint };
  const blindSignature = value(blindSign(nodeCrypto, key, blinded));
  const signature = value(finalize(nodeCrypto, key, message, blindSignature, inverse));
  const flip = (bytes: Uint8Array, i: number): Uint8Array => bytes.map((b, j) => (j === i ? b ^ 1 : b));

  it('a factor that is 0, n or more, or shares a divisor with n', () => {
    for (const factor of [0n, key.n, key.n + 1n, key.p, 5n * key.q])
      expect(blind(nodeCrypto, key, [message, message], [3n, factor])).toEqual({
        ok: false,
        refusal: 'blinding_error',
      });
    expect(
      blindLoad(nodeCrypto, [
        { key: otherKey, message, factor: 2n },
        { key, message, factor: key.p },
      ]).ok,
    ).toBe(false);
  });

  it('an encoded message that shares a divisor with n', () => {
    // A modulus made to share a factor with this very message's encoding; no office would have it.
    const encodes = (m: Uint8Array): bigint => beInt(emsaPssEncode(nodeCrypto, m, 2047));
    let message = random(32);
    while (encodes(message) % 3n !== 0n) message = random(32);
    const factor = 3n;
    const cofactor = 2n ** 2048n / factor;
    const n = factor * (cofactor % 2n === 0n ? cofactor - 1n : cofactor);
    expect(bitLength(n)).toBe(2048);
    for (const messages of [[message], [message, random(32)], [random(32), message]])
      expect(
        blind(
          nodeCrypto,
          { n, e: 65_537n },
          messages,
          messages.map(() => 2n),
        ),
      ).toEqual({ ok: false, refusal: 'invalid_input' });
  });

  it('a blinded message of n or more, or of another length', () => {
    expect(blindSign(nodeCrypto, key, beBytes(key.n, 256))).toEqual({ ok: false, refusal: 'out_of_range' });
    expect(blindSign(nodeCrypto, key, new Uint8Array(256).fill(255)).ok).toBe(false);
    for (const length of [0, 255, 257])
      expect(blindSign(nodeCrypto, key, new Uint8Array(length))).toEqual({
        ok: false,
        refusal: 'unexpected_input_size',
      });
  });

  it('a faulty private operation: the wrong signature does not leave', () => {
    const faulty: CryptoPort = {
      ...nodeCrypto,
      rsaPrivate: (k, block) => flip(nodeCrypto.rsaPrivate(k, block), 200),
    };
    expect(blindSign(faulty, key, blinded)).toEqual({ ok: false, refusal: 'signing_failure' });
  });

  it("a blind signature that is not the office's", () => {
    expect(checkBlindSignature(nodeCrypto, key, blinded, blindSignature)).toBe(true);
    expect(checkBlindSignature(nodeCrypto, key, blinded, flip(blindSignature, 255))).toBe(false);
    expect(checkBlindSignature(nodeCrypto, key, flip(blinded, 255), blindSignature)).toBe(false);
    expect(checkBlindSignature(nodeCrypto, key, blinded, blindSignature.subarray(1))).toBe(false);
    expect(checkBlindSignature(nodeCrypto, key, blinded.subarray(1), blindSignature)).toBe(false);
    // The same residue spelt as itself plus n, where 2048 bits hold it.
    const small = beBytes(1n, 256);
    expect(checkBlindSignature(nodeCrypto, key, small, small)).toBe(true);
    expect(checkBlindSignature(nodeCrypto, key, small, beBytes(key.n + 1n, 256))).toBe(false);
    expect(checkBlindSignature(nodeCrypto, key, beBytes(key.n + 1n, 256), small)).toBe(false);
  });

  it('the range ends with n itself: n − 1 is its own signature, n is out of range', () => {
    const last = beBytes(key.n - 1n, 256);
    expect(checkBlindSignature(nodeCrypto, key, last, last)).toBe(true);
    expect(blindSign(nodeCrypto, key, last)).toEqual({ ok: true, value: last });
    const refused = { ok: false, refusal: 'out_of_range' };
    for (const n of [key.n, key.n + 1n]) expect(blindSign(nodeCrypto, key, beBytes(n, 256))).toEqual(refused);
  });

  it('a blinding is proved by message and factor, each the right one and the factor between 1 and n − 1', () => {
    const factor = factorOf(key.n);
    const [ours] = value(blind(nodeCrypto, key, [message], [factor]));
    const proves = (change: { message?: Uint8Array; factor?: bigint; blinded?: Uint8Array }): boolean =>
      checkBlinding(
        nodeCrypto,
        key,
        change.message ?? message,
        change.factor ?? factor,
        change.blinded ?? (ours?.blinded as Uint8Array),
      );
    expect(proves({})).toBe(true);
    expect(proves({ message: random(32) })).toBe(false);
    expect(proves({ factor: factor + 1n })).toBe(false);
    expect(proves({ blinded })).toBe(false);
    // The same factor spelt another way, and 0, which hides nothing.
    expect(proves({ factor: factor + key.n })).toBe(false);
    expect(proves({ factor: 0n, blinded: new Uint8Array(256) })).toBe(false);
    expect(proves({ factor: key.n, blinded: new Uint8Array(256) })).toBe(false);
    expect(proves({ factor: -1n })).toBe(false);
    const bare = beBytes(beInt(emsaPssEncode(nodeCrypto, message, 2047)), 256);
    expect(proves({ factor: 1n, blinded: bare })).toBe(true);
    const one = blind(nodeCrypto, key, [message], [1n]);
    expect(one.ok && one.value[0]?.blinded).toEqual(bare);
    expect(proves({ factor: 1n, blinded: bare.subarray(1) })).toBe(false);
    expect(proves({ factor: 1n, blinded: Uint8Array.of(0, ...bare) })).toBe(false);
  });

  it('a factor for each message: another number of them is a bug', () => {
    expect(() => blind(nodeCrypto, key, [message], [])).toThrow('one factor for each message');
    expect(() => blind(nodeCrypto, key, [message], [2n, 3n])).toThrow('one factor for each message');
    expect(() => emsaPssEncode(nodeCrypto, message, 8 * 48 + 8)).toThrow('modulus too small');
    expect(emsaPssEncode(nodeCrypto, message, 8 * 48 + 9)).toHaveLength(50);
  });

  it('finalize: a tampered blind signature, a wrong inverse, a wrong message, wrong lengths', () => {
    const refusal = (m: Uint8Array, s: Uint8Array, i: bigint): string | undefined => {
      const result = finalize(nodeCrypto, key, m, s, i);
      return result.ok ? undefined : result.refusal;
    };
    expect(refusal(message, blindSignature, inverse)).toBeUndefined();
    expect(refusal(message, flip(blindSignature, 255), inverse)).toBe('invalid_signature');
    expect(refusal(message, blindSignature, inverse + 1n)).toBe('invalid_signature');
    expect(refusal(random(32), blindSignature, inverse)).toBe('invalid_signature');
    expect(refusal(message, blindSignature.subarray(1), inverse)).toBe('unexpected_input_size');
    expect(refusal(message, beBytes(key.n, 256), inverse)).toBe('out_of_range');
  });

  it.each(PORTS)(
    'verify under %s: a signature tampered with at any byte, s + n, other lengths',
    (_n, port) => {
      expect(verify(port, key, message, signature)).toBe(true);
      for (let i = 0; i < 256; i += 17) expect(verify(port, key, message, flip(signature, i))).toBe(false);
      const raised = beInt(signature) + key.n;
      if (raised < 2n ** 2048n) expect(verify(port, key, message, beBytes(raised, 256))).toBe(false);
      for (const wrong of [new Uint8Array(0), signature.subarray(1), Uint8Array.of(0, ...signature)])
        expect(verify(port, key, message, wrong)).toBe(false);
      expect(verify(port, key, flip(message, 0), signature)).toBe(false);
    },
  );

  it('too few bytes for a blinding factor are a bug', () => {
    expect(() => blindingFactor(new Uint8Array(287), key.n)).toThrow('too few bytes');
    expect(blindingFactor(beBytes(key.n + 5n, 288), key.n)).toBe(5n);
  });
});

/** Raw RSA and PSS under both ports, made keys, key files, and the cache of key objects. */
import { constants, createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Recent } from '../../crypto/recent.ts';
import { privateJwk } from '../../crypto/rsa-jwk.ts';
import { generateRsaKey, rsaPrivateKeyFromJson, rsaPrivateKeyToJson } from '../../crypto/rsa-keygen.ts';
import { beBytes, beInt } from '../../src/bytes.ts';
import { bitLength } from '../../src/coupons/modular.ts';
import { PORTS } from './ports.ts';

const key = generateRsaKey();
const message = Uint8Array.from(randomBytes(32));
const block = beBytes(beInt(Uint8Array.from(randomBytes(288))) % key.n, 256);

describe.each(PORTS)('%s', (_name, port) => {
  it('undoes the private power by the public one, and the other way round', () => {
    expect(port.rsaPublic(key, port.rsaPrivate(key, block))).toEqual(block);
    expect(port.rsaPrivate(key, port.rsaPublic(key, block))).toEqual(block);
  });

  it('keeps leading zeros', () => {
    for (const small of [0n, 1n, 2n ** 64n]) {
      const fixed = beBytes(small, 256);
      expect(port.rsaPrivate(key, port.rsaPublic(key, fixed))).toEqual(fixed);
    }
  });

  it('takes a block of n or more, or of another length, for a bug', () => {
    expect(() => port.rsaPublic(key, beBytes(key.n, 256))).toThrow();
    expect(() => port.rsaPublic(key, new Uint8Array(257))).toThrow();
  });

  it("verifies another implementation's PSS signature with an empty salt, and no other", () => {
    const object = createPrivateKey({ key: privateJwk(key), format: 'jwk' });
    const pss = (saltLength: number): Uint8Array =>
      Uint8Array.from(
        sign('sha384', message, { key: object, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
      );
    const signature = pss(0);
    expect(port.rsaPssSha384Salt0Verify(key, message, signature)).toBe(true);
    expect(port.rsaPssSha384Salt0Verify(key, message, pss(48))).toBe(false);
    expect(port.rsaPssSha384Salt0Verify(key, Uint8Array.of(...message, 0), signature)).toBe(false);
    expect(port.rsaPssSha384Salt0Verify(key, message, signature.subarray(1))).toBe(false);
    expect(port.rsaPssSha384Salt0Verify(key, message, new Uint8Array(256).fill(255))).toBe(false);
    for (const i of [0, 100, 255]) {
      const altered = signature.slice();
      altered[i] = (altered[i] as number) ^ 1;
      expect(port.rsaPssSha384Salt0Verify(key, message, altered)).toBe(false);
    }
  });
});

describe('keys', () => {
  it('a made key has 2048 bits, e = 65537, and is a plain rsaEncryption key', () => {
    expect(bitLength(key.n)).toBe(2048);
    expect(key.e).toBe(65_537n);
    expect(key.p * key.q).toBe(key.n);
    expect(createPublicKey(createPrivateKey({ key: privateJwk(key), format: 'jwk' })).asymmetricKeyType).toBe(
      'rsa',
    );
  });

  it('comes back from its key file', () => {
    const file: unknown = JSON.parse(JSON.stringify(rsaPrivateKeyToJson(key)));
    expect(rsaPrivateKeyFromJson(file)).toEqual({ ok: true, value: key });
  });

  it('refuses a key file that is not one', () => {
    const json = rsaPrivateKeyToJson(key);
    const refusal = (value: unknown): string | undefined => {
      const read = rsaPrivateKeyFromJson(value);
      return read.ok ? undefined : read.refusal;
    };
    for (const value of [
      null,
      'key',
      {},
      { ...json, kty: 'EC' },
      { ...json, n: 5 },
      { ...json, d: '0x1' },
      { ...json, p: `0${json.p}` },
      { ...json, q: 'ZZ' },
    ])
      expect(refusal(value)).toBe('malformed');
    expect(refusal({ ...json, n: (key.n + 2n).toString(16) })).toBe('inconsistent');
    expect(refusal({ ...json, d: (key.d + 2n).toString(16) })).toBe('inconsistent');
    expect(refusal({ ...json, p: '1', q: json.n })).toBe('inconsistent');
  });
});

describe('the cache of key objects', () => {
  it('keeps the most recently used and gives up the rest', () => {
    const made: string[] = [];
    const recent = new Recent<string>(2);
    const get = (name: string): string =>
      recent.get(name, () => {
        made.push(name);
        return createHash('sha256').update(name).digest('hex');
      });
    get('a');
    get('b');
    get('a');
    get('c');
    get('a');
    get('b');
    expect(made).toEqual(['a', 'b', 'c', 'b']);
    expect(recent.size).toBe(2);
  });
});

/** Both crypto ports against the standards' own figures (test/vectors/primitives.json names each source). */
import { describe, expect, it, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { ascii, hexBytes, toHex } from '../../src/bytes.ts';
import vectors from '../vectors/primitives.json' with { type: 'json' };
import { PORTS } from './ports.ts';

describe.each(PORTS)('%s', (_name, port) => {
  it.each(vectors.sha256.cases)('SHA-256 of «$text»', ({ text, digest }) => {
    expect(toHex(port.sha256(ascii(text)))).toBe(digest);
  });

  it.each(vectors.sha384.cases)('SHA-384 of «$text»', ({ text, digest }) => {
    expect(toHex(port.sha384(ascii(text)))).toBe(digest);
  });

  it.each(vectors.hmacSha256.cases)('HMAC-SHA-256 of «$text»', ({ key, text, mac }) => {
    expect(toHex(port.hmacSha256(hexBytes(key), ascii(text)))).toBe(mac);
  });

  it.each(vectors.hkdfSha256.cases)('HKDF-SHA-256 giving $okm', ({ ikm, salt, info, okm }) => {
    const derived = port.hkdfSha256(hexBytes(ikm), hexBytes(salt), hexBytes(info), okm.length / 2);
    expect(toHex(derived)).toBe(okm);
  });

  describe.each(vectors.aes256Gcm.cases)('AES-256-GCM giving $sealed', (v) => {
    const [key, nonce, aad] = [hexBytes(v.key), hexBytes(v.nonce), hexBytes(v.aad)];
    it('seals', () => {
      expect(toHex(port.aes256GcmSeal(key, nonce, aad, hexBytes(v.plaintext)))).toBe(v.sealed);
    });
    it('opens', () => {
      const opened = port.aes256GcmOpen(key, nonce, aad, hexBytes(v.sealed));
      expect(opened && toHex(opened)).toBe(v.plaintext);
    });
    it('opens nothing that was altered, cut or put under other data', () => {
      const sealed = hexBytes(v.sealed);
      for (let i = 0; i < sealed.length; i += 7) {
        const altered = sealed.slice();
        altered[i] = (altered[i] as number) ^ 0x10;
        expect(port.aes256GcmOpen(key, nonce, aad, altered)).toBeUndefined();
      }
      for (const length of [0, 1, 15, sealed.length - 1])
        expect(port.aes256GcmOpen(key, nonce, aad, sealed.subarray(0, length))).toBeUndefined();
      expect(port.aes256GcmOpen(key, nonce, ascii('other'), sealed)).toBeUndefined();
    });
  });

  it.each(vectors.x25519.cases)('X25519 giving $shared', ({ secret, peer, shared }) => {
    const got = port.x25519(hexBytes(secret), hexBytes(peer));
    expect(got && toHex(got)).toBe(shared);
  });

  it.each(vectors.x25519.keyPairs)('X25519 public key $public', (pair) => {
    expect(toHex(port.x25519Public(hexBytes(pair.secret)))).toBe(pair.public);
  });

  it('X25519 with a point of small order gives nothing (RFC 7748 §6.1)', () => {
    const secret = hexBytes(vectors.x25519.keyPairs[0]?.secret as string);
    // u = 0, 1, p − 1, p, p + 1 and the two of order 8, as tabled for Curve25519.
    for (const u of [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    ])
      expect(port.x25519(secret, hexBytes(u))).toBeUndefined();
  });

  describe.each(vectors.ed25519.cases)('Ed25519 of «$message»', (v) => {
    it('derives, signs and verifies', () => {
      expect(toHex(port.ed25519Public(hexBytes(v.seed)))).toBe(v.public);
      expect(toHex(port.ed25519Sign(hexBytes(v.seed), hexBytes(v.message)))).toBe(v.signature);
      expect(port.ed25519Verify(hexBytes(v.public), hexBytes(v.message), hexBytes(v.signature))).toBe(true);
    });
    it('refuses another message, key, signature or length', () => {
      const [key, message, signature] = [hexBytes(v.public), hexBytes(v.message), hexBytes(v.signature)];
      const flip = (bytes: Uint8Array, i: number): Uint8Array => bytes.map((b, j) => (j === i ? b ^ 1 : b));
      expect(port.ed25519Verify(key, Uint8Array.of(...message, 0), signature)).toBe(false);
      for (const i of [0, 31]) expect(port.ed25519Verify(flip(key, i), message, signature)).toBe(false);
      for (const i of [0, 31, 32, 63])
        expect(port.ed25519Verify(key, message, flip(signature, i))).toBe(false);
      expect(port.ed25519Verify(key.subarray(1), message, signature)).toBe(false);
      expect(port.ed25519Verify(key, message, signature.subarray(1))).toBe(false);
      expect(port.ed25519Verify(key, message, Uint8Array.of(...signature, 0))).toBe(false);
    });
  });

  it('knows keys by their bytes: an array that was written over is another key', () => {
    const { secret, peer, shared } = vectors.x25519.cases[0] as (typeof vectors.x25519.cases)[number];
    const [own, theirs] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(9)];
    const before = [port.x25519Public(own), port.x25519(own, theirs), port.ed25519Public(own)];
    own.set(hexBytes(secret));
    theirs.set(hexBytes(peer));
    const after = [port.x25519Public(own), port.x25519(own, theirs), port.ed25519Public(own)];
    expect(toHex(after[1] as Uint8Array)).toBe(shared);
    for (const [i, bytes] of after.entries()) expect(bytes).not.toEqual(before[i]);
    // Nor does anybody else's answer change when this one is written over.
    const fresh = port.x25519Public(own);
    port.x25519Public(own).fill(0);
    port.ed25519Public(own).fill(0);
    expect(port.x25519Public(own)).toEqual(fresh);
    expect(port.ed25519Public(own)).toEqual(after[2]);
  });

  it('answers with plain byte arrays', () => {
    const key = new Uint8Array(32);
    const nonce = new Uint8Array(12);
    const sealed = port.aes256GcmSeal(key, nonce, key, key);
    const outputs = [
      port.sha256(key),
      port.sha384(key),
      port.hmacSha256(key, key),
      port.hkdfSha256(key, key, key, 33),
      sealed,
      port.aes256GcmOpen(key, nonce, key, sealed),
      port.x25519Public(key),
      port.ed25519Public(key),
      port.ed25519Sign(key, key),
    ];
    for (const bytes of outputs) expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });
});

test('X25519 iterated a thousand times (RFC 7748 §5.2)', () => {
  const { start, after1, after1000 } = vectors.x25519.iterated;
  let secret = hexBytes(start);
  let peer = hexBytes(start);
  for (let i = 1; i <= 1000; i++) {
    const shared = nodeCrypto.x25519(secret, peer) as Uint8Array;
    peer = secret;
    secret = shared;
    if (i === 1) expect(toHex(secret)).toBe(after1);
  }
  expect(toHex(secret)).toBe(after1000);
});

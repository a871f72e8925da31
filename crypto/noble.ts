/**
 * The crypto port over @noble (curves 2, hashes 2, ciphers 2) and BigInt: no Node, no DOM, so the screen can use it, and a second
 * opinion on everything `node.ts` says. Slower by one to two orders of magnitude, and its RSA is not constant in time:
 * an office signs with `node.ts`. Wrong lengths of secrets are bugs and throw.
 */
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { beBytes, beInt, concat, equal } from '../src/bytes.ts';
import { emsaPssEncode } from '../src/coupons/emsa-pss.ts';
import { bitLength, inverseMod } from '../src/coupons/modular.ts';
import type { CryptoPort, RsaPrivateKey, RsaPublicKey } from '../src/crypto-port.ts';
import { admissibleSignature } from './ed25519-rule.ts';

const { Point } = ed25519;

function powMod(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % n;
    if (bit === '1') result = (result * base) % n;
  }
  return result;
}

/** The block as an integer below n; anything else is a bug of the caller and throws. */
function blockOf(key: RsaPublicKey, block: Uint8Array): bigint {
  const m = beInt(block);
  if (block.length !== Math.ceil(bitLength(key.n) / 8) || m >= key.n) throw new Error('block out of range');
  return m;
}

/** m^d mod n by the Chinese remainder theorem (RFC 8017 §5.1.2). */
function privatePower(key: RsaPrivateKey, m: bigint): bigint {
  const { p, q, d } = key;
  const qInverse = inverseMod(q, p);
  if (qInverse === undefined) throw new Error('p and q are not coprime');
  const m1 = powMod(m % p, d % (p - 1n), p);
  const m2 = powMod(m % q, d % (q - 1n), q);
  const h = ((((m1 - m2) % p) + p) * qInverse) % p;
  return m2 + h * q;
}

/** SB = R + hA without the cofactor, decided by comparing encodings (RFC 8032 §5.1.7): R' = SB − hA must spell R. */
function equationHolds(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  let a: InstanceType<typeof Point>;
  try {
    a = Point.fromBytes(publicKey);
  } catch {
    return false; // not on the curve
  }
  const r = signature.subarray(0, 32);
  const s = beInt(signature.slice(32).reverse());
  const h = beInt(sha512(concat(r, publicKey, message)).reverse()) % Point.Fn.ORDER;
  const sb = s === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(s);
  const ha = h === 0n ? Point.ZERO : a.multiplyUnsafe(h);
  return equal(sb.subtract(ha).toBytes(), r);
}

export const nobleCrypto: CryptoPort = {
  sha256: (data) => sha256(data),
  sha384: (data) => sha384(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  hkdfSha256: (ikm, salt, info, length) => hkdf(sha256, ikm, salt, info, length),
  aes256GcmSeal(key, nonce, aad, plaintext) {
    if (key.length !== 32 || nonce.length !== 12) throw new Error('wrong length of key or nonce');
    return gcm(key, nonce, aad).encrypt(plaintext);
  },
  aes256GcmOpen(key, nonce, aad, sealed) {
    if (key.length !== 32 || nonce.length !== 12) throw new Error('wrong length of key or nonce');
    if (sealed.length < 16) return undefined;
    try {
      return gcm(key, nonce, aad).decrypt(sealed);
    } catch {
      return undefined; // the only failure left is the tag
    }
  },
  x25519Public: (secret) => x25519.getPublicKey(secret),
  x25519(secret, peer) {
    if (secret.length !== 32 || peer.length !== 32) throw new Error('wrong length of a key');
    let shared: Uint8Array;
    try {
      shared = x25519.getSharedSecret(secret, peer);
    } catch {
      return undefined; // the library refuses an all-zero secret, and nothing else of 32 bytes
    }
    return shared.every((byte) => byte === 0) ? undefined : shared;
  },
  ed25519Public: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify: (publicKey, message, signature) =>
    admissibleSignature(publicKey, signature) && equationHolds(publicKey, message, signature),
  rsaPublic: (key, block) => beBytes(powMod(blockOf(key, block), key.e, key.n), block.length),
  rsaPrivate: (key, block) => beBytes(privatePower(key, blockOf(key, block)), block.length),
  rsaPssSha384Salt0Verify(key, message, signature) {
    const bits = bitLength(key.n);
    const s = beInt(signature);
    if (signature.length !== Math.ceil(bits / 8) || s >= key.n) return false;
    const encoded = beInt(emsaPssEncode(nobleCrypto, message, bits - 1));
    return powMod(s, key.e, key.n) === encoded;
  },
};

/**
 * The cryptography the parts need, as a type. `src/` has no implementation: `crypto/node.ts` (node:crypto) and
 * `crypto/noble.ts` (@noble, for the screen and as a second opinion) do, held by the same vectors. All calls are
 * synchronous; all byte strings are Uint8Array; randomness is handed in by the caller, never taken here.
 */

/** An RSA public key as numbers. */
export interface RsaPublicKey {
  readonly n: bigint;
  readonly e: bigint;
}

/** An RSA private key in CRT form. */
export interface RsaPrivateKey extends RsaPublicKey {
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
}

export interface CryptoPort {
  sha256(data: Uint8Array): Uint8Array;
  sha384(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** HKDF-SHA-256, RFC 5869. `length` in bytes, ≤ 8160. */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** AES-256-GCM, NIST SP 800-38D: ciphertext ‖ 16-byte tag. key 32, nonce 12. */
  aes256GcmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext, or undefined when the tag does not match. */
  aes256GcmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined;
  /** X25519 public key of a 32-byte secret, RFC 7748. */
  x25519Public(secret: Uint8Array): Uint8Array;
  /** X25519 shared secret, or undefined when it is all zero (RFC 7748 §6.1). */
  x25519(secret: Uint8Array, peer: Uint8Array): Uint8Array | undefined;
  /** Ed25519 public key of a 32-byte seed, RFC 8032. */
  ed25519Public(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /**
   * One pinned rule set, decided before any library is asked, because libraries differ and a ledger must not fork:
   * S < L, canonical A and R, neither of small order, cofactorless equation.
   */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** m^e mod n on a block of the modulus' length (big-endian, fixed length); m < n. */
  rsaPublic(key: RsaPublicKey, block: Uint8Array): Uint8Array;
  /** m^d mod n, likewise. Does not check its own result: blindSign does. */
  rsaPrivate(key: RsaPrivateKey, block: Uint8Array): Uint8Array;
  /**
   * RSASSA-PSS with SHA-384, MGF1-SHA-384 and an empty salt (RFC 8017 §8.1.2). False also for a signature that is not exactly as
   * long as the modulus, or not below it (§5.2.2): otherwise one signature would have several spellings.
   */
  rsaPssSha384Salt0Verify(key: RsaPublicKey, message: Uint8Array, signature: Uint8Array): boolean;
}

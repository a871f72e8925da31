/**
 * Noise_NX_25519_AESGCM_SHA256, the responder's side (The Noise Protocol Framework, revision 34):
 *
 *     NX:  → e
 *          ← e, ee, s, es
 *
 * The initiator stays unknown, the responder shows its static key under encryption. Names are the specification's: ck
 * the chaining key, h the handshake hash. It keeps nothing between calls and knows no certificates.
 */
import { ascii, concat } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';

const EMPTY = new Uint8Array(0);
/** DHLEN (§12). */
export const NOISE_KEY_BYTES = 32;

/** §5.2 InitializeSymmetric: a name of at most HASHLEN (32) bytes is padded with zeros, not hashed. */
function initialHash(): Uint8Array {
  const h = new Uint8Array(32);
  h.set(ascii('Noise_NX_25519_AESGCM_SHA256'));
  return h;
}

/** §12.4: AESGCM's nonce is 4 zero bytes and the counter as 8 big-endian bytes. `n` below 2^48, far beyond any session. */
export function noiseNonce(n: number): Uint8Array {
  const nonce = new Uint8Array(12);
  let rest = n;
  for (let i = 11; i >= 6; i--) {
    nonce[i] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
  return nonce;
}

/** §4.3: HKDF with two outputs is RFC 5869 with the chaining key as salt and no info. */
function hkdf2(crypto: CryptoPort, ck: Uint8Array, input: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const both = crypto.hkdfSha256(input, ck, EMPTY, 64);
  return [both.subarray(0, 32), both.subarray(32, 64)];
}

export interface NoiseKeys {
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface NoiseResponse {
  /** Message 2: e (32) ‖ encrypted s (48) ‖ encrypted payload (its length + 16). */
  readonly message: Uint8Array;
  /** Split() §5.2: the initiator's messages are under the first key, the responder's under the second. */
  readonly initiatorKey: Uint8Array;
  readonly responderKey: Uint8Array;
}

/**
 * Answers message 1 of NX. `initiatorMessage` is e (32 bytes) and a payload in the clear, which may be empty. The
 * ephemeral pair must be fresh: one answer each. Refused as `bad_key` when a shared secret is zero, and as
 * `bad_length` when message 1 is shorter than a key.
 */
export function respondNx(
  crypto: CryptoPort,
  input: {
    readonly prologue: Uint8Array;
    readonly initiatorMessage: Uint8Array;
    readonly ephemeral: NoiseKeys;
    readonly own: NoiseKeys;
    readonly payload: Uint8Array;
  },
): Result<NoiseResponse, 'bad_key' | 'bad_length'> {
  if (input.initiatorMessage.length < NOISE_KEY_BYTES) return refuse('bad_length');
  const re = input.initiatorMessage.subarray(0, NOISE_KEY_BYTES);
  const ee = crypto.x25519(input.ephemeral.secret, re);
  const es = crypto.x25519(input.own.secret, re);
  if (ee === undefined || es === undefined) return refuse('bad_key');

  const mixHash = (h: Uint8Array, data: Uint8Array) => crypto.sha256(concat(h, data));
  const start = initialHash();
  let h = mixHash(start, input.prologue);
  h = mixHash(h, re); // → e
  h = mixHash(h, input.initiatorMessage.subarray(NOISE_KEY_BYTES)); // payload without a key: hashed as it is
  h = mixHash(h, input.ephemeral.publicKey); // ← e
  const [ck1, k1] = hkdf2(crypto, start, ee); // ee
  const sealedKey = crypto.aes256GcmSeal(k1, noiseNonce(0), h, input.own.publicKey); // s
  h = mixHash(h, sealedKey);
  const [ck2, k2] = hkdf2(crypto, ck1, es); // es, on the responder's side DH(s, re)
  const sealedPayload = crypto.aes256GcmSeal(k2, noiseNonce(0), h, input.payload);
  const [initiatorKey, responderKey] = hkdf2(crypto, ck2, EMPTY); // Split()
  return ok({
    message: concat(input.ephemeral.publicKey, sealedKey, sealedPayload),
    initiatorKey: initiatorKey.slice(),
    responderKey: responderKey.slice(),
  });
}

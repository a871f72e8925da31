/**
 * A cipher suite of the card: what the suite byte stands for. Everything else in this folder asks a Suite and knows no
 * curve, so a second one (P-256, AES-CBC with CMAC, X9.63 for cards without X25519 and GCM) is one more object in
 * SUITES and moves nothing. The suite byte is in the prologue, in the certificate and in every signed message:
 * a downgrade breaks all three.
 */
import type { CryptoPort } from '../crypto-port.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Channel, gcmChannel } from './channel.ts';
import { NOISE_KEY_BYTES, respondNx } from './noise.ts';

export interface KeyPair {
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface Suite {
  /** The suite byte. */
  readonly id: number;
  /** Lengths in bytes of a key agreement public key, its secret, and a signature. */
  readonly publicKeyBytes: number;
  readonly secretBytes: number;
  readonly signatureBytes: number;
  /** The pair of a secret of `secretBytes` random bytes. */
  keyPair(crypto: CryptoPort, secret: Uint8Array): KeyPair;
  /** OPEN's data and the channel it opens. `prologue`: SELECT's answer ‖ suite byte. Refused when the card's key is not usable. */
  open(
    crypto: CryptoPort,
    input: {
      readonly prologue: Uint8Array;
      readonly cardEphemeral: Uint8Array;
      readonly ephemeral: KeyPair;
      readonly terminal: KeyPair;
      readonly payload: Uint8Array;
    },
  ): Result<{ readonly data: Uint8Array; readonly channel: Channel }, 'channel_broken'>;
  /** Offices, batches and wallets sign with the suite's signature. `seed` and keys in the suite's own form. */
  signingKey(crypto: CryptoPort, seed: Uint8Array): Uint8Array;
  sign(crypto: CryptoPort, seed: Uint8Array, message: Uint8Array): Uint8Array;
  verify(crypto: CryptoPort, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Suite 1: Noise_NX_25519_AESGCM_SHA256 and Ed25519. */
export const SUITE_1: Suite = {
  id: 1,
  publicKeyBytes: NOISE_KEY_BYTES,
  secretBytes: 32,
  signatureBytes: 64,
  keyPair: (crypto, secret) => ({ secret, publicKey: crypto.x25519Public(secret) }),
  open(crypto, input) {
    const answer = respondNx(crypto, {
      prologue: input.prologue,
      initiatorMessage: input.cardEphemeral,
      ephemeral: input.ephemeral,
      own: input.terminal,
      payload: input.payload,
    });
    if (!answer.ok) return refuse('channel_broken', answer.refusal);
    const { message, initiatorKey, responderKey } = answer.value;
    return ok({ data: message, channel: gcmChannel(crypto, responderKey, initiatorKey) });
  },
  signingKey: (crypto, seed) => crypto.ed25519Public(seed),
  sign: (crypto, seed, message) => crypto.ed25519Sign(seed, message),
  verify: (crypto, publicKey, message, signature) => crypto.ed25519Verify(publicKey, message, signature),
};

/** The suites this version speaks, best first. */
export const SUITES: readonly Suite[] = [SUITE_1];

/** The suite of a suite byte, or undefined. */
export function suiteOf(id: number): Suite | undefined {
  return SUITES.find((suite) => suite.id === id);
}

/** The best suite both sides speak; `offered` holds one suite byte each. */
export function chooseSuite(offered: Uint8Array): Suite | undefined {
  return SUITES.find((suite) => offered.includes(suite.id));
}

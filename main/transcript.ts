/**
 * Transcripts for disputes: which coupons paid which amount, with the card's attestation. Sealed at the close of a sale
 * to the outlet's dispute key and that again to the office's, so that neither opens one alone, and padded to one
 * length. A sealed box is ephemeral X25519 public key ‖ AES-256-GCM (key by HKDF, nonce zero: every key is used once).
 */
import { ascii, beBytes, concat } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';

/** Length of a sealed transcript, bytes: plain 544 + twice 48. */
export const TRANSCRIPT_BYTES = 640;
const PLAIN_BYTES = TRANSCRIPT_BYTES - 2 * 48;

export interface DisputeKeys {
  /** X25519 public keys. */
  readonly outlet: Uint8Array;
  readonly office: Uint8Array;
}

function seal(crypto: CryptoPort, to: Uint8Array, secret: Uint8Array, plain: Uint8Array): Uint8Array {
  const ephemeral = crypto.x25519Public(secret);
  const shared = crypto.x25519(secret, to);
  if (shared === undefined) throw new Error('the dispute key is of small order');
  const key = crypto.hkdfSha256(shared, concat(ephemeral, to), ascii('timecard/transcript'), 32);
  return concat(ephemeral, crypto.aes256GcmSeal(key, new Uint8Array(12), new Uint8Array(0), plain));
}

/** A sealed transcript of TRANSCRIPT_BYTES. `transcript` is what `card-session` gives (batch id, signature, signed message); `random` gives fresh bytes. */
export function sealTranscript(
  crypto: CryptoPort,
  random: (length: number) => Uint8Array,
  keys: DisputeKeys,
  transcript: Uint8Array,
): Uint8Array {
  const plain = new Uint8Array(PLAIN_BYTES);
  plain.set(concat(beBytes(transcript.length, 2), transcript));
  return seal(crypto, keys.office, random(32), seal(crypto, keys.outlet, random(32), plain));
}

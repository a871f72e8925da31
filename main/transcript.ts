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

/** A seal made ahead of a tap and good for one transcript. */
export type PreparedSeal = (transcript: Uint8Array) => Uint8Array;

function box(crypto: CryptoPort, to: Uint8Array, secret: Uint8Array): (plain: Uint8Array) => Uint8Array {
  const ephemeral = crypto.x25519Public(secret);
  const shared = crypto.x25519(secret, to);
  if (shared === undefined) throw new Error('the dispute key is of small order');
  const key = crypto.hkdfSha256(shared, concat(ephemeral, to), ascii('timecard/transcript'), 32);
  return (plain) =>
    concat(ephemeral, crypto.aes256GcmSeal(key, new Uint8Array(12), new Uint8Array(0), plain));
}

/**
 * Makes both boxes' keys now, so that none is made while a card waits. The seal takes what `card-session` gives (batch
 * id, signature, signed message; at most 542 bytes) and answers TRANSCRIPT_BYTES; a second use is a bug and throws,
 * because its keys would be used twice. `random` gives fresh bytes.
 */
export function prepareSeal(
  crypto: CryptoPort,
  random: (length: number) => Uint8Array,
  keys: DisputeKeys,
): PreparedSeal {
  const inner = box(crypto, keys.outlet, random(32));
  const outer = box(crypto, keys.office, random(32));
  let used = false;
  return (transcript) => {
    if (used) throw new Error('a seal is used once');
    used = true;
    const plain = new Uint8Array(PLAIN_BYTES);
    plain.set(concat(beBytes(transcript.length, 2), transcript));
    return outer(inner(plain));
  };
}

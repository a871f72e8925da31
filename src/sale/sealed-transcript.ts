/**
 * A transcript sealed for disputes: which coupons paid which amount, with the card's attestation (src/card/attestation.ts). Sealed to the
 * outlet's dispute key and that again to the office's, so that neither opens one alone, and padded to one length. A sealed
 * box is ephemeral X25519 public key ‖ AES-256-GCM (key by HKDF, nonce zero: every key is used once).
 * Not here: where they lie and how long (`main/journal.ts`), what they prove (`dispute.ts`).
 */
import { ascii, beBytes, beNumber, concat } from '../bytes.ts';
import type { CryptoPort } from '../crypto-port.ts';

/** What one box adds: public key 32, tag 16. */
const BOX_BYTES = 48;
/** Length of a sealed transcript, bytes: plain 544 + twice 48. */
export const TRANSCRIPT_BYTES = 640;
const PLAIN_BYTES = TRANSCRIPT_BYTES - 2 * BOX_BYTES;

export interface DisputeKeys {
  /** X25519 public keys. */
  readonly outlet: Uint8Array;
  readonly office: Uint8Array;
}

/** A seal made ahead of a tap and good for one transcript. */
export type PreparedSeal = (transcript: Uint8Array) => Uint8Array;

const boxKey = (crypto: CryptoPort, shared: Uint8Array, ephemeral: Uint8Array, to: Uint8Array) =>
  crypto.hkdfSha256(shared, concat(ephemeral, to), ascii('timecard/transcript'), 32);

function box(crypto: CryptoPort, to: Uint8Array, secret: Uint8Array): (plain: Uint8Array) => Uint8Array {
  const ephemeral = crypto.x25519Public(secret);
  const shared = crypto.x25519(secret, to);
  if (shared === undefined) throw new Error('the dispute key is of small order');
  const key = boxKey(crypto, shared, ephemeral, to);
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

/** Takes one box off with the secret of its key, 32 bytes; undefined when it was not sealed to it, or is damaged. */
export function openBox(crypto: CryptoPort, sealed: Uint8Array, secret: Uint8Array): Uint8Array | undefined {
  if (sealed.length < BOX_BYTES) return undefined;
  const ephemeral = sealed.subarray(0, 32);
  const shared = crypto.x25519(secret, ephemeral);
  if (shared === undefined) return undefined;
  const key = boxKey(crypto, shared, ephemeral, crypto.x25519Public(secret));
  return crypto.aes256GcmOpen(key, new Uint8Array(12), new Uint8Array(0), sealed.subarray(32));
}

/** The transcript inside the padding of an opened inner box; undefined when that is not what it is. */
export function unpad(plain: Uint8Array): Uint8Array | undefined {
  if (plain.length !== PLAIN_BYTES) return undefined;
  const length = beNumber(plain.subarray(0, 2));
  return length <= PLAIN_BYTES - 2 ? plain.slice(2, 2 + length) : undefined;
}

/** Both boxes at once, for who has both secrets; undefined as above. */
export function openTranscript(
  crypto: CryptoPort,
  sealed: Uint8Array,
  secrets: { readonly outlet: Uint8Array; readonly office: Uint8Array },
): Uint8Array | undefined {
  const inner = openBox(crypto, sealed, secrets.office);
  const plain = inner === undefined ? undefined : openBox(crypto, inner, secrets.outlet);
  return plain === undefined ? undefined : unpad(plain);
}

/**
 * Noise_NX_25519_AESGCM_SHA256, the initiator's side (Noise specification rev. 34, §5 and §7.4): the card sends `e`,
 * the terminal answers `e, ee, s, es` and a payload. Held by a published vector. Not here: who the terminal is (its
 * certificate is in the payload), and what goes through the channel afterwards.
 */
import { ascii, beBytes, concat } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';

const NAME = ascii('Noise_NX_25519_AESGCM_SHA256');
const KEY = 32;
const TAG = 16;
const NONE = new Uint8Array(0);

/** The 12-byte nonce of AESGCM: 4 zero bytes ‖ 8-byte big-endian counter (§12.4). */
export function nonce(counter: number): Uint8Array {
  return beBytes(counter, 12);
}

/** HKDF with two outputs (§4.3). */
function hkdf(crypto: CryptoPort, chaining: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const secret = crypto.hmacSha256(chaining, input);
  const first = crypto.hmacSha256(secret, Uint8Array.of(1));
  return [first, crypto.hmacSha256(secret, concat(first, Uint8Array.of(2)))];
}

export interface Handshake {
  /** The terminal's static key, 32 bytes. It is the one that did the key exchange; whose it is, the certificate says. */
  readonly terminal: Uint8Array;
  readonly payload: Uint8Array;
  /** Initiator to responder, then the other direction: Split() (§5.2). */
  readonly sending: Uint8Array;
  readonly receiving: Uint8Array;
}

/**
 * Reads message 2. `first` is the payload of message 1, empty on a card. Undefined when the message is too short, a tag
 * does not match or a shared secret is all zero.
 */
export function readSecondMessage(
  crypto: CryptoPort,
  own: { readonly secret: Uint8Array; readonly public: Uint8Array },
  prologue: Uint8Array,
  message: Uint8Array,
  first: Uint8Array = NONE,
): Handshake | undefined {
  if (message.length < KEY + KEY + TAG + TAG) return undefined;
  // A name of at most 32 bytes is itself the first hash, filled with zeros (§5.2).
  let hash = concat(NAME, new Uint8Array(KEY - NAME.length));
  let chaining = hash;
  const mix = (data: Uint8Array): void => {
    hash = crypto.sha256(concat(hash, data));
  };
  mix(prologue);
  mix(own.public);
  mix(first);
  const ephemeral = message.slice(0, KEY);
  mix(ephemeral);
  const open = (peer: Uint8Array, sealed: Uint8Array): Uint8Array | undefined => {
    const shared = crypto.x25519(own.secret, peer);
    if (shared === undefined) return undefined;
    let key: Uint8Array;
    [chaining, key] = hkdf(crypto, chaining, shared);
    const plain = crypto.aes256GcmOpen(key, nonce(0), hash, sealed);
    mix(sealed);
    return plain;
  };
  const terminal = open(ephemeral, message.slice(KEY, KEY + KEY + TAG));
  if (terminal === undefined) return undefined;
  const payload = open(terminal, message.slice(KEY + KEY + TAG));
  if (payload === undefined) return undefined;
  const [sending, receiving] = hkdf(crypto, chaining, NONE);
  return { terminal, payload, sending, receiving };
}

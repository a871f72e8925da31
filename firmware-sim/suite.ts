/**
 * Suites: which algorithms a card speaks, behind one interface, so that another one moves nothing else. Suite 1 is X25519,
 * Ed25519, AES-256-GCM and SHA-256 in Noise NX. Suite 2 (P-256, AES-CBC, CMAC) is not built; sizes are asked from the suite
 * and memory has room for it. An unknown suite is refused.
 */
import type { CryptoPort } from '../src/crypto-port.ts';
import { nonce, readSecondMessage } from './noise.ts';
import type { Meter } from './timing.ts';

export interface KeyPair {
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

/** What is said after OPEN, sealed both ways. */
export interface Channel {
  /** The command's data, or undefined when it does not open: wrong tag, wrong order, wrong header. */
  open(header: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  seal(plain: Uint8Array): Uint8Array;
  /** Bytes of plain data in a sealed command of this length. */
  plainBytes(sealed: number): number;
  /** Wipes the keys. */
  close(): void;
}

export interface OpenedChannel {
  readonly terminal: Uint8Array;
  readonly payload: Uint8Array;
  readonly channel: Channel;
}

export interface Suite {
  readonly id: number;
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** The session key pair of 32 random bytes. */
  keyPair(random: Uint8Array): KeyPair;
  /** OPEN: reads the terminal's message. Undefined when it does not open. */
  openChannel(own: KeyPair, selectAnswer: Uint8Array, message: Uint8Array): OpenedChannel | undefined;
  /** The public key of a 32-byte seed that signs: wallet, coupons, batch. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** `keys`: how many public keys the message holds, for the timing model only. */
  sign(seed: Uint8Array, message: Uint8Array, keys: number): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, keys: number): boolean;
}

const TAG = 16;
const NONE = new Uint8Array(0);

function gcmChannel(crypto: CryptoPort, meter: Meter, sending: Uint8Array, receiving: Uint8Array): Channel {
  let sent = 0;
  let received = 0;
  return {
    open(header, sealed) {
      const plain = crypto.aes256GcmOpen(receiving, nonce(received), header, sealed);
      meter.received(Math.max(0, sealed.length - TAG));
      if (plain !== undefined) received++;
      return plain;
    },
    seal(plain) {
      meter.sealed(plain.length);
      return crypto.aes256GcmSeal(sending, nonce(sent++), NONE, plain);
    },
    plainBytes: (sealed) => Math.max(0, sealed - TAG),
    close() {
      sending.fill(0);
      receiving.fill(0);
    },
  };
}

function suite1(crypto: CryptoPort, meter: Meter): Suite {
  return {
    id: 1,
    publicKeyBytes: 32,
    signatureBytes: 64,
    keyPair(random) {
      meter.keyPair();
      return { secret: random, public: crypto.x25519Public(random) };
    },
    openChannel(own, selectAnswer, message) {
      // Prologue: SELECT's answer and the suite byte, so that neither can be changed on the way.
      const prologue = new Uint8Array(selectAnswer.length + 1);
      prologue.set(selectAnswer);
      prologue[selectAnswer.length] = 1;
      meter.handshake(selectAnswer.length);
      const done = readSecondMessage(crypto, own, prologue, message);
      if (done === undefined) return undefined;
      meter.received(done.payload.length);
      const channel = gcmChannel(crypto, meter, done.sending, done.receiving);
      return { terminal: done.terminal, payload: done.payload, channel };
    },
    publicKey(seed) {
      meter.keyPair();
      return crypto.ed25519Public(seed);
    },
    sign(seed, message, keys) {
      meter.sign(message.length, keys);
      return crypto.ed25519Sign(seed, message);
    },
    verify(publicKey, message, signature, keys) {
      meter.verify(message.length, keys);
      return crypto.ed25519Verify(publicKey, message, signature);
    },
  };
}

/** The suite of a suite byte, or undefined when the card does not speak it. */
export function suiteOf(id: number, crypto: CryptoPort, meter: Meter): Suite | undefined {
  return id === 1 ? suite1(crypto, meter) : undefined;
}

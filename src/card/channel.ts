/**
 * The encrypted conversation after OPEN (docs/card-protocol.md, «OPEN»): commands are sealed with their header as
 * associated data, answers with nothing; each direction counts its own nonces from 0. One lost or altered message ends
 * it. This is suite 1's channel; another suite brings its own behind the same type.
 */
import type { CryptoPort } from '../crypto-port.ts';
import { noiseNonce } from './noise.ts';

export interface Channel {
  /** The data field for a command with this header (CLA without the chaining bit, INS, P1, P2). Counts one. */
  seal(header: Uint8Array, data: Uint8Array): Uint8Array;
  /** Data ‖ inner status word, or undefined when the answer is not this channel's next one. Counts one. */
  open(sealed: Uint8Array): Uint8Array | undefined;
  /** Overwrites the keys. Any later call is a bug and throws. */
  wipe(): void;
}

/** AES-256-GCM with Noise's nonces. Takes the keys over: `wipe` overwrites the arrays it was given. */
export function gcmChannel(crypto: CryptoPort, commandKey: Uint8Array, answerKey: Uint8Array): Channel {
  const nothing = new Uint8Array(0);
  let sent = 0;
  let received = 0;
  let wiped = false;
  const alive = () => {
    if (wiped) throw new Error('the channel is closed');
  };
  return {
    seal(header, data) {
      alive();
      return crypto.aes256GcmSeal(commandKey, noiseNonce(sent++), header, data);
    },
    open(sealed) {
      alive();
      return crypto.aes256GcmOpen(answerKey, noiseNonce(received++), nothing, sealed);
    },
    wipe() {
      wiped = true;
      commandKey.fill(0);
      answerKey.fill(0);
    },
  };
}

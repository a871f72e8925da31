/**
 * What was put on the card when it was personalised: seed, g, batch key, chain, office keys; and the keys derived from
 * the seed (HKDF-SHA-256, salt «timecard/1»). The seed never leaves; the batch key is not derived from it, because
 * whoever restores a card from its words must not be able to attest.
 */
import { ascii, beBytes, concat, equal } from '../src/bytes.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { OFFICE_KEYS } from '../src/limits.ts';
import type { Transaction } from './journal.ts';
import * as at from './layout.ts';
import type { Memory } from './memory.ts';
import type { Suite } from './suite.ts';
import type { Meter } from './timing.ts';

const SALT = ascii('timecard/1');
const SEED_BYTES = 32;

/** The first 8 bytes of SHA-256 of an office's, or a batch's, public key. */
export function keyId(crypto: CryptoPort, publicKey: Uint8Array): Uint8Array {
  return crypto.sha256(publicKey).slice(0, 8);
}

export class Identity {
  readonly #memory: Memory;
  readonly #crypto: CryptoPort;
  readonly #meter: Meter;

  constructor(memory: Memory, crypto: CryptoPort, meter: Meter) {
    this.#memory = memory;
    this.#crypto = crypto;
    this.#meter = meter;
  }

  get suite(): number {
    return this.#memory.byte(at.SUITE);
  }

  /** Where the seed in force lies, and g behind it. */
  get #seedPlace(): number {
    return this.#memory.byte(at.SEED_PLACE) === 1 ? at.SECOND_SEED : at.SEED;
  }

  /** 8 random bytes of this card: a restored card and its lost twin never make the same coupon. */
  get g(): Uint8Array {
    return this.#memory.read(this.#seedPlace + SEED_BYTES, 8);
  }

  get seed(): Uint8Array {
    return this.#memory.read(this.#seedPlace, SEED_BYTES);
  }

  /** Another seed, with a g of its own: written where nothing points to it, then in force with the transaction. */
  replaceSeed(transaction: Transaction, seed: Uint8Array, g: Uint8Array): void {
    const second = this.#seedPlace === at.SEED;
    this.#memory.write(second ? at.SECOND_SEED : at.SEED, concat(seed, g));
    transaction.set(at.SEED_PLACE, Uint8Array.of(second ? 1 : 0));
  }

  /** Whether the words may still be read: from personalisation until the holder has confirmed them, or loads. */
  get wordsOpen(): boolean {
    return this.#memory.byte(at.WORDS) === 1;
  }

  get batchSeed(): Uint8Array {
    return this.#memory.read(at.BATCH_SEED, 32);
  }

  /** The first 8 bytes of SHA-256 of the batch's public key. */
  get batchId(): Uint8Array {
    return this.#memory.read(at.BATCH_ID, 8);
  }

  /** The chain id, ASCII. */
  get chain(): string {
    return new TextDecoder().decode(at.lengthPrefixed(this.#memory.view(at.CHAIN, at.CHAIN_BYTES)));
  }

  /** The offices whose certificates count: key and its id. */
  officeKeys(): { readonly id: Uint8Array; readonly key: Uint8Array }[] {
    const out: { id: Uint8Array; key: Uint8Array }[] = [];
    for (let i = 0; i < OFFICE_KEYS; i++) {
      const place = this.#memory.view(at.OFFICE_KEY_PLACES + i * at.OFFICE_KEY_BYTES, 33);
      // Ids are computed once on a card and kept: the hash is not counted.
      if (place[0] === 1) out.push({ id: keyId(this.#crypto, place.slice(1)), key: place.slice(1) });
    }
    return out;
  }

  officeKey(id: Uint8Array): Uint8Array | undefined {
    return this.officeKeys().find((office) => equal(office.id, id))?.key;
  }

  /** `length` bytes for a purpose. `data` tells keys of one purpose apart. */
  derive(label: 'wallet' | 'coupon' | 'blind', data: Uint8Array, length: number): Uint8Array {
    const info = concat(ascii(label), data);
    this.#meter.derive(info.length, length);
    return this.#crypto.hkdfSha256(this.seed, SALT, info, length);
  }

  walletSeed(): Uint8Array {
    return this.derive('wallet', new Uint8Array(0), 32);
  }

  /** Suite ‖ public key, as workloads and loads name the wallet. */
  walletKey(suite: Suite): Uint8Array {
    return concat(beBytes(suite.id, 1), suite.publicKey(this.walletSeed()));
  }
}

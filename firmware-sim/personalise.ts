/**
 * Personalisation: what a maker puts on a card before it is handed out. The seed belongs to the person and is shown
 * to them once as words; g is fresh for every card, a restored one too; the batch seed is shared by the cards of a batch.
 */
import { nodeCrypto } from '../crypto/node.ts';
import { ascii, beBytes, concat } from '../src/bytes.ts';
import { OFFICE_KEYS, PIN_DIGITS, PIN_TRIES, PUK_DIGITS, PUK_TRIES } from '../src/limits.ts';
import type { CardImage } from './card.ts';
import { newCounter } from './counter.ts';
import { ephemeralBytes } from './ephemeral.ts';
import { keyId } from './identity.ts';
import * as at from './layout.ts';
import { secretBytes } from './pin.ts';
import { openStore } from './store.ts';
import { suiteOf } from './suite.ts';
import { Meter } from './timing.ts';

export interface Personal {
  /** 32 bytes of good randomness. */
  readonly seed: Uint8Array;
  /** 8 random bytes. */
  readonly g: Uint8Array;
  /** 4 to 8 digits, and 8 to 12. */
  readonly pin: string;
  readonly puk: string;
  /** The chain id: ASCII, at most 63 characters. */
  readonly chain: string;
  /** 1 to 4 Ed25519 public keys of offices whose certificates count. */
  readonly officeKeys: readonly Uint8Array[];
  /** 32 bytes: the attestation key of the card's batch. */
  readonly batchSeed: Uint8Array;
  readonly random: (n: number) => Uint8Array;
  /** Months since 2020-01 of the newest certificate the maker knows; 0 unless told. */
  readonly epoch?: number;
  /** True: nobody has seen the words yet, the holder reads them at card services, once. */
  readonly wordsOpen?: boolean;
}

/** Whether a text can be a PIN, or a PUK. */
export function isPin(text: string): boolean {
  return new RegExp(`^[0-9]{${PIN_DIGITS.min},${PIN_DIGITS.max}}$`).test(text);
}
export function isPuk(text: string): boolean {
  return new RegExp(`^[0-9]{${PUK_DIGITS.min},${PUK_DIGITS.max}}$`).test(text);
}

function need(ok: boolean, what: string): void {
  if (!ok) throw new Error(`cannot personalise: ${what}`);
}

/** The memory of a new card. Throws on anything that is not as `Personal` says: its caller has checked it. */
export function personalise(personal: Personal): CardImage {
  const { seed, g, pin, puk, chain, officeKeys, batchSeed, random, epoch = 0, wordsOpen = false } = personal;
  need(seed.length === 32 && batchSeed.length === 32, 'seeds have 32 bytes');
  need(g.length === 8, 'g has 8 bytes');
  need(isPin(pin) && isPuk(puk), 'PIN has 4 to 8 digits, PUK 8 to 12');
  need(chain.length > 0 && chain.length < at.CHAIN_BYTES, 'chain id has 1 to 63 characters');
  need(officeKeys.length > 0 && officeKeys.length <= OFFICE_KEYS, '1 to 4 office keys');
  need(
    officeKeys.every((key) => key.length === 32),
    'office keys have 32 bytes',
  );
  const suite = suiteOf(1, nodeCrypto, new Meter());
  if (suite === undefined) throw new Error('suite 1 exists');

  const bytes = new Uint8Array(at.MEMORY_BYTES);
  bytes.set(at.MARK_BYTES, at.MARK);
  bytes.set([suite.id], at.SUITE);
  bytes.set(seed, at.SEED);
  bytes.set(g, at.G);
  bytes.set(batchSeed, at.BATCH_SEED);
  bytes.set(keyId(nodeCrypto, suite.publicKey(batchSeed)), at.BATCH_ID);
  bytes.set(concat(Uint8Array.of(chain.length), ascii(chain)), at.CHAIN);
  bytes.set(secretBytes(ascii(pin), at.PIN_BYTES), at.PIN);
  bytes.set(secretBytes(ascii(puk), at.PUK_BYTES), at.PUK);
  bytes.set(newCounter(PIN_TRIES), at.PIN_TRIES_LEFT);
  bytes.set(newCounter(PUK_TRIES), at.PUK_TRIES_LEFT);
  bytes.set(beBytes(epoch, 2), at.EPOCH);
  bytes.set([wordsOpen ? 1 : 0], at.WORDS);
  officeKeys.forEach((key, i) => {
    bytes.set(concat(Uint8Array.of(1), key), at.OFFICE_KEY_PLACES + i * at.OFFICE_KEY_BYTES);
  });
  bytes.set(ephemeralBytes(suite.keyPair(random(32))), at.EPHEMERAL);
  return { bytes };
}

/** A memory with a new PIN and all tries, as an issuing desk writes it; what else lies in it stays. `digits`: ASCII, 4 to 8. */
export function rewritePin(image: CardImage, digits: Uint8Array): CardImage {
  const { memory, journal } = openStore(image.bytes, nodeCrypto, new Meter());
  // What power-up would still do is done first: the journal must not bring an older PIN back.
  journal.recover();
  const transaction = journal.begin();
  transaction.set(at.PIN, secretBytes(digits, at.PIN_BYTES));
  transaction.commit();
  const bytes = memory.image();
  bytes.set(newCounter(PIN_TRIES), at.PIN_TRIES_LEFT);
  return { bytes };
}

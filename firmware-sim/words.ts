/**
 * The seed on its way out and in: the words of a new card, once; the words of a lost card into a fresh one; and the holder's
 * word on coupons that a terminal calls dead. All need VERIFY services; none of it is possible at a till in sale mode.
 */
import { equal } from '../src/bytes.ts';
import { PIN_DIGITS } from '../src/limits.ts';
import { SEED_PLACE, WORDS } from './layout.ts';
import { type Answer, done, no, SW } from './status.ts';
import type { Store } from './store.ts';
import { exactly, readFields, tlv } from './tlv.ts';

const SEED = 32;

/** WORDS: the seed, while its words may still be read. */
export function words({ identity }: Store, data: Uint8Array): Answer {
  if (data.length > 0) return no(SW.wrongData);
  return identity.wordsOpen ? done(tlv(0x80, identity.seed)) : no(SW.conditionsNotSatisfied);
}

/** WORDS WRITTEN DOWN: from now on nobody reads them. */
export function wordsWritten({ journal }: Store, data: Uint8Array): Answer {
  if (data.length > 0) return no(SW.wrongData);
  const transaction = journal.begin();
  transaction.set(WORDS, Uint8Array.of(0));
  transaction.commit();
  return done();
}

/**
 * RESTORE: `80 seed`. Only on a card that has never loaded, so that no coupon loses its key; draws a new g. The same seed
 * again changes nothing.
 */
export function restore(store: Store, data: Uint8Array, random: (n: number) => Uint8Array): Answer {
  const [seed] = readFields(data, [exactly(0x80, SEED)]) ?? [];
  if (seed === undefined) return no(SW.wrongData);
  const { identity, journal, keysets, memory } = store;
  if (memory.byte(SEED_PLACE) !== 0 && equal(seed, identity.seed)) return done();
  if (keysets.used().length > 0) return no(SW.conditionsNotSatisfied);
  const transaction = journal.begin();
  identity.replaceSeed(transaction, seed, random(8));
  // The holder has these words: that is where they came from.
  transaction.set(WORDS, Uint8Array.of(0));
  transaction.commit();
  return done();
}

/**
 * DEAD: `80 PIN, 81 what`: 0 = they are no such thing, and will be refreshed again; 1 = forget them. The PIN anew, because it is
 * the holder's word and not the terminal's. Nothing is destroyed that is not dead: the words find what the ledger still has.
 */
export function dead({ pin, purse, journal }: Store, data: Uint8Array): Answer {
  const [digits, what] =
    readFields(data, [{ tag: 0x80, min: PIN_DIGITS.min, max: PIN_DIGITS.max }, exactly(0x81, 1)]) ?? [];
  const state = (['exposed', 'empty'] as const)[what?.[0] ?? 2];
  if (digits === undefined || state === undefined) return no(SW.wrongData);
  const known = pin.verify(tlv(0x80, digits));
  if (known.sw !== SW.ok) return known;
  const transaction = journal.begin();
  for (const slot of purse.slotsIn('dead')) purse.setState(transaction, slot, state);
  transaction.commit();
  return done();
}

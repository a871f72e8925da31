/**
 * Where everything lies in the card's memory, in bytes from 0. The first two pages change by transactions only, and
 * what a purchase changes is one page, so that SPEND and ACK cost one page each. Sizes are for suite 2's 65-byte keys as
 * well. 404 slots: 192 for coupons that still count; the others are for those of the last 20 paid purchases (160 at most), which
 * rest until their record falls out, because a terminal that never saw the ACK's answer may still undo the purchase, and for
 * what a refresh replaces, because old and new coupons are both there until it is stored.
 */
import { beNumber } from '../src/bytes.ts';
import {
  CARD_KEYSETS,
  CARD_LOG,
  CARD_PENDING,
  CARD_PLACES,
  DENOMINATION_EXPONENTS,
  OFFICE_KEYS,
} from '../src/limits.ts';
import { COUNTER_BYTES } from './counter.ts';
import { PAGE, type Region } from './memory.ts';

export const SLOTS = CARD_PLACES;
export const RECORDS = CARD_PENDING + CARD_LOG;
const EXPONENTS = DENOMINATION_EXPONENTS.length;

/** What a purchase changes: limits (cumulative minutes 2, taps 1), state of each record, state of each slot (a nibble). */
export const LIMITS = 0;
export const RECORD_STATES = 4;
export const SLOT_STATES = RECORD_STATES + RECORDS;

/** Second page: highest certificate epoch (2), PIN and PUK (length ‖ digits), the open load, keysets in use, office keys. */
export const EPOCH = PAGE;
export const PIN = EPOCH + 4;
export const PIN_BYTES = 12;
export const PUK = PIN + PIN_BYTES;
export const PUK_BYTES = 16;
/** kind (1: 0 none, 1 load, 2 refresh) ‖ packs (1) ‖ keyset's place (1) ‖ signed (1) ‖ digest (32) ‖ first counter of each exponent (9 × 4). */
export const OPEN_LOAD = PUK + PUK_BYTES;
export const OPEN_LOAD_BYTES = 36 + 4 * EXPONENTS;
/** One byte a keyset place: 1 = in use. */
export const KEYSET_USED = OPEN_LOAD + OPEN_LOAD_BYTES;
/** A slow refresh: as an open load, with the g of up to four lost cards instead of a digest. */
export const OPEN_RECOVERY = KEYSET_USED + CARD_KEYSETS;
/** Which of the two seed places is in force (1); whether the words may still be read (1). */
export const SEED_PLACE = OPEN_RECOVERY + OPEN_LOAD_BYTES;
export const WORDS = SEED_PLACE + 1;
/** In use (1) ‖ key (32, suite 2: 65). */
export const OFFICE_KEY_BYTES = 68;
export const OFFICE_KEY_PLACES = 2 * PAGE;
/** The next counter of each keyset and exponent, 4 bytes each. */
export const COUNTERS = OFFICE_KEY_PLACES + OFFICE_KEYS * OFFICE_KEY_BYTES;
const TRANSACTIONAL_END = 4 * PAGE;

export const TRANSACTIONAL: Region = { from: 0, to: TRANSACTIONAL_END };
export const JOURNAL: Region = { from: TRANSACTIONAL_END, to: TRANSACTIONAL_END + 5 * PAGE };

/** Written at personalisation and never again but for the seed: mark, suite (1), seed, g, batch seed and id, chain id (length ‖ text). */
export const MARK = JOURNAL.to;
export const MARK_BYTES = Uint8Array.of(0x54, 0x43, 0x52, 0x44, 0, 0, 0, 1);
export const SUITE = MARK + 8;
export const SEED = SUITE + 4;
export const G = SEED + 32;
export const BATCH_SEED = G + 8;
export const BATCH_ID = BATCH_SEED + 32;
export const CHAIN = BATCH_ID + 8;
export const CHAIN_BYTES = 64;
/** Where a restored card's seed and g lie, in turn with the first place. */
export const SECOND_SEED = CHAIN + CHAIN_BYTES;
/** Counters of tries, on pages of their own. */
export const PIN_TRIES_LEFT = MARK + PAGE;
export const PUK_TRIES_LEFT = PIN_TRIES_LEFT + COUNTER_BYTES;
/** The key pair of the next session: see `ephemeral.ts`. */
export const EPHEMERAL = MARK + 2 * PAGE;

/** A record a page: see `purchases.ts`. */
export const RECORD_PAGES = MARK + 3 * PAGE;
/** A keyset's id (32) and its nine moduli. */
export const KEYSETS = RECORD_PAGES + RECORDS * PAGE;
export const KEYSET_BYTES = 32 + EXPONENTS * 256;
/** keyset's place (1) ‖ exponent (1) ‖ number in its load (1) ‖ notes (1, see `purse.ts`) ‖ counter (4) ‖ serial (32) ‖ signature (256). */
export const SLOT_PLACES = KEYSETS + CARD_KEYSETS * KEYSET_BYTES;
export const SLOT_BYTES = 8 + 32 + 256;
/** Bytes of a card's memory: within the 139 360 persistent bytes a J3R180 reports. */
export const MEMORY_BYTES = PAGE * Math.ceil((SLOT_PLACES + SLOTS * SLOT_BYTES) / PAGE);

/** The address of a counter: `place` of the keyset 0 …, exponent 0 … 8. */
export function counterAddress(place: number, exponent: number): number {
  return COUNTERS + 4 * (place * EXPONENTS + exponent);
}

/** The text of a field «length ‖ bytes». */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return bytes.slice(1, 1 + beNumber(bytes.subarray(0, 1)));
}

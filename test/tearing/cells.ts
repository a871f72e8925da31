/**
 * What lies in a card's cells, read by somebody who shares no code with the firmware: of it he takes the addresses alone (where a
 * thing lies is no rule), and reads states, records and counters himself.
 */
import { crc32 } from 'node:zlib';
import * as at from '../../firmware-sim/layout.ts';
import { toHex } from '../../src/bytes.ts';

export type CouponState = 'prepared' | 'free' | 'pending' | 'exposed' | 'refreshing' | 'spent' | 'dead';
const STATES = ['empty', 'prepared', 'free', 'pending', 'exposed', 'refreshing', 'spent', 'dead'];
const RECORDS = ['empty', 'pending', 'paid', 'undone'] as const;

export interface Coupon {
  readonly slot: number;
  readonly state: CouponState;
  readonly exponent: number;
  /** Hex. */
  readonly serial: string;
  /** Its number among the new coupons of its load or refresh. */
  readonly number: number;
  /** A coupon of a lost card of the same seed. */
  readonly ofLostCard: boolean;
  /** Prepared for a slow refresh. */
  readonly slow: boolean;
}

/** What the record of an open load, or of an open refresh, says that it is. */
export const OPEN = { nothing: 0, load: 1, refresh: 2, collecting: 3 } as const;

export interface CardRecord {
  /** Hex. */
  readonly id: string;
  readonly state: 'pending' | 'paid' | 'undone';
  readonly minutes: number;
  readonly withPin: boolean;
  readonly slots: readonly number[];
}

/** What lies in the cells. */
export interface Cells {
  readonly coupons: readonly Coupon[];
  readonly records: readonly CardRecord[];
  readonly unpinned: { readonly minutes: number; readonly taps: number };
  readonly pinTries: number;
  readonly pukTries: number;
  readonly epoch: number;
  readonly pin: string;
  readonly puk: string;
  /** Packs of the open load, 0 = none; and the hex digest it was signed with. */
  readonly openPacks: number;
  readonly openDigest: string | undefined;
  /** `OPEN`: the record of a load or of a refresh of the card's own coupons; and that of lost cards' coupons. */
  readonly own: number;
  readonly lost: number;
  /** Hex: the seed in force and its g; whether the words may still be read. */
  readonly seed: string;
  readonly g: string;
  readonly wordsOpen: boolean;
}

/** Reads a card's memory after power-up. */
export function look(image: Uint8Array): Cells {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const byte = (address: number): number => view.getUint8(address);
  const hex = (address: number, n: number): string => toHex(image.subarray(address, address + n));
  const digits = (address: number): string =>
    String.fromCharCode(...image.subarray(address + 1, address + 1 + byte(address)));

  const tries = (address: number): number => {
    const valid = [address, address + 8].filter(
      (place) => crc32(image.subarray(place, place + 4)) === view.getUint32(place + 4),
    );
    const [first, second] = valid as [number, number];
    if (second === undefined) return first === undefined ? 0 : byte(first + 2);
    const ahead = (view.getUint16(second) - view.getUint16(first) + 0x1_0000) % 0x1_0000;
    return byte((ahead < 0x8000 ? second : first) + 2);
  };

  const coupons: Coupon[] = [];
  for (let slot = 0; slot < at.SLOTS; slot++) {
    const nibble = (byte(at.SLOT_STATES + (slot >> 1)) >> (slot % 2 === 0 ? 4 : 0)) & 15;
    if (nibble === 0) continue;
    const from = at.SLOT_PLACES + slot * at.SLOT_BYTES;
    const state = STATES[nibble] as CouponState;
    const notes = byte(from + 3);
    coupons.push({
      slot,
      state,
      exponent: byte(from + 1),
      serial: hex(from + 8, 32),
      number: byte(from + 2),
      ofLostCard: (notes & 0x0f) !== 0,
      slow: (notes & 0x80) !== 0,
    });
  }
  const records: CardRecord[] = [];
  for (let place = 0; place < at.RECORDS; place++) {
    const state = RECORDS[byte(at.RECORD_STATES + place)];
    if (state === undefined || state === 'empty') continue;
    const page = at.RECORD_PAGES + 256 * place;
    records.push({
      id: hex(page + 4, 16),
      state,
      minutes: view.getUint16(page + 36),
      withPin: byte(page + 40) === 1,
      slots: Array.from({ length: byte(page + 41) }, (_, i) => view.getUint16(page + 42 + 2 * i)),
    });
  }
  const open = byte(at.OPEN_LOAD) === OPEN.load;
  const seed = byte(at.SEED_PLACE) === 1 ? at.SECOND_SEED : at.SEED;
  return {
    coupons,
    records,
    unpinned: { minutes: view.getUint16(at.LIMITS), taps: byte(at.LIMITS + 2) },
    pinTries: tries(at.PIN_TRIES_LEFT),
    pukTries: tries(at.PUK_TRIES_LEFT),
    epoch: view.getUint16(at.EPOCH),
    pin: digits(at.PIN),
    puk: digits(at.PUK),
    openPacks: open ? byte(at.OPEN_LOAD + 1) : 0,
    openDigest: open && byte(at.OPEN_LOAD + 3) === 1 ? hex(at.OPEN_LOAD + 4, 32) : undefined,
    own: byte(at.OPEN_LOAD),
    lost: byte(at.OPEN_RECOVERY),
    seed: hex(seed, 32),
    g: hex(seed + 32, 8),
    wordsOpen: byte(at.WORDS) === 1,
  };
}

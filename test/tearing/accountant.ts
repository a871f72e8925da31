/**
 * The accountant of the tearing campaign. He looks at a card's cells with his own eyes, keeps the ledger's side himself, and says
 * of every minute that was ever issued where it is. He shares no code with the firmware: of it he takes the addresses alone
 * (where a thing lies is no rule), and reads states, records and counters himself.
 *
 * C1 a minute that was issued is in one place: free, pending, exposed or refreshing on the card, in an open load, in the hand of
 *    a till that has not decided yet, redeemed, or aborted with a way back. None is lost, none is in two places.
 * C2 tries of PIN and PUK go up by the right secret only.
 * C3 what was paid without a PIN is never counted for less than it was.
 * C4 the card's key of a session is never shown twice, a blinded serial is never in two loads.
 */
import { crc32 } from 'node:zlib';
import * as at from '../../firmware-sim/layout.ts';
import { toHex } from '../../src/bytes.ts';
import { MONTH } from '../firmware/terminal.ts';

export type CouponState = 'prepared' | 'free' | 'pending' | 'exposed' | 'refreshing' | 'spent' | 'dead';
const STATES = ['empty', 'prepared', 'free', 'pending', 'exposed', 'refreshing', 'spent', 'dead'];
const RECORDS = ['empty', 'pending', 'paid', 'undone'] as const;

export interface Coupon {
  readonly slot: number;
  readonly state: CouponState;
  readonly exponent: number;
  /** Hex. */
  readonly serial: string;
}

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
    coupons.push({ slot, state, exponent: byte(from + 1), serial: hex(from + 8, 32) });
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
  const open = byte(at.OPEN_LOAD) === 1;
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
  };
}

export interface Purchase {
  readonly minutes: number;
  readonly pin: boolean;
  /** Hex serial → exponent: what the card gave, on the till's disk. */
  readonly answer: Map<string, number> | undefined;
  readonly state: 'open' | 'paid' | 'given_up';
}

/** A till's disk: purchases by hex id, and the ids it must still tell cards about. */
export interface TillBooks {
  readonly purchases: Map<string, Purchase>;
  tell: string[];
}

/** What is written down outside the card. Plain data: a case works on a copy. */
export interface Books {
  /** Minutes of all signatures that the office has handed out, and the loads by hex digest with their packs. */
  issued: number;
  readonly loads: Map<string, number>;
  /** Hex blinded serial → the digest of its load. */
  readonly blinded: Map<string, string>;
  /** The ledger: hex serial → exponent. */
  readonly redeemed: Map<string, number>;
  readonly aborted: Map<string, number>;
  readonly tills: readonly TillBooks[];
  /** Keys that the card has shown in SELECT. */
  readonly shown: Set<string>;
  /** The highest number of tries that the card may say it has. */
  pinTriesAtMost: number;
  pukTriesAtMost: number;
  /** Hex ids asked for without a PIN since the last PIN; and whether a PIN was given whose answer never came. */
  unpinned: Set<string>;
  perhapsReset: boolean;
  /** The epoch of every till's certificate, months since 2020-01: one office renews them all. */
  epoch: number;
  /** What nobody may ever see; empty, or the campaign has found something. */
  readonly wrongs: string[];
}

export function newBooks(): Books {
  return {
    issued: 0,
    loads: new Map(),
    blinded: new Map(),
    redeemed: new Map(),
    aborted: new Map(),
    tills: [0, 1, 2].map(() => ({ purchases: new Map(), tell: [] })),
    shown: new Set(),
    pinTriesAtMost: 3,
    pukTriesAtMost: 8,
    unpinned: new Set(),
    perhapsReset: false,
    epoch: MONTH,
    wrongs: [],
  };
}

export interface Reckoning {
  lost: number;
  doubled: number;
  readonly wrongs: string[];
}

const minutes = (exponent: number): number => 2 ** exponent;

/** Where every minute is (C1), and whether the card's counters say what they must (C2, C3). Lowers the books' bounds to what was seen. */
export function reckon(books: Books, cells: Cells): Reckoning {
  const found: Reckoning = { lost: 0, doubled: 0, wrongs: [...books.wrongs] };
  books.wrongs.length = 0;
  coupons(books, cells, found);
  records(books, cells, found);
  counters(books, cells, found);
  return found;
}

interface Whereabouts {
  readonly exponent: number;
  card?: CouponState;
  redeemed?: true;
  aborted?: true;
  /** Went out of the card to a till, whatever became of it. */
  out?: true;
  undecided?: true;
}

function coupons(books: Books, cells: Cells, found: Reckoning): void {
  const where = new Map<string, Whereabouts>();
  const of = (serial: string, exponent: number): Whereabouts => {
    const known = where.get(serial) ?? { exponent };
    if (known.exponent !== exponent) found.wrongs.push(`${serial} has two values`);
    where.set(serial, known);
    return known;
  };
  const loadIssued = cells.openDigest !== undefined && books.loads.has(cells.openDigest);
  for (const { state, serial, exponent } of cells.coupons) {
    if (state === 'prepared' && !loadIssued) continue;
    const one = of(serial, exponent);
    if (one.card !== undefined) {
      found.doubled += minutes(exponent);
      found.wrongs.push(`${serial} lies in two slots`);
    }
    one.card = state;
  }
  for (const [serial, exponent] of books.redeemed) of(serial, exponent).redeemed = true;
  for (const [serial, exponent] of books.aborted) of(serial, exponent).aborted = true;
  for (const { purchases } of books.tills)
    for (const { answer, state } of purchases.values())
      for (const [serial, exponent] of answer ?? []) {
        of(serial, exponent).out = true;
        if (state === 'open') of(serial, exponent).undecided = true;
      }
  let sum = 0;
  for (const [serial, one] of where) {
    sum += minutes(one.exponent);
    const { card, redeemed, aborted, out, undecided } = one;
    const spendable = card === 'free' || card === 'prepared';
    const twice =
      (spendable && (out || redeemed || aborted)) ||
      (redeemed && (aborted || card === 'pending' || card === 'exposed' || card === 'refreshing'));
    if (twice) {
      found.doubled += minutes(one.exponent);
      found.wrongs.push(`${serial} is ${card} on the card and has gone out`);
    }
    if (card === 'spent' && !redeemed && !aborted && !undecided) {
      found.lost += minutes(one.exponent);
      found.wrongs.push(`${serial} is spent and nobody has it`);
    }
  }
  if (sum < books.issued) {
    found.lost += books.issued - sum;
    found.wrongs.push(`${books.issued} minutes were issued, ${sum} are there`);
  }
  if (sum > books.issued) {
    found.doubled += sum - books.issued;
    found.wrongs.push(`${books.issued} minutes were issued, ${sum} are there`);
  }
}

function records(books: Books, cells: Cells, found: Reckoning): void {
  const bySlot = new Map(cells.coupons.map((one) => [one.slot, one]));
  const expected = { pending: 'pending', paid: 'spent', undone: 'exposed' } as const;
  const claimed = new Set<number>();
  for (const { id, state, minutes: amount, slots } of cells.records) {
    let sum = 0;
    for (const slot of slots) {
      const coupon = bySlot.get(slot);
      sum += coupon === undefined ? 0 : minutes(coupon.exponent);
      // What was undone may be refreshed, and its slot used again.
      if (state !== 'undone' && (coupon?.state !== expected[state] || claimed.has(slot)))
        found.wrongs.push(`purchase ${id} is ${state}, its slot ${slot} is ${coupon?.state ?? 'empty'}`);
      if (state !== 'undone') claimed.add(slot);
    }
    if (state !== 'undone' && sum !== amount)
      found.wrongs.push(`purchase ${id} of ${amount} holds ${sum} minutes`);
    const asked = books.tills.flatMap(({ purchases }) => purchases.get(id) ?? []);
    if (state === 'paid' && asked.every(({ answer }) => answer === undefined))
      found.wrongs.push(`purchase ${id} is paid and no till has it`);
  }
  for (const { slot, state } of cells.coupons)
    if ((state === 'pending' || state === 'spent') && !claimed.has(slot))
      found.wrongs.push(`slot ${slot} is ${state} without a purchase`);
}

function counters(books: Books, cells: Cells, found: Reckoning): void {
  if (cells.pinTries > books.pinTriesAtMost)
    found.wrongs.push(`PIN tries went up: ${cells.pinTries} of at most ${books.pinTriesAtMost}`);
  if (cells.pukTries > books.pukTriesAtMost)
    found.wrongs.push(`PUK tries went up: ${cells.pukTries} of at most ${books.pukTriesAtMost}`);
  books.pinTriesAtMost = Math.min(books.pinTriesAtMost, cells.pinTries);
  books.pukTriesAtMost = Math.min(books.pukTriesAtMost, cells.pukTries);

  // Without a PIN: what a till has an answer for, or the card a record of.
  const paid = [...books.unpinned].flatMap((id) => {
    const till = books.tills.flatMap(({ purchases }) => purchases.get(id) ?? []);
    const onCard = cells.records.filter((one) => one.id === id && !one.withPin);
    const counts = onCard.length > 0 || till.some(({ answer }) => answer !== undefined);
    return counts ? [(onCard[0] ?? till[0])?.minutes ?? 0] : [];
  });
  const { minutes: counted, taps } = cells.unpinned;
  const sum = paid.reduce((a, b) => a + b, 0);
  if (counted === sum && taps === paid.length) return;
  if (books.perhapsReset && counted === 0 && taps === 0) books.unpinned = new Set();
  else
    found.wrongs.push(
      `paid without a PIN: ${sum} minutes in ${paid.length} taps, counted ${counted} in ${taps}`,
    );
}

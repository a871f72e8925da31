/**
 * The purchase records: at most 8 pending and the last 20 finished. A record's page is written before the transaction that
 * makes it count, so what a purchase changes afterwards is one page of states. Records of a terminal are found by its
 * static key and the purchase id; another terminal's same id is another purchase.
 *
 * Page: sequence (4) ‖ id (16) ‖ outlet (16) ‖ minutes (2) ‖ day (2) ‖ PIN (1) ‖ coupons (1) ‖ their slots (8 × 2) ‖ key length (1) ‖
 * terminal key (65) ‖ signature length (1) ‖ attestation signature (64).
 */
import { beBytes, beNumber, concat, equal } from '../src/bytes.ts';
import { CARD_LOG, CARD_PENDING, COUPONS_PER_PURCHASE } from '../src/limits.ts';
import type { Transaction } from './journal.ts';
import { RECORD_PAGES, RECORD_STATES, RECORDS } from './layout.ts';
import { CELL, type Memory, PAGE } from './memory.ts';
import type { Purse } from './purse.ts';

export const RECORD_STATE = ['empty', 'pending', 'paid', 'undone'] as const;
export type RecordState = (typeof RECORD_STATE)[number];

export interface NewPurchase {
  readonly id: Uint8Array;
  readonly outlet: Uint8Array;
  readonly minutes: number;
  /** Days since 1970-01-01, as the terminal said. */
  readonly day: number;
  readonly withPin: boolean;
  readonly slots: readonly number[];
  readonly terminal: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Purchase extends NewPurchase {
  readonly place: number;
  readonly state: RecordState;
  /** Grows from purchase to purchase. */
  readonly sequence: number;
}

/** Filled to `size` with zeros, behind a length byte. */
function sized(bytes: Uint8Array, size: number): Uint8Array {
  return concat(Uint8Array.of(bytes.length), bytes, new Uint8Array(size - bytes.length));
}

const KEY_SIZE = 65;
const SIGNATURE_SIZE = 64;
const SLOTS_AT = 42;
const KEY_AT = SLOTS_AT + 2 * COUPONS_PER_PURCHASE;
const SIGNATURE_AT = KEY_AT + 1 + KEY_SIZE;

export class Purchases {
  readonly #memory: Memory;
  readonly #purse: Purse;

  constructor(memory: Memory, purse: Purse) {
    this.#memory = memory;
    this.#purse = purse;
  }

  /** Every record that counts, newest first. */
  all(): Purchase[] {
    const out: Purchase[] = [];
    for (let place = 0; place < RECORDS; place++) {
      const state = this.#state(place);
      if (state !== 'empty') out.push(this.#read(place, state));
    }
    return out.sort((a, b) => b.sequence - a.sequence);
  }

  find(terminal: Uint8Array, id: Uint8Array): Purchase | undefined {
    return this.all().find((purchase) => equal(purchase.id, id) && equal(purchase.terminal, terminal));
  }

  get pendingFull(): boolean {
    return this.all().filter(({ state }) => state === 'pending').length >= CARD_PENDING;
  }

  /** Writes a new record and, in the transaction, makes it and its coupons pending. */
  add(transaction: Transaction, purchase: NewPurchase): void {
    const known = this.all();
    let place = 0;
    while (this.#state(place) !== 'empty') place++;
    const page = concat(
      beBytes((known[0]?.sequence ?? 0) + 1, 4),
      purchase.id,
      purchase.outlet,
      beBytes(purchase.minutes, 2),
      beBytes(purchase.day, 2),
      Uint8Array.of(purchase.withPin ? 1 : 0, purchase.slots.length),
      ...purchase.slots.map((slot) => beBytes(slot, 2)),
      new Uint8Array(2 * (COUPONS_PER_PURCHASE - purchase.slots.length)),
      sized(purchase.terminal, KEY_SIZE),
      sized(purchase.signature, SIGNATURE_SIZE),
    );
    this.#memory.write(
      RECORD_PAGES + place * PAGE,
      concat(page, new Uint8Array((CELL - (page.length % CELL)) % CELL)),
    );
    this.#setState(transaction, place, 'pending');
    for (const slot of purchase.slots) this.#purse.setState(transaction, slot, 'pending');
  }

  /** pending → paid: the coupons are spent. The oldest finished record beyond 20 is forgotten. */
  acknowledge(transaction: Transaction, purchase: Purchase): void {
    this.#setState(transaction, purchase.place, 'paid');
    for (const slot of purchase.slots) this.#purse.setState(transaction, slot, 'spent');
    this.#forget(transaction, [purchase]);
  }

  /** pending or paid → undone: the coupons are exposed. Several at once, because OPEN brings several. */
  undo(transaction: Transaction, purchases: readonly Purchase[]): void {
    for (const { place, slots } of purchases) {
      this.#setState(transaction, place, 'undone');
      for (const slot of slots) this.#purse.setState(transaction, slot, 'exposed');
    }
    this.#forget(
      transaction,
      purchases.filter(({ state }) => state === 'pending'),
    );
  }

  /** Makes room for records that are about to be finished; what fell out and was paid frees its slots. */
  #forget(transaction: Transaction, finishing: readonly Purchase[]): void {
    const finished = this.all().filter(({ state }) => state !== 'pending');
    const surplus = Math.max(0, finished.length + finishing.length - CARD_LOG);
    for (const { place, slots } of finished.slice(finished.length - surplus)) {
      // Undone in this same transaction: its coupons are exposed and stay.
      const paid = RECORD_STATE[transaction.byte(RECORD_STATES + place)] === 'paid';
      this.#setState(transaction, place, 'empty');
      if (paid) for (const slot of slots) this.#purse.setState(transaction, slot, 'empty');
    }
  }

  #state(place: number): RecordState {
    return RECORD_STATE[this.#memory.byte(RECORD_STATES + place)] ?? 'empty';
  }

  #setState(transaction: Transaction, place: number, state: RecordState): void {
    transaction.set(RECORD_STATES + place, Uint8Array.of(RECORD_STATE.indexOf(state)));
  }

  #read(place: number, state: RecordState): Purchase {
    const page = this.#memory.read(RECORD_PAGES + place * PAGE, PAGE);
    const count = page[41] as number;
    const part = (at: number): Uint8Array => page.slice(at + 1, at + 1 + (page[at] as number));
    return {
      place,
      state,
      sequence: beNumber(page.subarray(0, 4)),
      id: page.slice(4, 20),
      outlet: page.slice(20, 36),
      minutes: beNumber(page.subarray(36, 38)),
      day: beNumber(page.subarray(38, 40)),
      withPin: page[40] === 1,
      slots: Array.from({ length: count }, (_, i) =>
        beNumber(page.subarray(SLOTS_AT + 2 * i, SLOTS_AT + 2 * i + 2)),
      ),
      terminal: part(KEY_AT),
      signature: part(SIGNATURE_AT),
    };
  }
}

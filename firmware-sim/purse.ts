/**
 * The slots: a coupon each, in one of seven states, and what can be paid with the free ones. A slot's content is written
 * directly while nothing points to it; its state changes by transaction. Only `free` coupons can be selected.
 *
 * prepared: reserved for a load, no signature yet · free · pending: in a purchase not acknowledged · exposed: in an aborted
 * purchase, only to be refreshed · refreshing: waits for its successor · spent · dead: the ledger has seen it elsewhere, a
 * terminal says; it stays until its holder forgets it.
 */
import { beBytes, beNumber, concat } from '../src/bytes.ts';
import { minutesOf, select } from '../src/coupons/denominations.ts';
import { CARD_SLOTS, COUPONS_PER_PURCHASE, DENOMINATION_EXPONENTS } from '../src/limits.ts';
import type { Transaction } from './journal.ts';
import { SLOT_BYTES, SLOT_PLACES, SLOT_STATES, SLOTS } from './layout.ts';
import type { Memory } from './memory.ts';

export const SLOT_STATE = [
  'empty',
  'prepared',
  'free',
  'pending',
  'exposed',
  'refreshing',
  'spent',
  'dead',
] as const;
export type SlotState = (typeof SLOT_STATE)[number];

const HEAD = 8;
const SERIAL = 32;
const SIGNATURE = 256;
/** Notes of a slot: which lost card's g made it (0: this card's own), and whether it is prepared for a slow refresh. */
const LOST = 0x0f;
export const FOR_RECOVERY = 0x80;

/** What a slot holds beside its state. */
export interface Slot {
  /** The keyset's place on the card. */
  readonly keyset: number;
  readonly exponent: number;
  /** Its number in the load it came from. */
  readonly number: number;
  readonly notes: number;
  /** From which its key and blinding factor are derived. */
  readonly counter: number;
  readonly serial: Uint8Array;
  readonly signature: Uint8Array;
}

export class Purse {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  state(slot: number): SlotState {
    const both = this.#memory.byte(SLOT_STATES + (slot >> 1));
    return SLOT_STATE[slot % 2 === 0 ? both >> 4 : both & 0xf] ?? 'empty';
  }

  setState(transaction: Transaction, slot: number, state: SlotState): void {
    const address = SLOT_STATES + (slot >> 1);
    const both = transaction.byte(address);
    const value = SLOT_STATE.indexOf(state);
    transaction.set(
      address,
      Uint8Array.of(slot % 2 === 0 ? (value << 4) | (both & 0xf) : (both & 0xf0) | value),
    );
  }

  /** Slots in a state, ascending. */
  slotsIn(state: SlotState): number[] {
    const out: number[] = [];
    for (let slot = 0; slot < SLOTS; slot++) if (this.state(slot) === state) out.push(slot);
    return out;
  }

  exponent(slot: number): number {
    return this.#memory.byte(SLOT_PLACES + slot * SLOT_BYTES + 1);
  }

  read(slot: number): Slot {
    const bytes = this.#memory.read(SLOT_PLACES + slot * SLOT_BYTES, SLOT_BYTES);
    return {
      keyset: bytes[0] as number,
      exponent: bytes[1] as number,
      number: bytes[2] as number,
      notes: bytes[3] as number,
      counter: beNumber(bytes.subarray(4, HEAD)),
      serial: bytes.slice(HEAD, HEAD + SERIAL),
      signature: bytes.slice(HEAD + SERIAL),
    };
  }

  /** Writes what a prepared coupon is. The slot must be empty. */
  writePrepared(slot: number, coupon: Omit<Slot, 'signature'>): void {
    const { keyset, exponent, number, notes, counter, serial } = coupon;
    const head = concat(Uint8Array.of(keyset, exponent, number, notes), beBytes(counter, 4), serial);
    this.#memory.write(SLOT_PLACES + slot * SLOT_BYTES, head);
  }

  /** Writes a whole coupon into an empty slot. */
  writeWhole(slot: number, coupon: Slot): void {
    this.writePrepared(slot, coupon);
    this.writeSignature(slot, coupon.signature);
  }

  #notes(slot: number): number {
    return this.#memory.byte(SLOT_PLACES + slot * SLOT_BYTES + 3);
  }

  /** Slots prepared for a load or a fast refresh, or for a slow one. */
  prepared(recovery: boolean): number[] {
    return this.slotsIn('prepared').filter((slot) => ((this.#notes(slot) & FOR_RECOVERY) !== 0) === recovery);
  }

  /** Slots whose coupons wait for successors: the card's own, or those of lost cards. */
  refreshing(recovery: boolean): number[] {
    return this.slotsIn('refreshing').filter((slot) => (this.lostCard(slot) !== 0) === recovery);
  }

  /** 0: this card's own g made it; else the number of the lost card, from 1. */
  lostCard(slot: number): number {
    return this.#notes(slot) & LOST;
  }

  /** Writes the signature of a prepared coupon. */
  writeSignature(slot: number, signature: Uint8Array): void {
    if (signature.length !== SIGNATURE) throw new Error('a signature has 256 bytes');
    this.#memory.write(SLOT_PLACES + slot * SLOT_BYTES + HEAD + SERIAL, signature);
  }

  /** 192 less the coupons that count: all but spent ones, and those whose successors count. */
  get capacity(): number {
    let counting = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      const state = this.state(slot);
      if (state !== 'empty' && state !== 'spent' && state !== 'refreshing') counting++;
    }
    return CARD_SLOTS - counting;
  }

  /** Slots a load may take. */
  get room(): number {
    return Math.max(0, Math.min(this.capacity, this.slotsIn('empty').length));
  }

  /** How many coupons in a state, by exponent. */
  counts(state: SlotState): number[] {
    const counts = DENOMINATION_EXPONENTS.map(() => 0);
    for (const slot of this.slotsIn(state)) {
      const exponent = this.exponent(slot);
      counts[exponent] = (counts[exponent] ?? 0) + 1;
    }
    return counts;
  }

  /** Minutes in a state. */
  minutes(state: SlotState): number {
    return this.slotsIn(state).reduce((sum, slot) => sum + minutesOf(this.exponent(slot)), 0);
  }

  /** Free slots that sum to exactly so many minutes, descending exponents, at most 8; undefined when there are none. */
  select(minutes: number): number[] | undefined {
    const free = this.slotsIn('free');
    const chosen = select(minutes, this.counts('free'), COUPONS_PER_PURCHASE);
    if (!chosen.ok) return undefined;
    const out: number[] = [];
    for (let exponent = chosen.value.length - 1; exponent >= 0; exponent--) {
      const these = free.filter((slot) => this.exponent(slot) === exponent);
      out.push(...these.slice(0, chosen.value[exponent]));
    }
    return out;
  }
}

/**
 * The keysets a card has loaded from: nine moduli each, their id, and the next counter of each exponent. A keyset is
 * never dropped, because its counters must not start again: the same counter would make the same coupon.
 */
import { beBytes, beInt, beNumber, concat, equal } from '../src/bytes.ts';
import { type Keyset, MODULUS_BYTES, modulusOf, PUBLIC_EXPONENT } from '../src/coupons/keyset.ts';
import { CARD_KEYSETS, DENOMINATION_EXPONENTS } from '../src/limits.ts';
import type { Transaction } from './journal.ts';
import { counterAddress, KEYSET_BYTES, KEYSET_USED, KEYSETS } from './layout.ts';
import type { Memory } from './memory.ts';

const ID = 32;

export class Keysets {
  readonly #memory: Memory;
  readonly #known = new Map<number, Keyset>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Places in use. */
  used(): number[] {
    return Array.from({ length: CARD_KEYSETS }, (_, place) => place).filter(
      (place) => this.#memory.byte(KEYSET_USED + place) === 1,
    );
  }

  id(place: number): Uint8Array {
    return this.#memory.read(KEYSETS + place * KEYSET_BYTES, ID);
  }

  /** The keyset in a place that is in use. */
  get(place: number): Keyset {
    let keyset = this.#known.get(place);
    if (keyset === undefined) {
      const moduli = KEYSETS + place * KEYSET_BYTES + ID;
      keyset = {
        id: this.id(place),
        keys: DENOMINATION_EXPONENTS.map((exponent) => ({
          n: beInt(this.#memory.view(moduli + exponent * MODULUS_BYTES, MODULUS_BYTES)),
          e: PUBLIC_EXPONENT,
        })),
      };
      this.#known.set(place, keyset);
    }
    return keyset;
  }

  find(id: Uint8Array): number | undefined {
    return this.used().find((place) => equal(this.id(place), id));
  }

  /** A place for a new keyset, or undefined when all are taken. */
  get vacant(): number | undefined {
    const used = this.used();
    return Array.from({ length: CARD_KEYSETS }, (_, place) => place).find((place) => !used.includes(place));
  }

  /** Writes a keyset into a vacant place and, in the transaction, takes the place. */
  add(transaction: Transaction, place: number, keyset: Keyset): void {
    this.#known.delete(place);
    this.#memory.write(KEYSETS + place * KEYSET_BYTES, concat(keyset.id, ...keyset.keys.map(modulusOf)));
    transaction.set(KEYSET_USED + place, Uint8Array.of(1));
  }

  /** The next counter of an exponent; 0 for a keyset that is not in use yet. */
  counter(place: number, exponent: number): number {
    return beNumber(this.#memory.view(counterAddress(place, exponent), 4));
  }

  setCounter(transaction: Transaction, place: number, exponent: number, next: number): void {
    transaction.set(counterAddress(place, exponent), beBytes(next, 4));
  }
}

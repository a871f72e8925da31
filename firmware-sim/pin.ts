/**
 * PIN and PUK. A try is taken from the counter before the comparison and outside any transaction, so that pulling the card
 * gives no free guess; the comparison takes the same steps for every guess. Blocking erases nothing.
 * The digits lie in memory as they are: on a card the memory is what protects them, in a file nothing does.
 */
import { concat, equal } from '../src/bytes.ts';
import { PIN_DIGITS, PIN_TRIES, PUK_DIGITS, PUK_TRIES } from '../src/limits.ts';
import { Counter } from './counter.ts';
import type { Journal } from './journal.ts';
import * as at from './layout.ts';
import type { Memory } from './memory.ts';
import { type Answer, done, no, SW } from './status.ts';
import { readFields } from './tlv.ts';

const PIN_FIELD = { min: PIN_DIGITS.min, max: PIN_DIGITS.max };
const PUK_FIELD = { min: PUK_DIGITS.min, max: PUK_DIGITS.max };

function allDigits(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x30 && byte <= 0x39);
}

/** Length ‖ digits, filled to the size of its place. */
export function secretBytes(digits: Uint8Array, size: number): Uint8Array {
  return concat(Uint8Array.of(digits.length), digits, new Uint8Array(size - 1 - digits.length));
}

export class Pin {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #pinTries: Counter;
  readonly #pukTries: Counter;

  constructor(memory: Memory, journal: Journal) {
    this.#memory = memory;
    this.#journal = journal;
    this.#pinTries = new Counter(memory, at.PIN_TRIES_LEFT);
    this.#pukTries = new Counter(memory, at.PUK_TRIES_LEFT);
  }

  get triesLeft(): number {
    return this.#pinTries.value;
  }

  get pukTriesLeft(): number {
    return this.#pukTries.value;
  }

  /** The digits themselves, for the owner's view of a simulated card. No command leads here. */
  get letter(): { readonly pin: string; readonly puk: string } {
    const text = (address: number, size: number): string =>
      new TextDecoder().decode(at.lengthPrefixed(this.#memory.view(address, size)));
    return { pin: text(at.PIN, at.PIN_BYTES), puk: text(at.PUK, at.PUK_BYTES) };
  }

  /** VERIFY: `80 PIN`. */
  verify(data: Uint8Array): Answer {
    const [pin] = readFields(data, [{ tag: 0x80, ...PIN_FIELD }]) ?? [];
    if (pin === undefined || !allDigits(pin)) return no(SW.wrongData);
    return this.#try(this.#pinTries, PIN_TRIES, at.PIN, at.PIN_BYTES, pin);
  }

  /** CHANGE: `80 old PIN, 81 new PIN`. */
  change(data: Uint8Array): Answer {
    const [old, fresh] =
      readFields(data, [
        { tag: 0x80, ...PIN_FIELD },
        { tag: 0x81, ...PIN_FIELD },
      ]) ?? [];
    if (old === undefined || fresh === undefined || !allDigits(concat(old, fresh))) return no(SW.wrongData);
    const known = this.#try(this.#pinTries, PIN_TRIES, at.PIN, at.PIN_BYTES, old);
    if (known.sw === SW.ok) this.#setPin(fresh);
    return known;
  }

  /** UNBLOCK: `80 PUK, 81 new PIN`. */
  unblock(data: Uint8Array): Answer {
    const [puk, fresh] =
      readFields(data, [
        { tag: 0x80, ...PUK_FIELD },
        { tag: 0x81, ...PIN_FIELD },
      ]) ?? [];
    if (puk === undefined || fresh === undefined || !allDigits(concat(puk, fresh))) return no(SW.wrongData);
    const known = this.#try(this.#pukTries, PUK_TRIES, at.PUK, at.PUK_BYTES, puk);
    if (known.sw !== SW.ok) return known;
    // The new PIN first: torn between the two, the card is still blocked and the PUK still works.
    this.#setPin(fresh);
    this.#pinTries.set(PIN_TRIES);
    return known;
  }

  #setPin(digits: Uint8Array): void {
    const transaction = this.#journal.begin();
    transaction.set(at.PIN, secretBytes(digits, at.PIN_BYTES));
    transaction.commit();
  }

  #try(tries: Counter, all: number, address: number, size: number, guess: Uint8Array): Answer {
    const left = tries.value;
    if (left === 0) return no(SW.pinBlocked);
    tries.set(left - 1);
    // Length and filling are part of the comparison, so that every guess takes the same steps.
    if (!equal(this.#memory.view(address, size), secretBytes(guess, size)))
      return no(SW.wrongPin | (left - 1));
    tries.set(all);
    return done();
  }
}

/**
 * What lost cards of this seed held (docs/card-protocol.md, «Recovery»). FIND gives blinded serials and serials of a lost card's
 * counters, so that a terminal can compare them with what it knows of the ledger; TAKE gives the card the office's blind
 * signatures of those that are still there, from which it makes the coupons again; PREPARE, SIGN and STORE then make a slow
 * refresh of them. Never for this card's own g: nobody may ask which coupons a living card has, or will have.
 */
import { beBytes, beNumber, concat, equal } from '../src/bytes.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { MODULUS_BYTES } from '../src/coupons/keyset.ts';
import { finalize } from '../src/coupons/rsabssa.ts';
import type { RsaPublicKey } from '../src/crypto-port.ts';
import { CARD_SLOTS, DENOMINATION_EXPONENTS, LOAD_BLOCK, RECOVERY_CARDS } from '../src/limits.ts';
import { couponOf } from './load-coupons.ts';
import { KIND, keysetOf, Refresh, type RefreshParts } from './refresh.ts';
import { type Answer, done, no, SW } from './status.ts';
import { exactly, readFields, tlv } from './tlv.ts';

const G = 8;
const COUNTER = 4;
const SERIAL = 32;

interface Search {
  readonly g: Uint8Array;
  readonly keyset: Keyset;
}

export class Recovery extends Refresh {
  /** Which lost card's coupons are looked for, and in which keyset; forgotten when power goes. */
  #search: Search | undefined;

  constructor(parts: RefreshParts) {
    super(parts, true);
  }

  /** FIND begin: `80 g, 81 moduli`. */
  find(data: Uint8Array): Answer {
    const { makers } = this.parts;
    const moduliRule = exactly(0x81, DENOMINATION_EXPONENTS.length * MODULUS_BYTES);
    const [g, moduli] = readFields(data, [exactly(0x80, G), moduliRule]) ?? [];
    const keyset = moduli && keysetOf(makers, moduli);
    if (g === undefined || keyset === undefined) return no(SW.wrongData);
    if (equal(g, makers.identity.g)) return no(SW.conditionsNotSatisfied);
    this.#search = { g, keyset };
    return done(tlv(0x80, keyset.id));
  }

  /** FIND block: `80 first counter`: blinded serials and serials of eight counters; zeros for one that is skipped. */
  found(exponent: number, data: Uint8Array): Answer {
    const [first] = readFields(data, [exactly(0x80, COUNTER)]) ?? [];
    if (first === undefined) return no(SW.wrongData);
    const search = this.#search;
    if (search === undefined) return no(SW.conditionsNotSatisfied);
    if (exponent >= DENOMINATION_EXPONENTS.length) return no(SW.wrongParameters);
    const from = beNumber(first);
    if (from > 0xffff_0000) return no(SW.wrongData);
    const made = Array.from({ length: LOAD_BLOCK }, (_, i) => this.#coupon(search, exponent, from + i));
    const blinded = made.map((one) => one?.blinded ?? new Uint8Array(MODULUS_BYTES));
    const serials = made.map((one) => one?.serial ?? new Uint8Array(SERIAL));
    return done(concat(tlv(0x82, ...blinded), tlv(0x83, ...serials)));
  }

  #coupon({ g, keyset }: Search, exponent: number, counter: number) {
    return couponOf(this.parts.makers, keyset, { g, keyset: keyset.id, exponent, counter });
  }

  /** TAKE: `80 counters, 81 blind signatures`, one to eight of one exponent: all of them, or none. */
  take(exponent: number, data: Uint8Array): Answer {
    const [counters, signatures] =
      readFields(data, [
        { tag: 0x80, min: COUNTER, max: LOAD_BLOCK * COUNTER },
        { tag: 0x81, min: MODULUS_BYTES, max: LOAD_BLOCK * MODULUS_BYTES },
      ]) ?? [];
    const count = (counters?.length ?? 0) / COUNTER;
    if (counters === undefined || signatures?.length !== count * MODULUS_BYTES) return no(SW.wrongData);
    const search = this.#search;
    if (search === undefined || (this.kind !== KIND.none && this.kind !== KIND.collecting))
      return no(SW.conditionsNotSatisfied);
    if (exponent >= DENOMINATION_EXPONENTS.length) return no(SW.wrongParameters);
    const cards = this.kind === KIND.none ? [] : this.lostCards();
    const known = cards.findIndex((g) => equal(g, search.g)) + 1;
    const card = known === 0 ? cards.length + 1 : known;
    const { purse, keysets, journal, makers } = this.parts;
    const found = keysets.find(search.keyset.id);
    const place = found ?? keysets.vacant;
    if (card > RECOVERY_CARDS || place === undefined) return no(SW.conditionsNotSatisfied);

    const there = purse.refreshing(true).map((slot) => purse.read(slot));
    const fresh: { counter: number; serial: Uint8Array; signature: Uint8Array }[] = [];
    for (let i = 0; i < count; i++) {
      const counter = beNumber(counters.subarray(i * COUNTER, (i + 1) * COUNTER));
      const one = this.#coupon(search, exponent, counter);
      if (one === undefined) return no(SW.wrongData);
      const blind = signatures.slice(i * MODULUS_BYTES, (i + 1) * MODULUS_BYTES);
      const key = search.keyset.keys[exponent] as RsaPublicKey;
      makers.meter.rsaPublic();
      const signature = finalize(makers.crypto, key, one.serial, blind, one.inverse);
      if (!signature.ok) return no(SW.wrongData);
      const twice = [...there, ...fresh].some(({ serial }) => equal(serial, one.serial));
      if (!twice) fresh.push({ counter, serial: one.serial, signature: signature.value });
    }
    const all = there.length + fresh.length;
    const empty = purse.slotsIn('empty');
    if (all > CARD_SLOTS || empty.length < fresh.length) return no(SW.noRoom);

    // Nothing below may refuse.
    const transaction = journal.begin();
    if (found === undefined) keysets.add(transaction, place, search.keyset);
    fresh.forEach(({ counter, serial, signature }, i) => {
      const slot = empty[i] as number;
      purse.writeWhole(slot, { keyset: place, exponent, number: 0, notes: card, counter, serial, signature });
      purse.setState(transaction, slot, 'refreshing');
    });
    this.setRecord(transaction, 0, Uint8Array.of(KIND.collecting, 0, 0, Math.max(card, cards.length)));
    this.setRecord(transaction, 4 + G * (card - 1), search.g);
    transaction.commit();
    return done(tlv(0x80, beBytes(all, 2)));
  }
}

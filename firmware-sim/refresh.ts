/**
 * A refresh: coupons out, new ones of the same total in (docs/card-protocol.md, «Refresh»). What goes out is `refreshing`:
 * no till sees it again. The largest coupons that sum to whole packs become packs, in one transaction; each other one
 * becomes one of its kind, in a transaction of its own. Both lists follow from the slots and the record alone, so after a
 * tear everything can be asked again: same answers, no coupon twice. The old coupons go when all new ones are stored.
 * A fast one (this file, `recovery` false) is of what the card holds: exposed coupons, and free ones as far as they make packs;
 * the batch's key vouches. A slow one is of coupons of lost cards (`recovery.ts`), and nobody vouches.
 */
import { ascii, beBytes, beNumber, compare, concat, equal, toHex } from '../src/bytes.ts';
import { minutesOf, select } from '../src/coupons/denominations.ts';
import { checkKeyset, type Keyset, MODULUS_BYTES, PUBLIC_EXPONENT } from '../src/coupons/keyset.ts';
import { PACK_COUNTS } from '../src/coupons/pack.ts';
import { finalize } from '../src/coupons/rsabssa.ts';
import type { RsaPublicKey } from '../src/crypto-port.ts';
import {
  CARD_PLACES,
  DENOMINATION_EXPONENTS,
  LOAD_BLOCK,
  LOAD_PACKS,
  PACK_COUPONS,
  PACK_MINUTES,
  REFRESH_SIGNATURES,
} from '../src/limits.ts';
import { refreshBody, type ShownCoupon } from './bodies.ts';
import type { Journal, Transaction } from './journal.ts';
import type { Keysets } from './keysets.ts';
import { OPEN_LOAD, OPEN_LOAD_BYTES, OPEN_RECOVERY, WORDS } from './layout.ts';
import { couponSeed, type LoadCoupon, type Makers, ofExponent } from './load-coupons.ts';
import type { Memory } from './memory.ts';
import type { Purchases } from './purchases.ts';
import { FOR_RECOVERY, type Purse } from './purse.ts';
import { type Answer, done, no, SW } from './status.ts';
import { exactly, readFields, tlv } from './tlv.ts';

export interface RefreshParts {
  readonly memory: Memory;
  readonly journal: Journal;
  readonly purse: Purse;
  readonly purchases: Purchases;
  readonly keysets: Keysets;
  readonly makers: Makers;
}

/** What a record's first byte says. */
export const KIND = { none: 0, load: 1, refresh: 2, collecting: 3 } as const;
const FIRSTS = 36;
const G = 8;
const LOST_CARDS = 4;
const SIGNED_BY_COUPON = ascii('timecard/1');
const VOUCHED = ascii('timecard/refresh');
/** Begin's flags: undo pending purchases first; give every free coupon out as well. */
const UNDO_PENDING = 1;
const ALL = 2;

/** A coupon that goes out. */
interface Outgoing extends ShownCoupon {
  readonly slot: number;
  readonly seed: Uint8Array;
}

interface Plan {
  readonly packs: number;
  /** The keyset of the new coupons. */
  readonly keyset: Keyset;
  /** Those that become packs, by key; then the others by exponent and key. */
  readonly outgoing: readonly Outgoing[];
  /** How many of `outgoing` become packs. */
  readonly inPacks: number;
  /** New coupons: packs, exponents ascending; then one for each other. */
  readonly made: readonly LoadCoupon[];
}

/** Counts by exponent. */
function countsOf(slots: readonly number[], purse: Purse): number[] {
  const counts = DENOMINATION_EXPONENTS.map(() => 0);
  for (const slot of slots) counts[purse.exponent(slot)] = (counts[purse.exponent(slot)] ?? 0) + 1;
  return counts;
}

export class Refresh {
  protected readonly parts: RefreshParts;
  readonly #recovery: boolean;
  readonly #at: number;
  /** What was derived last, and from which record and slots. */
  #plan: { readonly of: string; readonly plan: Plan } | undefined;

  constructor(parts: RefreshParts, recovery: boolean) {
    this.parts = parts;
    this.#recovery = recovery;
    this.#at = recovery ? OPEN_RECOVERY : OPEN_LOAD;
  }

  get kind(): number {
    return this.parts.memory.byte(this.#at);
  }

  /** ACCOUNT's fields 89 and 8A: kind ‖ packs ‖ other coupons ‖ keyset id (zero while collecting), or undefined. */
  get described(): Uint8Array | undefined {
    const { kind } = this;
    if (kind !== KIND.refresh && kind !== KIND.collecting) return undefined;
    const { purse, keysets, memory } = this.parts;
    const out = purse.refreshing(this.#recovery);
    const packs = kind === KIND.refresh ? memory.byte(this.#at + 1) : 0;
    const others = out.length - this.#split(out, packs).length;
    const id = kind === KIND.refresh ? keysets.id(memory.byte(this.#at + 2)) : new Uint8Array(32);
    const minutes = out.reduce((sum, slot) => sum + minutesOf(purse.exponent(slot)), 0);
    return concat(Uint8Array.of(kind, packs, others), beBytes(minutes, 4), id);
  }

  /** Of these slots those that become `packs` packs: the largest first, lowest slots first. Undefined: no choice of them sums to it. */
  #packed(slots: readonly number[], packs: number): number[] | undefined {
    const { purse } = this.parts;
    const chosen = select(packs * PACK_MINUTES, countsOf(slots, purse), CARD_PLACES);
    if (!chosen.ok) return undefined;
    return slots.filter((slot) => {
      const exponent = purse.exponent(slot);
      const left = chosen.value[exponent] ?? 0;
      chosen.value[exponent] = left - 1;
      return left > 0;
    });
  }

  /** The same of an open refresh, or of one that was chosen, which sums to its packs. */
  #split(slots: readonly number[], packs: number): number[] {
    const split = this.#packed(slots, packs);
    if (split === undefined) throw new Error('a refresh sums to its packs');
    return split;
  }

  /** The g that made a slot's coupon. */
  #gOf(slot: number): Uint8Array {
    const lost = this.parts.purse.lostCard(slot);
    return lost === 0 ? this.parts.makers.identity.g : this.lostG(lost);
  }

  /** The g of a lost card, from 1. */
  protected lostG(lost: number): Uint8Array {
    return this.parts.memory.read(this.#at + 4 + G * (lost - 1), G);
  }

  /** The lost cards of the record. */
  protected lostCards(): Uint8Array[] {
    const count = Math.min(LOST_CARDS, this.parts.memory.byte(this.#at + 3));
    return Array.from({ length: count }, (_, i) => this.lostG(i + 1));
  }

  protected setRecord(transaction: Transaction, offset: number, bytes: Uint8Array): void {
    transaction.set(this.#at + offset, bytes);
  }

  #planned(): Plan | undefined {
    if (this.kind !== KIND.refresh) return undefined;
    const { memory, purse } = this.parts;
    const slots = purse.refreshing(this.#recovery);
    const record = memory.read(this.#at, OPEN_LOAD_BYTES);
    const of = `${toHex(record.subarray(1))} ${slots.join()}`;
    if (this.#plan?.of !== of) this.#plan = { of, plan: this.#derive(record, slots) };
    return this.#plan.plan;
  }

  #derive(record: Uint8Array, slots: readonly number[]): Plan {
    const { keysets, purse, makers } = this.parts;
    const packs = record[1] as number;
    const keyset = keysets.get(record[2] as number);
    const chosen = new Set(this.#split(slots, packs));
    const out = slots.map((slot) => this.#outgoing(slot));
    const byKey = (a: Outgoing, b: Outgoing): number => compare(a.key, b.key);
    const inPacks = out.filter(({ slot }) => chosen.has(slot)).sort(byKey);
    const others = out
      .filter(({ slot }) => !chosen.has(slot))
      .sort((a, b) => a.exponent - b.exponent || byKey(a, b));
    const first = (exponent: number): number =>
      beNumber(record.subarray(FIRSTS + 4 * exponent, FIRSTS + 4 * exponent + 4));
    const made = newCoupons(
      makers,
      keyset,
      packs,
      countsOf(
        others.map(({ slot }) => slot),
        purse,
      ),
      first,
    );
    if (made === undefined) throw new Error('an open refresh can be derived again');
    return { packs, keyset, outgoing: [...inPacks, ...others], inPacks: inPacks.length, made };
  }

  #outgoing(slot: number): Outgoing {
    const { purse, keysets, makers } = this.parts;
    const { keyset: place, exponent, counter, signature } = purse.read(slot);
    const keyset = keysets.id(place);
    const seed = couponSeed(makers, { g: this.#gOf(slot), keyset, exponent, counter });
    const key = concat(Uint8Array.of(makers.suite.id), makers.suite.publicKey(seed));
    return { slot, seed, keyset, exponent, key, signature };
  }

  /** PREPARE REFRESH begin: `81 moduli`, and for a fast one `82 flags`. */
  begin(data: Uint8Array): Answer {
    const moduliRule = exactly(0x81, DENOMINATION_EXPONENTS.length * MODULUS_BYTES);
    const rules = this.#recovery ? [moduliRule] : [moduliRule, exactly(0x82, 1)];
    const [moduli, flags] = readFields(data, rules) ?? [];
    const keyset = moduli && keysetOf(this.parts.makers, moduli);
    if (keyset === undefined || (flags?.[0] ?? 0) > (UNDO_PENDING | ALL)) return no(SW.wrongData);
    const open = this.#planned();
    if (open !== undefined)
      return equal(open.keyset.id, keyset.id) ? begun(open) : no(SW.conditionsNotSatisfied);
    if (this.kind !== (this.#recovery ? KIND.collecting : KIND.none)) return no(SW.conditionsNotSatisfied);
    return this.#begin(keyset, flags?.[0] ?? 0);
  }

  #begin(keyset: Keyset, flags: number): Answer {
    const { journal, purse, purchases, keysets, makers } = this.parts;
    const known = keysets.find(keyset.id);
    const place = known ?? keysets.vacant;
    if (place === undefined) return no(SW.conditionsNotSatisfied);
    const pending =
      (flags & UNDO_PENDING) === 0 ? [] : purchases.all().filter(({ state }) => state === 'pending');
    const exposed = [...purse.slotsIn('exposed'), ...pending.flatMap(({ slots }) => slots)];
    const candidates = this.#recovery
      ? purse.refreshing(true)
      : [...exposed, ...purse.slotsIn('free')].sort((a, b) => a - b);
    const must = this.#recovery || (flags & ALL) !== 0 ? candidates : exposed;
    if (candidates.length === 0) return no(SW.notFound);
    const chosen = this.#choose(candidates, must);
    if (chosen === undefined) return no(SW.noRoom);
    const { packs, out } = chosen;
    if (out.length === 0) return no(SW.notFound);
    const inPacks = new Set(this.#split(out, packs));
    const others = countsOf(
      out.filter((slot) => !inPacks.has(slot)),
      purse,
    );
    const first = (exponent: number): number => (known === undefined ? 0 : keysets.counter(place, exponent));
    const made = newCoupons(makers, keyset, packs, others, first);
    if (made === undefined) return no(SW.wrongData);

    // Nothing below may refuse. Keyset and slots are written where nothing points to them, then all of it counts at once.
    const transaction = journal.begin();
    if (known === undefined) keysets.add(transaction, place, keyset);
    const empty = purse.slotsIn('empty');
    const notes = this.#recovery ? FOR_RECOVERY : 0;
    made.forEach(({ exponent, counter, serial }, number) => {
      const slot = empty[number] as number;
      purse.writePrepared(slot, { keyset: place, exponent, number, notes, counter, serial });
      purse.setState(transaction, slot, 'prepared');
    });
    purchases.undo(transaction, pending);
    for (const slot of out) purse.setState(transaction, slot, 'refreshing');
    for (const exponent of DENOMINATION_EXPONENTS) {
      const counters = made.filter((one) => one.exponent === exponent).map(({ counter }) => counter + 1);
      this.setRecord(transaction, FIRSTS + 4 * exponent, beBytes(first(exponent), 4));
      keysets.setCounter(transaction, place, exponent, Math.max(first(exponent), ...counters));
    }
    this.setRecord(transaction, 0, Uint8Array.of(KIND.refresh, packs, place));
    transaction.set(WORDS, Uint8Array.of(0));
    transaction.commit();
    return begun(this.#planned() as Plan);
  }

  /**
   * As many packs as sum and room allow, and what goes out with them: all that must, and what the packs need. When there is
   * no room for all that must, as much of it as there is room for. Undefined: no room for anything.
   */
  #choose(
    candidates: readonly number[],
    must: readonly number[],
  ): { packs: number; out: number[] } | undefined {
    const { purse } = this.parts;
    const minutes = candidates.reduce((sum, slot) => sum + minutesOf(purse.exponent(slot)), 0);
    const empty = purse.slotsIn('empty').length;
    const musts = new Set(must);
    for (let packs = Math.min(LOAD_PACKS, Math.floor(minutes / PACK_MINUTES)); packs >= 0; packs--) {
      // Equal coupons that must go out are taken before others.
      const order = [...must, ...candidates.filter((slot) => !musts.has(slot))];
      const split = this.#packed(order, packs);
      // Without small coupons some sums cannot be reached: 300 is no multiple of 8.
      if (split === undefined) continue;
      const inPacks = new Set(split);
      const others = must.filter((slot) => !inPacks.has(slot));
      const out = [...split, ...others].sort((a, b) => a - b);
      const fresh = packs * PACK_COUPONS + others.length;
      const leaving = this.#recovery ? 0 : out.length;
      const fits = fresh <= empty && fresh <= purse.capacity + leaving;
      if (fits && (out.length > 0 || must.length === 0)) return { packs, out };
      if (packs === 0 && !this.#recovery && empty > 0)
        return { packs, out: must.slice(0, empty).sort((a, b) => a - b) };
    }
    return undefined;
  }

  /** PREPARE REFRESH block: the blinded serials of one block. */
  block(number: number, data: Uint8Array): Answer {
    return this.#list(number, data, 0x82, ({ made }) => made.map(({ blinded }) => blinded));
  }

  /** PREPARE REFRESH old: the coupons that go out, of one block. */
  old(number: number, data: Uint8Array): Answer {
    return this.#list(number, data, 0x83, ({ outgoing }) =>
      outgoing.map(({ keyset, exponent, key, signature }) =>
        concat(keyset, Uint8Array.of(exponent), key, signature),
      ),
    );
  }

  #list(number: number, data: Uint8Array, tag: number, all: (plan: Plan) => readonly Uint8Array[]): Answer {
    if (data.length > 0) return no(SW.wrongData);
    const plan = this.#planned();
    if (plan === undefined) return no(SW.conditionsNotSatisfied);
    const these = all(plan).slice(number * LOAD_BLOCK, (number + 1) * LOAD_BLOCK);
    return these.length === 0 ? no(SW.wrongParameters) : done(tlv(tag, ...these));
  }

  /** SIGN refresh: `80 block` of the signatures of one transaction. Part 0 makes the packs, the others one coupon each. */
  sign(part: number, data: Uint8Array, vouch: boolean): Answer {
    const [blockField] = readFields(data, [exactly(0x80, 1)]) ?? [];
    if (blockField === undefined) return no(SW.wrongData);
    const plan = this.#planned();
    if (plan === undefined) return no(SW.conditionsNotSatisfied);
    const one = transactionOf(plan, part);
    const block = blockField[0] as number;
    const signers = one?.coupons.slice(block * REFRESH_SIGNATURES, (block + 1) * REFRESH_SIGNATURES) ?? [];
    if (one === undefined || signers.length === 0) return no(SW.wrongParameters);
    const { identity, suite, meter } = this.parts.makers;
    const body = { chain: identity.chain, keyset: plan.keyset.id, ...one };
    const bare = refreshBody(body);
    meter.hash(bare.length);
    const statement = concat(VOUCHED, Uint8Array.of(suite.id), ascii(identity.chain), bare.digest);
    const voucher = vouch
      ? {
          batch: concat(Uint8Array.of(suite.id), suite.publicKey(identity.batchSeed)),
          signature: suite.sign(identity.batchSeed, statement, 0),
        }
      : undefined;
    const { digest } = voucher === undefined ? bare : refreshBody({ ...body, voucher });
    const message = concat(SIGNED_BY_COUPON, ascii(identity.chain), digest);
    const signatures = signers.map(({ seed }) => suite.sign(seed, message, 0));
    const vouched = voucher === undefined ? [] : [tlv(0x81, voucher.batch, voucher.signature)];
    return done(concat(tlv(0x80, digest), ...vouched, tlv(0x82, ...signatures)));
  }

  /** STORE block: `80 blind signatures`, zeros where there is none yet. All that are given, or none of them. */
  store(number: number, data: Uint8Array): Answer {
    const plan = this.#planned();
    if (plan === undefined) return no(SW.conditionsNotSatisfied);
    const { purse, makers } = this.parts;
    const from = number * LOAD_BLOCK;
    const count = Math.min(LOAD_BLOCK, plan.made.length - from);
    if (count <= 0) return no(SW.wrongParameters);
    const [given] = readFields(data, [exactly(0x80, count * MODULUS_BYTES)]) ?? [];
    if (given === undefined) return no(SW.wrongData);
    const waiting = purse.prepared(this.#recovery);
    const unblinded: { slot: number; signature: Uint8Array }[] = [];
    for (const slot of waiting) {
      const { number: at, exponent, serial } = purse.read(slot);
      if (at < from || at >= from + count) continue;
      const blind = given.slice((at - from) * MODULUS_BYTES, (at - from + 1) * MODULUS_BYTES);
      if (blind.every((byte) => byte === 0)) continue;
      const { inverse } = plan.made[at] as LoadCoupon;
      makers.meter.rsaPublic();
      const key = plan.keyset.keys[exponent] as RsaPublicKey;
      const signature = finalize(makers.crypto, key, serial, blind, inverse);
      if (!signature.ok) return no(SW.wrongData);
      unblinded.push({ slot, signature: signature.value });
    }
    if (unblinded.length > 0) this.#keep(unblinded, unblinded.length === waiting.length);
    return done(tlv(0x80, beBytes(plan.made.length - waiting.length + unblinded.length, 2)));
  }

  #keep(unblinded: readonly { slot: number; signature: Uint8Array }[], last: boolean): void {
    const { journal, purse } = this.parts;
    const transaction = journal.begin();
    for (const { slot, signature } of unblinded) {
      purse.writeSignature(slot, signature);
      purse.setState(transaction, slot, 'free');
    }
    if (last) {
      for (const slot of purse.refreshing(this.#recovery)) purse.setState(transaction, slot, 'empty');
      this.setRecord(transaction, 0, new Uint8Array(OPEN_LOAD_BYTES));
    }
    transaction.commit();
  }

  /**
   * GIVE UP: `80 numbers of old coupons that the ledger has seen elsewhere`, absent when none. What was stored stays and its
   * old coupons go; old coupons of the rest are exposed again, those named are dead; of lost cards they are forgotten, because
   * the words find them. Refused while packs are stored in part: then they were issued and are to be finished.
   */
  giveUp(data: Uint8Array): Answer {
    const { journal, purse } = this.parts;
    const [numbers] = readFields(data, [{ tag: 0x80, min: 1, max: 255, optional: true }]) ?? [undefined];
    if (data.length > 0 && numbers === undefined) return no(SW.wrongData);
    const plan = this.#planned();
    const transaction = journal.begin();
    if (plan === undefined) {
      if (this.kind !== KIND.collecting) return no(SW.conditionsNotSatisfied);
      for (const slot of purse.refreshing(true)) purse.setState(transaction, slot, 'empty');
    } else {
      const dead = new Set(numbers);
      if ([...dead].some((number) => number >= plan.outgoing.length)) return no(SW.wrongData);
      const waiting = purse.prepared(this.#recovery);
      const missing = new Set(waiting.map((slot) => purse.read(slot).number));
      const inPacks = plan.packs * PACK_COUPONS;
      const packsMissing = [...missing].filter((number) => number < inPacks).length;
      if (packsMissing > 0 && packsMissing < inPacks) return no(SW.conditionsNotSatisfied);
      for (const slot of waiting) purse.setState(transaction, slot, 'empty');
      plan.outgoing.forEach(({ slot }, i) => {
        const stored = i < plan.inPacks ? packsMissing === 0 : !missing.has(inPacks + i - plan.inPacks);
        const left = this.#recovery || stored ? 'empty' : dead.has(i) ? 'dead' : 'exposed';
        purse.setState(transaction, slot, left);
      });
    }
    this.setRecord(transaction, 0, new Uint8Array(OPEN_LOAD_BYTES));
    transaction.commit();
    return done();
  }
}

/** Begin's answer: `80 keyset id, 81 packs, 82 coupons that go out(2) ‖ those that become packs(2) ‖ new coupons(2)`. */
function begun({ keyset, packs, outgoing, inPacks, made }: Plan): Answer {
  const figures = concat(beBytes(outgoing.length, 2), beBytes(inPacks, 2), beBytes(made.length, 2));
  return done(concat(tlv(0x80, keyset.id), tlv(0x81, Uint8Array.of(packs)), tlv(0x82, figures)));
}

/** What one transaction of a refresh holds; undefined when there is no such part. */
function transactionOf({ packs, outgoing, inPacks, made }: Plan, part: number) {
  const blinded = made.map((one) => one.blinded);
  if (packs > 0 && part === 0)
    return {
      packs,
      blinded: blinded.slice(0, packs * PACK_COUPONS),
      coupons: outgoing.slice(0, inPacks),
    };
  const other = part - (packs > 0 ? 1 : 0);
  const at = packs * PACK_COUPONS + other;
  return at < made.length
    ? {
        packs: 0,
        blinded: blinded.slice(at, at + 1),
        coupons: outgoing.slice(inPacks + other, inPacks + other + 1),
      }
    : undefined;
}

/** The new coupons in their order, from each exponent's first counter. Undefined: the keyset is no RSA keyset. */
function newCoupons(
  makers: Makers,
  keyset: Keyset,
  packs: number,
  others: readonly number[],
  first: (exponent: number) => number,
): LoadCoupon[] | undefined {
  const inPacks: LoadCoupon[] = [];
  const single: LoadCoupon[] = [];
  for (const exponent of DENOMINATION_EXPONENTS) {
    const packed = packs * (PACK_COUNTS[exponent] ?? 0);
    const count = packed + (others[exponent] ?? 0);
    if (count === 0) continue;
    const some = ofExponent(makers, keyset, exponent, count, first(exponent));
    if (some === undefined) return undefined;
    inPacks.push(...some.slice(0, packed));
    single.push(...some.slice(packed));
  }
  return [...inPacks, ...single];
}

/** A keyset from nine moduli one after the other; undefined when it is not as keysets are. */
export function keysetOf({ crypto }: Makers, moduli: Uint8Array): Keyset | undefined {
  const checked = checkKeyset(
    crypto,
    DENOMINATION_EXPONENTS.map((exponent) => ({
      n: moduli.subarray(exponent * MODULUS_BYTES, (exponent + 1) * MODULUS_BYTES),
      e: PUBLIC_EXPONENT,
    })),
  );
  return checked.ok ? checked.value : undefined;
}

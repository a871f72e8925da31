/**
 * A load: PREPARE reserves counters and gives blinded serials, SIGN signs the ledger's body over exactly those, STORE
 * unblinds what the office signed. One load is open at a time, its record stands until all is stored, and everything can be
 * asked again after a tear: same answers, no coupon twice. No caller's bytes are ever signed: SIGN takes none, and
 * PREPARE's serials go from the card's own derivation into the hash. A load that the ledger refused for good is given up:
 * its counters stay used, and nothing is lost, because nothing was paid for.
 */
import { ascii, beBytes, beNumber, concat, equal, toHex } from '../src/bytes.ts';
import { checkKeyset, MODULUS_BYTES, PUBLIC_EXPONENT } from '../src/coupons/keyset.ts';
import { finalize } from '../src/coupons/rsabssa.ts';
import type { RsaPublicKey } from '../src/crypto-port.ts';
import { DENOMINATION_EXPONENTS, LOAD_BLOCK, LOAD_PACKS, PACK_COUPONS } from '../src/limits.ts';
import { claimBody, loadBody } from './bodies.ts';
import type { Journal, Transaction } from './journal.ts';
import type { Keysets } from './keysets.ts';
import { OPEN_LOAD, OPEN_LOAD_BYTES, WORDS } from './layout.ts';
import { type LoadCoupon, loadCoupons, type Makers } from './load-coupons.ts';
import type { Memory } from './memory.ts';
import type { Purse } from './purse.ts';
import { type Answer, done, no, SW } from './status.ts';
import { exactly, readFields, tlv } from './tlv.ts';

const DIGEST = 32;
const FIRSTS = 4 + DIGEST;
const SIGNED_BY_WALLET = ascii('timecard/1');

interface OpenLoad {
  readonly packs: number;
  /** The keyset's place. */
  readonly keyset: number;
  /** What SIGN signed; undefined before. */
  readonly digest: Uint8Array | undefined;
  readonly first: (exponent: number) => number;
}

export class Load {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #purse: Purse;
  readonly #keysets: Keysets;
  readonly #makers: Makers;
  /** What was derived last, and from which record. */
  #coupons: { readonly of: string; readonly made: LoadCoupon[] } | undefined;

  constructor(memory: Memory, journal: Journal, purse: Purse, keysets: Keysets, makers: Makers) {
    this.#memory = memory;
    this.#journal = journal;
    this.#purse = purse;
    this.#keysets = keysets;
    this.#makers = makers;
  }

  get open(): OpenLoad | undefined {
    const record = this.#memory.read(OPEN_LOAD, OPEN_LOAD_BYTES);
    if (record[0] !== 1) return undefined;
    return {
      packs: record[1] as number,
      keyset: record[2] as number,
      digest: record[3] === 1 ? record.slice(4, 4 + DIGEST) : undefined,
      first: (exponent) => beNumber(record.subarray(FIRSTS + 4 * exponent, FIRSTS + 4 * exponent + 4)),
    };
  }

  /** ACCOUNT's field 87: packs ‖ keyset id ‖ digest, or undefined. */
  get described(): Uint8Array | undefined {
    const load = this.open;
    if (load === undefined) return undefined;
    const digest = load.digest ?? new Uint8Array(DIGEST);
    return concat(Uint8Array.of(load.packs), this.#keysets.id(load.keyset), digest);
  }

  /** Coupons of the open load that are stored. */
  get stored(): number {
    const load = this.open;
    return load === undefined ? 0 : load.packs * PACK_COUPONS - this.#purse.prepared(false).length;
  }

  /** PREPARE LOAD begin: `80 packs, 81 moduli`. */
  begin(data: Uint8Array): Answer {
    const [packsField, moduli] =
      readFields(data, [exactly(0x80, 1), exactly(0x81, DENOMINATION_EXPONENTS.length * MODULUS_BYTES)]) ??
      [];
    const packs = packsField?.[0] ?? 0;
    if (moduli === undefined || packs < 1 || packs > LOAD_PACKS) return no(SW.wrongData);
    const { crypto } = this.#makers;
    const checked = checkKeyset(
      crypto,
      DENOMINATION_EXPONENTS.map((exponent) => ({
        n: moduli.subarray(exponent * MODULUS_BYTES, (exponent + 1) * MODULUS_BYTES),
        e: PUBLIC_EXPONENT,
      })),
    );
    if (!checked.ok) return no(SW.wrongData);
    const keyset = checked.value;
    const coupons = packs * PACK_COUPONS;
    const begun = done(concat(tlv(0x80, keyset.id), tlv(0x81, beBytes(coupons, 2))));
    const already = this.open;
    if (already !== undefined) {
      const same = already.packs === packs && equal(this.#keysets.id(already.keyset), keyset.id);
      return same ? begun : no(SW.conditionsNotSatisfied);
    }
    // A refresh of what the card holds is open.
    if (this.#memory.byte(OPEN_LOAD) !== 0) return no(SW.conditionsNotSatisfied);
    const known = this.#keysets.find(keyset.id);
    const place = known ?? this.#keysets.vacant;
    if (place === undefined) return no(SW.conditionsNotSatisfied);
    if (this.#purse.room < coupons) return no(SW.noRoom);
    const first = (exponent: number): number =>
      known === undefined ? 0 : this.#keysets.counter(place, exponent);
    const made = loadCoupons(this.#makers, keyset, packs, first);
    if (made === undefined) return no(SW.wrongData);

    // Nothing below may refuse. Keyset and slots are written where nothing points to them, then all of it counts at once.
    const transaction = this.#journal.begin();
    if (known === undefined) this.#keysets.add(transaction, place, keyset);
    const empty = this.#purse.slotsIn('empty');
    made.forEach(({ exponent, counter, serial }, number) => {
      const slot = empty[number] as number;
      this.#purse.writePrepared(slot, { keyset: place, exponent, number, notes: 0, counter, serial });
      this.#purse.setState(transaction, slot, 'prepared');
    });
    for (const exponent of DENOMINATION_EXPONENTS) {
      const last = made.findLast((coupon) => coupon.exponent === exponent);
      transaction.set(OPEN_LOAD + FIRSTS + 4 * exponent, beBytes(first(exponent), 4));
      this.#keysets.setCounter(
        transaction,
        place,
        exponent,
        last === undefined ? first(exponent) : last.counter + 1,
      );
    }
    transaction.set(OPEN_LOAD, Uint8Array.of(1, packs, place, 0));
    // Whoever loads has had the time to write the words down; nobody reads them behind the holder's back later.
    transaction.set(WORDS, Uint8Array.of(0));
    transaction.commit();
    return begun;
  }

  /** PREPARE LOAD block: the blinded serials of one block. */
  block(number: number, data: Uint8Array): Answer {
    if (data.length > 0) return no(SW.wrongData);
    const load = this.open;
    if (load === undefined) return no(SW.conditionsNotSatisfied);
    const these = this.#made(load).slice(number * LOAD_BLOCK, (number + 1) * LOAD_BLOCK);
    if (these.length === 0) return no(SW.wrongParameters);
    return done(tlv(0x82, ...these.map(({ blinded }) => blinded)));
  }

  /** SIGN load: no data. */
  sign(data: Uint8Array): Answer {
    if (data.length > 0) return no(SW.wrongData);
    const load = this.open;
    if (load === undefined) return no(SW.conditionsNotSatisfied);
    let digest = load.digest;
    if (digest === undefined) {
      const { identity, suite, meter } = this.#makers;
      const { digest: fresh, length } = loadBody({
        g: identity.g,
        chain: identity.chain,
        packs: load.packs,
        keyset: this.#keysets.id(load.keyset),
        wallet: identity.walletKey(suite),
        blinded: this.#made(load).map(({ blinded }) => blinded),
      });
      meter.hash(length);
      digest = fresh;
      const transaction = this.#journal.begin();
      transaction.set(OPEN_LOAD + 3, concat(Uint8Array.of(1), digest));
      transaction.commit();
    }
    return this.#signed(digest);
  }

  /** SIGN claim: `80 workload id, 81 revision id`. */
  claim(data: Uint8Array): Answer {
    const [workload, revision] = readFields(data, [exactly(0x80, 32), exactly(0x81, 32)]) ?? [];
    if (workload === undefined || revision === undefined) return no(SW.wrongData);
    const { identity, meter } = this.#makers;
    const { digest, length } = claimBody({ chain: identity.chain, revision, workload });
    meter.hash(length);
    return this.#signed(digest);
  }

  /** STORE block: `80 blind signatures`. All of a block or none of it. */
  store(number: number, data: Uint8Array): Answer {
    const load = this.open;
    if (load === undefined) return no(SW.conditionsNotSatisfied);
    const coupons = load.packs * PACK_COUPONS;
    const from = number * LOAD_BLOCK;
    const count = Math.min(LOAD_BLOCK, coupons - from);
    if (count <= 0) return no(SW.wrongParameters);
    const [signatures] = readFields(data, [exactly(0x80, count * MODULUS_BYTES)]) ?? [];
    if (signatures === undefined) return no(SW.wrongData);
    const { crypto, meter } = this.#makers;
    const { keys } = this.#keysets.get(load.keyset);
    const waiting = this.#purse.prepared(false);
    const missing = waiting.filter((slot) => {
      const at = this.#purse.read(slot).number;
      return at >= from && at < from + count;
    });
    const unblinded: { slot: number; signature: Uint8Array }[] = [];
    for (const slot of missing) {
      const { number: at, exponent, serial } = this.#purse.read(slot);
      const { inverse } = this.#made(load)[at] as LoadCoupon;
      const start = (at - from) * MODULUS_BYTES;
      const blindSignature = signatures.slice(start, start + MODULUS_BYTES);
      meter.rsaPublic();
      const signature = finalize(crypto, keys[exponent] as RsaPublicKey, serial, blindSignature, inverse);
      if (!signature.ok) return no(SW.wrongData);
      unblinded.push({ slot, signature: signature.value });
    }
    if (missing.length > 0) this.#keep(unblinded, missing.length === waiting.length);
    return done(tlv(0x80, beBytes(coupons - waiting.length + missing.length, 2)));
  }

  #keep(unblinded: readonly { slot: number; signature: Uint8Array }[], last: boolean): void {
    const transaction: Transaction = this.#journal.begin();
    for (const { slot, signature } of unblinded) {
      this.#purse.writeSignature(slot, signature);
      this.#purse.setState(transaction, slot, 'free');
    }
    if (last) transaction.set(OPEN_LOAD, new Uint8Array(OPEN_LOAD_BYTES));
    transaction.commit();
  }

  /** GIVE UP: the load is no more. Refused once a coupon of it is stored, because then it was issued and is to be finished. */
  giveUp(data: Uint8Array): Answer {
    if (data.length > 0) return no(SW.wrongData);
    if (this.stored > 0) return no(SW.conditionsNotSatisfied);
    const transaction = this.#journal.begin();
    for (const slot of this.#purse.prepared(false)) this.#purse.setState(transaction, slot, 'empty');
    transaction.set(OPEN_LOAD, new Uint8Array(OPEN_LOAD_BYTES));
    transaction.commit();
    return done();
  }

  #made(load: OpenLoad): LoadCoupon[] {
    const of = toHex(
      concat(
        Uint8Array.of(load.packs, load.keyset),
        ...DENOMINATION_EXPONENTS.map((e) => beBytes(load.first(e), 4)),
      ),
    );
    if (this.#coupons?.of !== of) {
      const made = loadCoupons(this.#makers, this.#keysets.get(load.keyset), load.packs, load.first);
      if (made === undefined) throw new Error('an open load can be derived again');
      this.#coupons = { of, made };
    }
    return this.#coupons.made;
  }

  #signed(digest: Uint8Array): Answer {
    const { identity, suite } = this.#makers;
    const message = concat(SIGNED_BY_WALLET, ascii(identity.chain), digest);
    const signature = suite.sign(identity.walletSeed(), message, 0);
    return done(concat(tlv(0x80, digest), tlv(0x81, signature)));
  }
}

/** The journal: what is on disk when, and what is not any more. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardAnswer, Intent, TakenCoupon } from '../../main/journal.ts';
import { toHex } from '../../src/bytes.ts';
import { TRANSCRIPT_BYTES } from '../../src/sale/sealed-transcript.ts';
import { allBytes, folder, journalIn } from './helpers.ts';

const hex = (n: number) => toHex(randomBytes(n));
const coupon = (): TakenCoupon => ({
  keyset: 'ab'.repeat(32),
  exponent: 3,
  serial: hex(32),
  signature: new Uint8Array(randomBytes(256)),
});
const goods = [{ type: 'c'.repeat(64), amount: 2 }];
const intent = (): Intent => ({
  purchaseId: hex(16),
  minutes: 8,
  day: 20_000,
  goods,
  priced: `basket-${hex(16)}`,
});
const answer = (coupons: readonly TakenCoupon[]): CardAnswer => ({ coupons, transcript: hex(100) });

let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.remove());

describe('one sale', () => {
  it('a restart finds it where it was: intent, then intent with answer, then nothing', () => {
    const one = intent();
    const first = journalIn(place.dir);
    first.journal.begin(one);
    first.db.close();

    const second = journalIn(place.dir);
    expect(second.journal.inFlight()).toEqual(one);
    const given = answer([coupon(), coupon()]);
    second.journal.answered(given);
    second.db.close();

    const third = journalIn(place.dir);
    const found = third.journal.inFlight();
    expect(found).toEqual({ ...one, answer: { ...given, coupons: found?.answer?.coupons } });
    expect(found?.answer?.coupons.map((c) => ({ ...c, signature: toHex(c.signature) }))).toEqual(
      given.coupons.map((c) => ({ ...c, signature: toHex(c.signature) })),
    );
    third.journal.close(given.coupons, new Uint8Array(TRANSCRIPT_BYTES).fill(7), goods, 8, 1_000);
    third.db.close();

    const fourth = journalIn(place.dir);
    // Closed, and not said yet: basket and minutes, no id, no coupon.
    expect(fourth.journal.inFlight()).toEqual({ ...one, purchaseId: '0'.repeat(32), closed: true });
    fourth.journal.erase();
    expect(fourth.journal.inFlight()).toBeUndefined();
    expect(fourth.journal.totals).toEqual({
      sales: 1,
      paid: 1,
      charged: 8,
      goods: { [goods[0]?.type as string]: 2 },
      openedAt: 1_000,
    });
    fourth.db.close();
  });

  it('a crowd leaves whole and leaves nothing behind', () => {
    const { db, journal } = journalIn(place.dir);
    const taken: string[] = [];
    for (let i = 0; i < 5; i++) {
      const coupons = [coupon(), coupon(), coupon()];
      taken.push(...coupons.map((c) => c.serial));
      journal.begin(intent());
      journal.answered(answer(coupons));
      journal.close(coupons, new Uint8Array(TRANSCRIPT_BYTES).fill(1), goods, 8, 1_000 + i);
      journal.erase();
    }
    let seen: readonly string[] = [];
    journal.closeCrowd(2_000, true, (crowd) => {
      seen = crowd.coupons.map((c) => c.serial);
      expect(crowd.totals).toMatchObject({ sales: 5, charged: 40 });
      return { redemption: 'e'.repeat(64) };
    });
    expect([...seen].sort()).toEqual(taken.sort());
    expect(journal.smallCrowds()).toBe(1);
    expect(journal.totals.sales).toBe(0);
    const bytes = allBytes(place.dir);
    for (const serial of taken) expect(bytes.includes(Buffer.from(serial, 'hex'))).toBe(false);
    journal.closeCrowd(3_000, false, (crowd) => {
      expect(crowd.coupons).toEqual([]);
      return { redemption: null };
    });
    db.close();
  });
});

describe('P2 after the close nothing on disk joins coupons to goods', () => {
  it('the intent, the priced basket and the answer are gone from every file; a planted link is found', () => {
    const { db, journal } = journalIn(place.dir);
    const secrets: Buffer[] = [];
    const serials: Buffer[] = [];
    for (let i = 0; i < 30; i++) {
      const one = intent();
      const coupons = [coupon(), coupon()];
      const given = answer(coupons);
      secrets.push(Buffer.from(one.purchaseId), Buffer.from(one.priced), Buffer.from(given.transcript));
      serials.push(...coupons.map((c) => Buffer.from(c.serial)));
      journal.begin(one);
      journal.answered(given);
      // What is searched for is really there before the close.
      const before = allBytes(place.dir);
      expect(before.includes(Buffer.from(one.priced))).toBe(true);
      expect(before.includes(Buffer.from(given.transcript))).toBe(true);
      journal.close(coupons, new Uint8Array(randomBytes(TRANSCRIPT_BYTES)), goods, 8, 1_000);
      expect(journal.erase()).toBe(true);
    }
    const bytes = allBytes(place.dir);
    // Serials lie in their slots as bytes; as text they only ever stood in the in-flight record.
    for (const secret of [...secrets, ...serials]) expect(bytes.includes(secret)).toBe(false);
    db.close();
  });

  it('coupons of one sale lie no nearer to each other than chance', () => {
    const { db, journal } = journalIn(place.dir);
    const sales = 60;
    const saleOf = new Map<string, number>();
    for (let i = 0; i < sales; i++) {
      const coupons = [coupon(), coupon(), coupon()];
      for (const c of coupons) saleOf.set(c.serial, i);
      journal.begin(intent());
      journal.close(coupons, undefined, goods, 8, 1_000);
      journal.prefill();
    }
    const rows = db
      .prepare("select content from coupon_slots where substr(content, 1, 1) = x'01' order by slot")
      .all() as { content: Buffer }[];
    expect(rows.length).toBe(3 * sales);
    let same = 0;
    for (let i = 1; i < rows.length; i++) {
      const at = (j: number) => saleOf.get(toHex((rows[j] as { content: Buffer }).content.subarray(34, 66)));
      if (at(i) === at(i - 1)) same++;
    }
    // By chance 2 of 179 others are of the same sale, so 2 of 179 neighbour pairs are; in order of arrival 120 would be.
    expect(same).toBeLessThan(20);
    db.close();
  });
});

describe('aborts', () => {
  it('an abandoned purchase is remembered until a card has met it; its serials leave with the next crowd', () => {
    const { db, journal } = journalIn(place.dir);
    const one = intent();
    const given = answer([coupon()]);
    journal.begin(one);
    journal.answered(given);
    journal.abandon(
      true,
      given.coupons.map((c) => c.serial),
      1,
    );
    expect(journal.inFlight()).toBeUndefined();
    expect(journal.abortedPurchases(8).map(toHex)).toEqual([one.purchaseId]);
    journal.closeCrowd(5, true, (crowd) => {
      expect(crowd.abortedSerials).toEqual(given.coupons.map((c) => c.serial));
      return { redemption: null };
    });
    expect(journal.abortedSerialCount()).toBe(0);
    journal.abortsMet(journal.abortedPurchases(8));
    expect(journal.abortedPurchases(8)).toEqual([]);
    db.close();
  });

  it('more given-up purchases than an OPEN carries: each one gets its turn, also when others are never met', () => {
    const { db, journal } = journalIn(place.dir);
    const ids = Array.from({ length: 20 }, () => {
      const one = intent();
      journal.begin(one);
      journal.abandon(true, [], 1);
      return one.purchaseId;
    });
    const told = new Set<string>();
    // By chance one of 20 is left out of 100 asks of 8 once in 10^21.
    for (let i = 0; i < 100; i++) {
      const asked = journal.abortedPurchases(8).map(toHex);
      expect(new Set(asked).size).toBe(8);
      for (const id of asked) told.add(id);
    }
    expect([...told].sort()).toEqual([...ids].sort());
    db.close();
  });

  it('T3 one purchase in the place of another is one write: there is no moment without a basket', () => {
    const { db, journal } = journalIn(place.dir);
    const [one, two] = [intent(), intent()];
    journal.begin(one);
    const { commits } = journal.fsyncs;
    journal.abandon(true, [], 1, two);
    expect(journal.fsyncs.commits).toBe(commits + 1);
    expect(journal.inFlight()).toEqual(two);
    expect(journal.abortedPurchases(8).map(toHex)).toEqual([one.purchaseId]);
    db.close();
  });
});

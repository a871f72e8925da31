/** Announce, redeem, abort: coupons are deleted once, at the outlet whose announcement is oldest. O → Z. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { hexBytes } from '../../src/bytes.ts';
import { emsaPssEncode } from '../../src/coupons/emsa-pss.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { applyTransaction } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { couponItemsIn } from '../../src/economy/coupon-bytes.ts';
import {
  couponsDigest,
  NOT_LOOKED,
  sortCoupons,
  VALID,
  verifyCoupons,
  WRONG,
} from '../../src/economy/coupon-verdict.ts';
import { couponKeys } from '../../src/economy/office.ts';
import type { Abort, Announce, Id, Redeem, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { Bank, CHAIN, coinOf, hash, keysOfOffice, type Party, published } from './bank.ts';

let bank: Bank;
/** One pack: six of 1 minute, seven of 2, and so on. */
let pack: RedeemedCoupon[];
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
  pack = bank.coupons('anna');
});

const coin = (exponent: number, n = 0) => coinOf(pack, exponent, n);
function skipped(): Record<Id, string> {
  const [event] = bank.events;
  if (event?.kind !== 'redeemed') throw new Error('no redemption');
  return Object.fromEntries(event.skipped.map(({ serial, refusal }) => [serial, refusal]));
}
function redeemAt(outlet: Party, coupons: readonly RedeemedCoupon[]): string {
  return bank.send(bank.announce(outlet, coupons), outlet);
}
function abort(outlet: Party, serials: readonly Id[]): string {
  const transaction: Abort = {
    kind: 'abort',
    chain: CHAIN,
    nonce: bank.nonce(),
    outlet: outlet.id,
    serials: [...serials].sort(),
  };
  return bank.send(transaction, outlet);
}
function tampered(coupon: RedeemedCoupon): RedeemedCoupon {
  return { ...coupon, signature: coupon.signature.map((b, i) => (i === 128 ? b ^ 1 : b)) };
}
/** A coupon that the office signed without a load: what a dishonest office can make. */
function forged(name: string, exponent: number, office = 'office', keyset = bank.keyset): RedeemedCoupon {
  const key = keysOfOffice(office)[exponent] as RsaPrivateKey;
  const serial = hash(`forged ${name}`);
  const signature = nodeCrypto.rsaPrivate(key, emsaPssEncode(nodeCrypto, hexBytes(serial), 2047));
  return { keyset, exponent, serial, signature };
}

describe('redeem', () => {
  it('like a bank statement: announce, redeem 1 + 2 + 64, the same again', () => {
    const coupons = [coin(0), coin(1), coin(6)];
    let redeem: Redeem | undefined;
    expect(
      bank.change(() => {
        redeem = bank.announce(bank.shop, coupons);
      }),
    ).toEqual({});
    const sent = redeem as unknown as Redeem;
    expect(bank.change(() => expect(bank.send(sent, bank.shop)).toBe('accepted'))).toEqual({ O: -67, Z: 67 });
    expect(bank.events).toEqual([
      {
        kind: 'redeemed',
        transaction: bank.idOf(sent),
        outlet: bank.shop.id,
        minutes: 67,
        serials: sortCoupons(coupons).map((c) => c.serial),
        skipped: [],
      },
    ]);
    expect(bank.change(() => expect(bank.send(sent, bank.shop)).toBe('exists'))).toEqual({});
    expect(bank.state.keysets.get(bank.keyset)?.redeemed).toEqual([1, 1, 0, 0, 0, 0, 1, 0, 0]);
  });

  it('a whole pack gives back the 300 minutes it took', () => {
    expect(bank.change(() => redeemAt(bank.shop, pack))).toEqual({ O: -300, Z: 300 });
  });

  it('refuses as a whole: unknown_announcement, digest_differs, not_sorted, already_redeemed', () => {
    const redeem = bank.announce(bank.shop, [coin(0), coin(1)]);
    const send = (change: Partial<Redeem>) => bank.send({ ...redeem, ...change }, bank.shop);
    expect(send({ announcement: hash('none') })).toBe('unknown_announcement');
    expect(bank.send({ ...redeem, outlet: bank.kiosk.id }, bank.kiosk)).toBe('unknown_announcement');
    expect(send({ coupons: redeem.coupons.slice(1) })).toBe('digest_differs');
    expect(send({ coupons: redeem.coupons.map(tampered) })).toBe('digest_differs');
    expect(send({ coupons: redeem.coupons.toReversed() })).toBe('not_sorted');
    const twice = [coin(0), coin(0)];
    const digest = couponsDigest(nodeCrypto, twice);
    const announce: Announce = {
      kind: 'announce',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      digest,
    };
    expect(bank.send(announce, bank.shop)).toBe('accepted');
    expect(send({ announcement: bank.idOf(announce), coupons: twice })).toBe('not_sorted');
    expect(bank.send(redeem, bank.kiosk)).toBe('not_delegated');
    expect(send({})).toBe('accepted');
    expect(send({ coupons: [coin(5)] })).toBe('already_redeemed');
  });

  it('not_sorted is refused by the rule itself too, for callers that decode nothing', () => {
    const coupons = [coin(0), coin(0)];
    const digest = couponsDigest(nodeCrypto, coupons);
    const announce: Announce = {
      kind: 'announce',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      digest,
    };
    bank.send(announce, bank.shop);
    const announcement = bank.idOf(announce);
    const redeem: Redeem = { kind: 'redeem', chain: CHAIN, outlet: bank.shop.id, announcement, coupons };
    const built = makeEnvelope(nodeCrypto, redeem, [bank.shop.seed]);
    expect(applyTransaction(bank.block, built)).toMatchObject({ ok: false, refusal: 'not_sorted' });
  });

  it('L2: a coupon is redeemed once; the second time it is skipped and named, the others stand', () => {
    redeemAt(bank.shop, [coin(0), coin(1)]);
    expect(bank.change(() => redeemAt(bank.kiosk, [coin(1), coin(2)]))).toEqual({ O: -4, Z: 4 });
    expect(skipped()).toEqual({ [coin(1).serial]: 'coupon_spent' });
    expect(bank.state.clearing.get(bank.shop.id)).toBe(3_000_000n);
    expect(bank.state.clearing.get(bank.kiosk.id)).toBe(4_000_000n);
  });

  it('each coupon stands alone: tampered, aborted, locked, unknown keyset, no trust, and one good one', () => {
    const strangers = keysOfOffice('strangers');
    const publish = {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.stranger.id,
      keys: published(strangers),
    } as const;
    bank.send(publish, bank.stranger);
    const foreign = [...bank.state.keysets.entries()]
      .map(([id]) => id)
      .find((id) => id !== bank.keyset) as Id;
    const coupons = {
      good: coin(3),
      wrong: tampered(coin(0)),
      raised: { ...coin(1), exponent: 8 },
      aborted: coin(2),
      locked: coin(4),
      unknown: { ...coin(5), keyset: hash('no keyset') },
      foreign: forged('foreign', 0, 'strangers', foreign),
    };
    abort(bank.kiosk, [coupons.aborted.serial]);
    // Only a refresh locks, and there is none yet: the row is written as a refresh will.
    bank.state.serials.set(coupons.locked.serial, { state: 'locked', by: hash('refresh') });
    expect(bank.change(() => redeemAt(bank.shop, Object.values(coupons)))).toEqual({ O: -8, Z: 8 });
    expect(skipped()).toEqual({
      [coupons.wrong.serial]: 'coupon_wrong',
      [coupons.raised.serial]: 'coupon_wrong',
      [coupons.aborted.serial]: 'coupon_aborted',
      [coupons.locked.serial]: 'coupon_locked',
      [coupons.unknown.serial]: 'unknown_keyset',
      [coupons.foreign.serial]: 'no_trust',
    });
    expect(bank.state.serials.get(coupons.wrong.serial)).toBeUndefined();
    expect(redeemAt(bank.shop, [coin(0)])).toBe('accepted');
    expect(skipped()).toEqual({});
  });

  it('over_redemption: of a keyset and denomination never more than was issued, whatever the office signs', () => {
    const forgeries = Array.from({ length: 3 }, (_, i) => forged(`${i}`, 5));
    expect(bank.change(() => redeemAt(bank.shop, forgeries))).toEqual({ O: -96, Z: 96 });
    expect(bank.change(() => redeemAt(bank.kiosk, [coin(5), coin(6), forged('big', 8)]))).toEqual({
      O: -64,
      Z: 64,
    });
    expect(skipped()).toEqual({
      [coin(5).serial]: 'over_redemption',
      [hash('forged big')]: 'over_redemption',
    });
    const row = bank.state.keysets.get(bank.keyset);
    expect(row?.redeemed.every((n, e) => n <= (row.issued[e] ?? 0))).toBe(true);
  });

  it('a serial is seen once whatever its keyset and denomination', () => {
    const serial = coin(0).serial;
    const key = keysOfOffice('office')[1] as RsaPrivateKey;
    const signature = nodeCrypto.rsaPrivate(key, emsaPssEncode(nodeCrypto, hexBytes(serial), 2047));
    const again: RedeemedCoupon = { keyset: bank.keyset, exponent: 1, serial, signature };
    const older = bank.announce(bank.kiosk, [again]);
    redeemAt(bank.shop, [coin(0)]);
    expect(bank.change(() => bank.send(older, bank.kiosk))).toEqual({});
    expect(skipped()).toEqual({ [serial]: 'coupon_spent' });
  });

  it('nor twice in one redemption under two keysets of the subsystem, the older one replaced after five years', () => {
    bank.next(5 * 365.25);
    const keys = published(keysOfOffice('second office'));
    bank.send(
      { kind: 'keyset', chain: CHAIN, nonce: bank.nonce(), office: bank.office.id, keys },
      bank.office,
    );
    const second = bank.state.liveKeysets.get(bank.office.id) as Id;
    bank.credit(bank.wallet, bank.bakery, 300);
    const load = bank.cardLoad('new card', 1, bank.wallet, 'second office');
    bank.send(load.transaction, bank.wallet);
    bank.send(bank.issue(load, 'second office'), bank.office);
    const name = 'in both';
    const both = [forged(name, 0), forged(name, 0, 'second office', second)];
    expect(bank.change(() => redeemAt(bank.shop, [...both, coin(1)]))).toEqual({ O: -3, Z: 3 });
    expect(skipped()).toEqual({ [hash(`forged ${name}`)]: 'coupon_spent' });
  });

  it('a till key redeems for its outlet; an expired one does not', () => {
    bank.delegate(['announce', 'redeem'], bank.block.time + 50);
    const first = bank.announce(bank.shop, [coin(0)], bank.till);
    expect(bank.send(first, bank.till)).toBe('accepted');
    const second = bank.announce(bank.shop, [coin(1)], bank.till);
    bank.next(1);
    expect(bank.send(second, bank.till)).toBe('expired');
    expect(bank.send(second, bank.shop)).toBe('accepted');
  });
});

describe('the oldest announcement', () => {
  it('gets the coupon: if its redemption comes later, coupon and clearing move, and move only once', () => {
    const older = bank.announce(bank.shop, [coin(4), coin(5)]);
    const younger = bank.announce(bank.kiosk, [coin(4), coin(3)]);
    expect(bank.change(() => bank.send(younger, bank.kiosk))).toEqual({ O: -24, Z: 24 });
    expect(bank.state.clearing.get(bank.kiosk.id)).toBe(24_000_000n);
    expect(bank.change(() => bank.send(older, bank.shop))).toEqual({ O: -32, Z: 32 });
    expect(bank.events).toMatchObject([
      { minutes: 48, skipped: [], moved: [{ serial: coin(4).serial, from: bank.kiosk.id }] },
    ]);
    expect(bank.state.clearing.get(bank.shop.id)).toBe(48_000_000n);
    expect(bank.state.clearing.get(bank.kiosk.id)).toBe(8_000_000n);
    expect(bank.change(() => redeemAt(bank.kiosk, [coin(4)]))).toEqual({});
    expect(skipped()).toEqual({ [coin(4).serial]: 'coupon_spent' });
  });

  it('does not reach into another subsystem: clearing never moves across', () => {
    const older = bank.announce(bank.shop, [coin(4)]);
    redeemAt(bank.kiosk, [coin(4)]);
    // As a split will: the kiosk, with its clearing, is a subsystem of its own; Q takes the difference.
    bank.leave(bank.kiosk);
    expect(bank.change(() => bank.send(older, bank.shop))).toEqual({});
    expect(skipped()).toEqual({ [coin(4).serial]: 'coupon_spent' });
    expect(bank.state.clearing.get(bank.kiosk.id)).toBe(16_000_000n);
  });

  it('takes nothing with a tampered copy of somebody’s coupon', () => {
    const wrong = tampered(coin(4));
    const older = bank.announce(bank.kiosk, [wrong]);
    redeemAt(bank.shop, [coin(4)]);
    expect(bank.change(() => bank.send(older, bank.kiosk))).toEqual({});
    expect(skipped()).toEqual({ [wrong.serial]: 'coupon_wrong' });
  });

  it('already_announced is for one outlet: whoever copies a digest is in nobody’s way', () => {
    const digest = couponsDigest(nodeCrypto, [coin(0)]);
    const announce = (outlet: Party) =>
      bank.send({ kind: 'announce', chain: CHAIN, nonce: bank.nonce(), outlet: outlet.id, digest }, outlet);
    expect(announce(bank.kiosk)).toBe('accepted');
    expect(announce(bank.shop)).toBe('accepted');
    expect(announce(bank.shop)).toBe('already_announced');
  });
});

describe('the clearing', () => {
  it('every change of it is remembered for the booking at a revision, at the winner and at the loser', () => {
    const lows = (outlet: Party) => bank.state.clearingLows.get(outlet.id);
    const older = bank.announce(bank.shop, [coin(4)]);
    redeemAt(bank.kiosk, [coin(4), coin(3)]);
    const [zero, first] = [
      { time: 0, value: 0n },
      { time: bank.block.time, value: 24_000_000n },
    ];
    expect(lows(bank.kiosk)).toEqual([zero, first]);
    bank.next(2);
    bank.send(older, bank.shop);
    const moved = bank.block.time;
    expect(lows(bank.shop)).toEqual([zero, { time: moved, value: 16_000_000n }]);
    expect(lows(bank.kiosk)).toEqual([zero, { time: first?.time, value: 8_000_000n }]);
    bank.next(35);
    bank.next(35);
    expect([...bank.state.clearingBooked.entries()].map(([at, x]) => [at.split('/')[0], x]).sort()).toEqual(
      [
        [bank.shop.id, 16_000_000n],
        [bank.kiosk.id, 8_000_000n],
      ].sort(),
    );
  });
});

describe('abort', () => {
  it('marks unseen serials; what is spent or aborted stays and is named', () => {
    redeemAt(bank.shop, [coin(0)]);
    const serials = [coin(0).serial, coin(1).serial].sort();
    expect(bank.change(() => expect(abort(bank.shop, serials)).toBe('accepted'))).toEqual({});
    expect(bank.events).toEqual([
      { kind: 'aborted', outlet: bank.shop.id, serials: [coin(1).serial], skipped: [coin(0).serial] },
    ]);
    expect(bank.state.serials.get(coin(0).serial)?.state).toBe('spent');
    abort(bank.kiosk, [coin(1).serial]);
    expect(bank.events).toEqual([
      { kind: 'aborted', outlet: bank.kiosk.id, serials: [], skipped: [coin(1).serial] },
    ]);
    expect(bank.change(() => redeemAt(bank.shop, [coin(1)]))).toEqual({});
    expect(skipped()).toEqual({ [coin(1).serial]: 'coupon_aborted' });
  });

  it('refuses unsorted and doubled serials', () => {
    const [a, b] = [hash('a'), hash('b')].sort() as [Id, Id];
    const with_ = (serials: readonly Id[]): Abort => ({
      kind: 'abort',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      serials,
    });
    for (const serials of [
      [b, a],
      [a, a],
    ]) {
      expect(bank.send(with_(serials), bank.shop)).toBe('not_sorted');
      const built = makeEnvelope(nodeCrypto, with_(serials), [bank.shop.seed]);
      expect(applyTransaction(bank.block, built)).toMatchObject({ refusal: 'not_sorted' });
    }
  });
});

describe('verdicts from another thread', () => {
  it('are those the rule finds by itself', () => {
    const coupons = sortCoupons([coin(0), tampered(coin(1)), coin(2), { ...coin(3), keyset: hash('none') }]);
    const keysOf = (id: Id) => couponKeys(bank.state, id);
    const redeem = bank.announce(bank.shop, coupons);
    const built = makeEnvelope(nodeCrypto, redeem, [bank.shop.seed]);
    const verdicts = verifyCoupons(nodeCrypto, keysOf, couponItemsIn(built.body, coupons.length));
    expect([...verdicts]).toEqual(
      coupons.map((c) =>
        c.serial === coin(1).serial ? WRONG : c.serial === coin(3).serial ? NOT_LOOKED : VALID,
      ),
    );
    const done = applyTransaction(bank.block, built, { couponVerdicts: verdicts });
    expect(done).toMatchObject({
      ok: true,
      value: {
        events: [
          {
            minutes: 5,
            skipped: expect.arrayContaining([{ serial: coin(1).serial, refusal: 'coupon_wrong' }]),
          },
        ],
      },
    });
  });

  it('L4: a verdict from before the keyset was known changes nothing', () => {
    const redeem = bank.announce(bank.shop, [coin(0)]);
    const built = makeEnvelope(nodeCrypto, redeem, [bank.shop.seed]);
    const couponVerdicts = verifyCoupons(nodeCrypto, () => undefined, couponItemsIn(built.body, 1));
    const done = applyTransaction(bank.block, built, { couponVerdicts });
    expect(done).toMatchObject({ value: { events: [{ minutes: 1, skipped: [] }] } });
  });

  it('decide: WRONG skips a coupon whose signature nobody looks at again', () => {
    const redeem = bank.announce(bank.shop, [coin(0)]);
    const built = makeEnvelope(nodeCrypto, redeem, [bank.shop.seed]);
    const done = applyTransaction(bank.block, built, { couponVerdicts: Uint8Array.of(WRONG) });
    expect(done).toMatchObject({
      value: { events: [{ minutes: 0, skipped: [{ refusal: 'coupon_wrong' }] }] },
    });
  });
});

/** Taking back: goods re-enter at the lowest price, whole minutes of it go to a card. G +, O +, R the rest. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { applyTransaction } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { openIssues } from '../../src/economy/office-duty.ts';
import { exponentsOf } from '../../src/economy/owed.ts';
import type { Id, RedeemedCoupon, TakeBack } from '../../src/economy/transaction.ts';
import { CARD_SLOTS, POOL_AMOUNT_MAX } from '../../src/limits.ts';
import { Bank, type Blinding, CHAIN, hash, keysOfOffice, type Party, party, published } from './bank.ts';

let bank: Bank;
let pack: RedeemedCoupon[];
const second = party('the second till');
beforeEach(() => {
  bank = new Bank();
  bank.openOffice();
  pack = bank.coupons('anna');
  expect(bank.delegate(['take_back'], bank.block.time + 100 * 86_400)).toBe('accepted');
});

interface Back extends Blinding {
  readonly id: Id;
  readonly transaction: TakeBack;
}
function back(
  goods: Readonly<Record<Id, number>>,
  minutes: number,
  { outlet = bank.shop, office = 'office' }: { outlet?: Party; office?: string } = {},
): Back {
  const lines = Object.entries(goods).map(([type, amount]) => ({ type, amount }));
  const nonce = bank.nonce();
  const made = bank.blinding(`back ${nonce}`, exponentsOf(minutes) ?? [], office);
  const transaction: TakeBack = {
    kind: 'take_back',
    chain: CHAIN,
    nonce,
    outlet: outlet.id,
    goods: lines.sort((a, b) => (a.type < b.type ? -1 : 1)),
    minutes,
    keyset: made.keyset,
    blinded: made.blinded,
  };
  return { ...made, id: bank.idOf(transaction), transaction };
}
const send = ({ transaction }: Pick<Back, 'transaction'>, ...signers: readonly Party[]) =>
  bank.send(transaction, ...(signers.length > 0 ? signers : [bank.till, bank.shop]));
const cancel = ({ id }: Back, ...signers: readonly Party[]) =>
  bank.send({ kind: 'cancel', chain: CHAIN, load: id }, ...signers);

/** The shop sells so many at the book's price, for coupons of these minutes. */
function sell(type: Id, amount: number, charged: number, outlet = bank.shop): void {
  const handOver = {
    kind: 'hand_over',
    chain: CHAIN,
    nonce: bank.nonce(),
    outlet: outlet.id,
    goods: [{ type, amount }],
    charged,
    sales: 1,
  } as const;
  expect(bank.send(handOver, outlet)).toBe('accepted');
}
function redeem(coupons: readonly RedeemedCoupon[], outlet = bank.shop): void {
  expect(bank.send(bank.announce(outlet, coupons), outlet)).toBe('accepted');
}
const of = (exponent: number) => pack.filter((c) => c.exponent === exponent);
const pool = (type: Id) => bank.state.pools.get(`${bank.office.id}/${type}`);

describe('take back', () => {
  it('like a bank statement: a lamp sold for 17 comes back for 16, is issued and spent again', () => {
    // Three lamps of 50 minutes: 16.666… each, charged 17.
    const lamp = bank.stock(bank.shop, 'lamp', 3, 50);
    sell(lamp, 1, 17);
    redeem([...of(4).slice(0, 1), ...of(0).slice(0, 1)]);
    const taken = back({ [lamp]: 1 }, 16);
    expect(taken.blinded).toHaveLength(1);
    expect(bank.change(() => send(taken))).toEqual({ G: 16.666666, O: 16, R: 0.666666 });
    expect(bank.events).toMatchObject([
      { kind: 'stock', type: lamp, amount: '1', value: '16666666', cause: 'take_back' },
      {
        kind: 'taken_back',
        takeBack: taken.id,
        outlet: bank.shop.id,
        keyset: bank.keyset,
        minutes: 16,
        goods: [{ type: lamp, amount: 1, value: '16666666' }],
      },
    ]);
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([taken.id]);
    const issue = bank.issue(taken);
    expect(bank.change(() => bank.send(issue, bank.office))).toEqual({});
    expect(bank.change(() => redeem(taken.finish(issue.signatures), bank.kiosk))).toEqual({ O: -16, Z: 16 });
    expect(send(taken)).toBe('exists');
  });

  it('at the lowest average of the last reverseDays: nobody gains by what became dearer', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 10, 100);
    sell(lamp, 2, 20);
    redeem(of(5).slice(0, 2));
    bank.next(10);
    bank.stock(bank.kiosk, 'lamp', 8, 400);
    expect(pool(lamp)).toMatchObject({ amount: 16, value: 480_000_000n });
    expect(send(back({ [lamp]: 1 }, 30))).toBe('minutes_differ');
    expect(bank.change(() => send(back({ [lamp]: 1 }, 10)))).toEqual({ G: 10, O: 10 });
    // 490/17 min: 31 days later the window holds nothing cheaper.
    bank.next(31);
    sell(lamp, 1, 29);
    redeem(of(5).slice(2));
    expect(send(back({ [lamp]: 1 }, 10))).toBe('minutes_differ');
    expect(bank.change(() => send(back({ [lamp]: 1 }, 28)))).toEqual({ G: 28.823529, O: 28, R: 0.823529 });
  });

  it('of less than a minute nothing is issued: the value enters and R takes it', () => {
    const pin = bank.stock(bank.shop, 'pin', 1_000, 10);
    sell(pin, 10, 1);
    redeem(of(0).slice(0, 1));
    const taken = back({ [pin]: 10 }, 0);
    expect(bank.change(() => send(taken))).toEqual({ G: 0.1, R: 0.1 });
    expect(openIssues(bank.state, bank.office.id, bank.block.time)).toEqual([]);
    expect(cancel(taken, bank.till, bank.shop)).toBe('already_issued');
  });

  it('the fewest coupons, exponent ascending; no more than a card holds', () => {
    expect(exponentsOf(0)).toEqual([]);
    expect(exponentsOf(1)).toEqual([0]);
    expect(exponentsOf(600)).toEqual([3, 4, 6, 8, 8]);
    expect(exponentsOf(256 * CARD_SLOTS)).toHaveLength(CARD_SLOTS);
    expect(exponentsOf(256 * CARD_SLOTS + 1)).toBeUndefined();
  });

  it('a common comes back without value; what was never sold does not come back', () => {
    const water = hash('type water');
    bank.state.labels.set(`${bank.office.id}/${water}`, 'common');
    bank.stock(bank.shop, 'water', 10, 0);
    sell(water, 3, 0);
    expect(bank.change(() => send(back({ [water]: 3 }, 0)))).toEqual({});
    expect(send(back({ [water]: 1 }, 0))).toBe('more_than_handed_over');
    expect(pool(water)).toMatchObject({ amount: 10, value: 0n });
  });

  it('bounded by what the outlet handed over and redeemed in the window, less what it took back', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 100, 1_000);
    bank.stock(bank.kiosk, 'lamp', 100, 1_000);
    sell(lamp, 3, 30);
    sell(lamp, 5, 50, bank.kiosk);
    redeem(of(4).slice(0, 1));
    redeem(of(6), bank.kiosk);
    expect(send(back({ [lamp]: 4 }, 40))).toBe('more_than_handed_over');
    expect(send(back({ [lamp]: 2 }, 20))).toBe('more_than_redeemed');
    expect(send(back({ [lamp]: 1 }, 10))).toBe('accepted');
    expect(send(back({ [lamp]: 1 }, 10))).toBe('more_than_redeemed');
    redeem(of(5));
    expect(send(back({ [lamp]: 1 }, 10))).toBe('accepted');
    expect(send(back({ [lamp]: 2 }, 20))).toBe('more_than_handed_over');
    bank.next(31);
    expect(send(back({ [lamp]: 1 }, 10))).toBe('more_than_handed_over');
    sell(lamp, 1, 10);
    expect(send(back({ [lamp]: 1 }, 10))).toBe('more_than_redeemed');
  });

  it('minutes that moved to another outlet’s older announcement do not count', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 10, 100);
    sell(lamp, 1, 10);
    const older = bank.announce(bank.kiosk, of(4).slice(0, 1));
    redeem(of(4).slice(0, 1));
    expect(bank.send(older, bank.kiosk)).toBe('accepted');
    expect(send(back({ [lamp]: 1 }, 10))).toBe('more_than_redeemed');
  });

  it('refuses, in this order', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 10, 100);
    const full = bank.stock(bank.kiosk, 'full', POOL_AMOUNT_MAX, 0);
    sell(lamp, 2, 20);
    redeem(of(5));
    const good = back({ [lamp]: 2 }, 20);
    const changed = (change: Partial<TakeBack>) => send({ transaction: { ...good.transaction, ...change } });
    expect(send(back({ [lamp]: 0 }, 20))).toBe('amount_zero');
    expect(send(back({ [full]: 1 }, 20))).toBe('value_overflow');
    expect(changed({ keyset: hash('none') })).toBe('unknown_keyset');
    const keys = published(keysOfOffice('strangers'));
    const publish = {
      kind: 'keyset',
      chain: CHAIN,
      nonce: bank.nonce(),
      office: bank.stranger.id,
      keys,
    } as const;
    bank.send(publish, bank.stranger);
    expect(changed({ keyset: bank.state.liveKeysets.get(bank.stranger.id) ?? '' })).toBe('no_trust');
    expect(changed({ blinded: [] })).toBe('wrong_number');
    // Below every modulus, whichever keys the office has.
    const first = new Uint8Array(256).fill(1);
    expect(changed({ blinded: [first, new Uint8Array(256).fill(255)] })).toBe('blinded_out_of_range');
    expect(changed({ blinded: [first, first] })).toBe('blinded_seen');
    expect(send(back({ [hash('type none')]: 1 }, 20))).toBe('unknown_product');
    expect(changed({ goods: [] })).toBe('nothing_taken_back');
    expect(send(back({ [lamp]: 2 }, 19))).toBe('minutes_differ');
    expect(changed({ minutes: 256 * CARD_SLOTS + 1, blinded: [] })).toBe('minutes_differ');
    const two = back({ [lamp]: 1, [full]: 1 }, 20);
    const reversed = { ...two.transaction, goods: two.transaction.goods.toReversed() };
    expect(send({ transaction: reversed })).toBe('not_sorted');
    const three = back({ [lamp]: 1, [bank.stock(bank.shop, 'milk', 1, 1)]: 1 }, 20);
    const goods = three.transaction.goods.toReversed();
    const seeds = [bank.till.seed, bank.shop.seed];
    const built = makeEnvelope(nodeCrypto, { ...three.transaction, goods }, seeds);
    expect(applyTransaction(bank.block, built)).toMatchObject({ refusal: 'not_sorted' });
    expect(send(good)).toBe('accepted');
  });

  it('keysets: revoked, or no longer live', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 10, 100);
    sell(lamp, 1, 10);
    redeem(of(5));
    const taken = back({ [lamp]: 1 }, 10);
    const row = bank.state.keysets.get(bank.keyset);
    if (row === undefined) throw new Error('no keyset');
    bank.state.liveKeysets.delete(bank.office.id);
    expect(send(taken)).toBe('expired');
    bank.state.keysets.set(bank.keyset, { ...row, revoked: { time: 0, ordinal: 0 } });
    expect(send(taken)).toBe('keyset_revoked');
  });
});

describe('two keys', () => {
  const delegate = (key: Party, kinds: readonly ('take_back' | 'count')[], until = bank.block.time + 50) =>
    bank.send(
      {
        kind: 'delegate',
        chain: CHAIN,
        nonce: bank.nonce(),
        outlet: bank.shop.id,
        key: key.key,
        kinds,
        until,
      },
      bank.shop,
    );
  it('a delegated one and a second: the outlet’s own, or another one like it; never one alone', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 10, 100);
    sell(lamp, 5, 50);
    redeem([...of(5), ...of(4)]);
    const one = () => back({ [lamp]: 1 }, 10);
    expect(send(one(), bank.till)).toBe('missing_signature');
    expect(send(one(), bank.shop)).toBe('not_delegated');
    expect(bank.send(one().transaction)).toBe('missing_signature');
    expect(send(one(), bank.till, second)).toBe('missing_signature');
    expect(delegate(second, ['count'])).toBe('accepted');
    expect(send(one(), bank.till, second)).toBe('missing_signature');
    bank.next(1);
    expect(delegate(second, ['take_back'])).toBe('accepted');
    expect(send(one(), bank.till, second)).toBe('accepted');
    expect(send(one(), bank.till, bank.shop)).toBe('accepted');
    expect(send(one(), second, bank.shop)).toBe('accepted');
    expect(send(one(), bank.till, second, bank.shop)).toBe('surplus_signature');
    bank.next(200);
    expect(send(one(), bank.till, bank.shop)).toBe('expired');
    expect(send(one(), bank.bakery, bank.dairy)).toBe('not_delegated');
    const nobody = { ...one().transaction, outlet: hash('none') };
    expect(bank.send(nobody, bank.till, bank.shop)).toBe('unknown_collective');
    expect(bank.send({ ...nobody, outlet: bank.bakery.id }, bank.till, bank.bakery)).toBe('not_an_outlet');
  });
});

describe('undone when it was never issued', () => {
  it('the goods leave with the value they came with, O and R are as before, and what may come back too', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 3, 50);
    sell(lamp, 1, 17);
    redeem([...of(4).slice(0, 1), ...of(0).slice(0, 1)]);
    const taken = back({ [lamp]: 1 }, 16);
    send(taken);
    bank.stock(bank.kiosk, 'lamp', 10, 1_000);
    expect(cancel(taken, bank.till, bank.shop)).toBe('too_early');
    for (let i = 0; i < 100; i++) bank.next();
    expect(cancel(taken, bank.till)).toBe('missing_signature');
    expect(bank.change(() => cancel(taken, bank.till, bank.shop))).toEqual({
      G: -16.666666,
      O: -16,
      R: -0.666666,
    });
    expect(bank.events[1]).toMatchObject({
      kind: 'stock',
      amount: '-1',
      value: '-16666666',
      cause: 'take_back',
    });
    expect(bank.change(() => send(back({ [lamp]: 1 }, 16)))).toEqual({ G: 16.666666, O: 16, R: 0.666666 });
  });

  it('is refused when the goods are sold again, and when it was issued', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 1, 16);
    sell(lamp, 1, 16);
    redeem(of(4).slice(0, 1));
    const taken = back({ [lamp]: 1 }, 16);
    send(taken);
    for (let i = 0; i < 100; i++) bank.next();
    const issue = bank.issue(taken);
    sell(lamp, 1, 16);
    expect(cancel(taken, bank.till, bank.shop)).toBe('not_enough');
    expect(bank.send(issue, bank.office)).toBe('accepted');
    expect(cancel(taken, bank.till, bank.shop)).toBe('already_issued');
  });

  it('a pool gives no more than it has, its last goods all: R keeps L1', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 2, 40);
    sell(lamp, 1, 20);
    redeem(of(5).slice(0, 1));
    const taken = back({ [lamp]: 1 }, 20);
    send(taken);
    // Eight more of no value lower the average to 4; the one that leaves takes what it brought.
    bank.stock(bank.shop, 'lamp', 8, 0);
    sell(lamp, 8, 32);
    for (let i = 0; i < 100; i++) bank.next();
    expect(pool(lamp)).toMatchObject({ amount: 2, value: 8_000_000n });
    expect(bank.change(() => cancel(taken, bank.till, bank.shop))).toEqual({ G: -8, O: -20, R: 12 });
    expect(pool(lamp)).toMatchObject({ amount: 1, value: 0n });
  });

  it('the last goods of a pool take all its value with them, though they brought less', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 2, 40);
    sell(lamp, 1, 20);
    redeem(of(5).slice(0, 1));
    const taken = back({ [lamp]: 1 }, 20);
    send(taken);
    bank.stock(bank.kiosk, 'lamp', 8, 1_000);
    sell(lamp, 8, 832, bank.kiosk);
    sell(lamp, 1, 104);
    for (let i = 0; i < 100; i++) bank.next();
    expect(pool(lamp)).toMatchObject({ amount: 1, value: 104_000_000n });
    expect(bank.change(() => cancel(taken, bank.till, bank.shop))).toEqual({ G: -104, O: -20, R: -84 });
    expect(pool(lamp)).toMatchObject({ amount: 0, value: 0n });
  });

  it('after a split the office’s debt ends on its side, the goods leave on the other: Q settles it', () => {
    const lamp = bank.stock(bank.shop, 'lamp', 3, 50);
    sell(lamp, 1, 17);
    redeem([...of(4).slice(0, 1), ...of(0).slice(0, 1)]);
    const taken = back({ [lamp]: 1 }, 16);
    send(taken);
    for (let i = 0; i < 100; i++) bank.next();
    const stock = bank.state.stock.get(`${bank.shop.id}/${lamp}`);
    const at = pool(lamp);
    if (stock === undefined || at === undefined) throw new Error('no stock');
    // As a split will: the shop takes its stock along.
    bank.state.pools.set(`${bank.shop.id}/${lamp}`, at);
    bank.state.pools.delete(`${bank.office.id}/${lamp}`);
    bank.leave(bank.shop);
    const before = bank.books(bank.shop.id);
    expect(bank.change(() => cancel(taken, bank.till, bank.shop))).toEqual({ O: -16, Q: -16 });
    const after = bank.books(bank.shop.id);
    expect([after.G - before.G, after.R - before.R, after.Q - before.Q]).toEqual([
      -16_666_666n,
      -666_666n,
      16_000_000n,
    ]);
  });
});

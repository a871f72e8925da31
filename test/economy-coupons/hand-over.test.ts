/** Hand-overs: goods leave at the average of the day, G → Z and R. Exact figures of the paper's kind (§6.2). */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { applyTransaction } from '../../src/economy/apply.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { joinPools } from '../../src/economy/pool.ts';
import type { HandOver, Id } from '../../src/economy/transaction.ts';
import { POOL_AMOUNT_MAX } from '../../src/limits.ts';
import { Bank, CHAIN, hash, type Party } from './bank.ts';

let bank: Bank;
beforeEach(() => {
  bank = new Bank();
});
function handOver(outlet: Party, goods: Readonly<Record<Id, number>>, charged: number, sales = 20): HandOver {
  const lines = Object.entries(goods).map(([type, amount]) => ({ type, amount }));
  return {
    kind: 'hand_over',
    chain: CHAIN,
    nonce: bank.nonce(),
    outlet: outlet.id,
    goods: lines.sort((a, b) => (a.type < b.type ? -1 : 1)),
    charged,
    sales,
  };
}
const send = (transaction: HandOver, signer = bank.shop) => bank.send(transaction, signer);
const pool = (type: Id) => bank.state.pools.get(`${bank.office.id}/${type}`);
const event = (kind: string) => bank.events.find((e) => e.kind === kind);

describe('hand over', () => {
  it('one price: 100 h for 100 pieces and 30 h for 10 average 13/11 h and give up exactly 130 h; L7', () => {
    const bread = bank.stock(bank.shop, 'bread', 100, 100 * 60);
    bank.stock(bank.kiosk, 'bread', 10, 30 * 60);
    expect(pool(bread)).toMatchObject({ amount: 110, value: 7_800_000_000n });
    // 13/11 h a piece: 99 cost 7 020 min, 10 cost 709.09… and one 70.90… min, each charged rounded up.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 99 }, 7_020)))).toEqual({
      G: -7_020,
      Z: -7_020,
    });
    expect(bank.change(() => send(handOver(bank.kiosk, { [bread]: 10 }, 710), bank.kiosk))).toEqual({
      G: -709.090909,
      Z: -710,
      R: 0.909091,
    });
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 1 }, 71)))).toEqual({
      G: -70.909091,
      Z: -71,
      R: 0.090909,
    });
    expect(pool(bread)).toMatchObject({ amount: 0, value: 0n });
    expect(bank.state.subsystems.get(bank.office.id)?.R).toBe(1_000_000n);
    const charged = [bank.shop, bank.kiosk].map((p) => bank.state.clearing.get(p.id) ?? 0n);
    expect(charged.reduce((a, b) => a + b)).toBe(-7_801_000_000n);
  });

  it('tells the crowd and what left each stock, nothing of a sale', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    const milk = bank.stock(bank.shop, 'milk', 4, 10);
    const transaction = handOver(bank.shop, { [bread]: 3, [milk]: 4 }, 41, 23);
    expect(send(transaction)).toBe('accepted');
    const id = bank.idOf(transaction);
    expect(bank.events.slice(0, 2)).toEqual(
      [
        {
          kind: 'stock',
          collective: bank.shop.id,
          type: bread,
          amount: '-3',
          value: '-30000000',
          cause: 'hand_over',
          transaction: id,
        },
        {
          kind: 'stock',
          collective: bank.shop.id,
          type: milk,
          amount: '-4',
          value: '-10000000',
          cause: 'hand_over',
          transaction: id,
        },
      ].sort((a, b) => (a.type < b.type ? -1 : 1)),
    );
    expect(bank.events[2]).toEqual({
      kind: 'handed_over',
      transaction: id,
      outlet: bank.shop.id,
      charged: 41,
      value: '40000000',
      sales: 23,
    });
    expect(send(transaction)).toBe('exists');
  });

  it('coupons and goods of one crowd even out: Z is back at 0, R keeps the rounding', () => {
    bank.openOffice();
    const [one] = bank.coupons('anna').filter((c) => c.exponent === 3);
    const bread = bank.stock(bank.shop, 'bread', 4, 30);
    expect(bank.change(() => bank.send(bank.announce(bank.shop, one ? [one] : []), bank.shop))).toEqual({
      O: -8,
      Z: 8,
    });
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 1 }, 8)))).toEqual({
      G: -7.5,
      Z: -8,
      R: 0.5,
    });
    expect(bank.state.clearing.get(bank.shop.id)).toBe(0n);
  });

  it('a sum below the lowest price counts as that sum; the lack stays in Z and is named', () => {
    const bread = bank.stock(bank.shop, 'bread', 3, 10);
    // 2 × 10/3 min = 6.666666 min, rounded down to micro-minutes.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 2 }, 1)))).toEqual({
      G: -6.666666,
      Z: -6.666666,
    });
    expect(event('handed_over')).toMatchObject({ charged: 1, lack: '5666666' });
  });

  it('the lowest price is that of the last offlineMax + holdMax: a till that sold before the price rose lacks nothing', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next(1);
    bank.stock(bank.kiosk, 'bread', 10, 300);
    bank.next(36);
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 1 }, 10)))).toEqual({
      G: -20,
      Z: -10,
      R: -10,
    });
    expect(event('handed_over')).not.toHaveProperty('lack');
    bank.next(2);
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 1 }, 10)))).toEqual({ G: -20, Z: -20 });
    expect(event('handed_over')).toMatchObject({ lack: '10000000' });
  });

  it('a sum above the highest price and one minute a sale counts as that; the excess stays in Z and is named', () => {
    const bread = bank.stock(bank.shop, 'bread', 10, 100);
    bank.next(1);
    bank.stock(bank.kiosk, 'bread', 10, 0);
    // 5 min each now, 10 yesterday: 2 × 10 + 3 sales are the most that rounding and an offline till explain.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 2 }, 23, 3)))).toEqual({
      G: -10,
      Z: -23,
      R: 13,
    });
    expect(event('handed_over')).not.toHaveProperty('excess');
    // Micro-minutes written for minutes.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 2 }, 20_000_000, 3)))).toEqual({
      G: -10,
      Z: -23,
      R: 13,
    });
    expect(event('handed_over')).toMatchObject({ charged: 20_000_000, excess: '19999977000000' });
    // A crowd has no more paid sales than a redemption has coupons.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 1 }, 1e12, 1e12)))).toEqual({
      G: -5,
      Z: -2_010,
      R: 2_005,
    });
    bank.next(40);
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 1 }, 10, 1)))).toEqual({
      G: -5,
      Z: -6,
      R: 1,
    });
    expect(event('handed_over')).toMatchObject({ excess: '4000000' });
  });

  it('the highest price of both parts of a merge counts as well', () => {
    const low = (day: number, value: bigint) => ({ time: day * 86_400, value, amount: 1 });
    const pool = (value: bigint) => ({
      amount: 1,
      value,
      lows: [low(10, value)],
      highs: [low(5, value + 3n), low(10, value)],
    });
    const joined = joinPools(pool(4n), pool(8n), 20 * 86_400, 0);
    expect(joined).toMatchObject({ amount: 2, value: 12n });
    expect(joined.highs).toEqual([low(5, 11n), low(10, 8n), { ...low(20, 12n), amount: 2 }]);
    expect(joined.lows).toEqual([low(10, 4n), { ...low(20, 12n), amount: 2 }]);
  });

  it('more than the book has enters as a surplus first and does not lower its own least sum', () => {
    const bread = bank.stock(bank.shop, 'bread', 4, 40);
    bank.stock(bank.kiosk, 'bread', 2, 20);
    // Six of 10 min; the shop hands over 6 where its book says 4: two enter at 0, the average is 60/8.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 6 }, 0)))).toEqual({
      G: -45,
      Z: -60,
      R: 15,
    });
    expect(bank.events.map((e) => (e.kind === 'stock' ? [e.cause, e.amount, e.value] : e.kind))).toEqual([
      ['surplus', '2', '0'],
      ['hand_over', '-6', '-45000000'],
      'handed_over',
    ]);
    expect(pool(bread)).toMatchObject({ amount: 2, value: 15_000_000n });
    expect(bank.state.stock.get(`${bank.shop.id}/${bread}`)?.amount).toBe(0);
  });

  it('a surplus reverses the outlet’s own shortage at its booked value', () => {
    const bread = bank.stock(bank.shop, 'bread', 5, 50);
    bank.next();
    const count = {
      kind: 'count',
      chain: CHAIN,
      nonce: bank.nonce(),
      outlet: bank.shop.id,
      lines: [{ type: bread, height: bank.block.height - 1, amount: 2 }],
    } as const;
    expect(bank.change(() => bank.send(count, bank.shop))).toEqual({ G: -30, W: 30 });
    bank.next();
    // Five were there after all: three come back at 10 min each, then all five leave.
    expect(bank.change(() => send(handOver(bank.shop, { [bread]: 5 }, 50)))).toEqual({
      G: -20,
      W: -30,
      Z: -50,
    });
  });

  it('a common has pool and price 0 and touches neither Z, R nor w', () => {
    const water = hash('type water');
    bank.state.labels.set(`${bank.office.id}/${water}`, 'common');
    bank.stock(bank.shop, 'water', 10, 50);
    expect(pool(water)).toMatchObject({ amount: 10, value: 0n });
    expect(bank.change(() => send(handOver(bank.shop, { [water]: 12 }, 0)))).toEqual({});
    expect(bank.events.map((e) => (e.kind === 'stock' ? [e.cause, e.amount, e.value] : e.kind))).toEqual([
      ['surplus', '2', '0'],
      ['hand_over', '-12', '0'],
      'handed_over',
    ]);
  });

  it('refuses amount_zero, value_overflow, not_sorted, unknown_product, nothing_handed_over; others’ signatures', () => {
    const bread = bank.stock(bank.shop, 'bread', 5, 50);
    const milk = bank.stock(bank.shop, 'milk', POOL_AMOUNT_MAX - 1_000, 50);
    bank.stock(bank.kiosk, 'milk', 1_000, 0);
    expect(send(handOver(bank.shop, { [bread]: 0 }, 5))).toBe('amount_zero');
    expect(send(handOver(bank.kiosk, { [milk]: 1_001 }, 0), bank.kiosk)).toBe('value_overflow');
    expect(send(handOver(bank.shop, { [hash('type none')]: 1 }, 5))).toBe('unknown_product');
    expect(send(handOver(bank.shop, {}, 5))).toBe('nothing_handed_over');
    expect(send(handOver(bank.shop, { [bread]: 1 }, 10, 0))).toBe('nothing_handed_over');
    expect(send(handOver(bank.shop, { [bread]: 1 }, 10), bank.kiosk)).toBe('not_delegated');
    expect(send(handOver(bank.bakery, { [bread]: 1 }, 10), bank.bakery)).toBe('not_an_outlet');
    const good = handOver(bank.shop, { [bread]: 1, [milk]: 1 }, 10);
    const reversed = { ...good, goods: good.goods.toReversed() };
    expect(send(reversed)).toBe('not_sorted');
    const built = makeEnvelope(nodeCrypto, reversed, [bank.shop.seed]);
    expect(applyTransaction(bank.block, built)).toMatchObject({ refusal: 'not_sorted' });
    const [line] = good.goods as [HandOver['goods'][number]];
    const twice = makeEnvelope(nodeCrypto, { ...good, goods: [line, line] }, [bank.shop.seed]);
    expect(applyTransaction(bank.block, twice)).toMatchObject({ refusal: 'not_sorted' });
  });

  it('goods that no outlet ever had a price for: a minute a sale is all that counts; signed by a till that may', () => {
    const soap = bank.stock(bank.kiosk, 'soap', 0, 0);
    const { key } = bank.till;
    const until = bank.block.time + 100;
    const outlet = bank.shop.id;
    const kinds = ['hand_over'] as const;
    bank.send({ kind: 'delegate', chain: CHAIN, nonce: bank.nonce(), outlet, key, kinds, until }, bank.shop);
    const sold = handOver(bank.shop, { [soap]: 1 }, 5, 1);
    expect(bank.change(() => send(sold, bank.till))).toEqual({ Z: -1, R: 1 });
    expect(event('handed_over')).toMatchObject({ value: '0', excess: '4000000' });
  });
});

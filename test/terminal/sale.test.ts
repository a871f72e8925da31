/** A sale end to end: card, till, ledger; exact to the micro-minute. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { submitTo } from '../../demo/scribe.ts';
import { hexBytes } from '../../src/bytes.ts';
import { fromMinutes, proRata } from '../../src/units/micro-minutes.ts';
import { ask, flushed, hold, ready, sell } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2 }, (...opened) => {
  [shop, till] = opened;
});

type Coupon = { readonly keyset: string; readonly serial: string; readonly exponent: number };

/** The transaction of this kind that the till has sent, as the ledger keeps it. */
async function sent(kind: 'redeem' | 'hand_over' | 'announce'): Promise<Record<string, unknown>> {
  for (let height = shop.node.engine.height; height >= 0; height--)
    for (const id of shop.node.engine.block(height)?.transactions ?? []) {
      const { transaction } = await shop.get(`/v1/transactions/${id}`);
      if ((transaction as Record<string, unknown>).kind === kind)
        return transaction as Record<string, unknown>;
    }
  throw new Error(`no ${kind}`);
}

it('minutes deleted on the cards = redeemed = charged in the hand-over; value and rounding are exact, L1 holds', async () => {
  const before = await shop.accounts();
  const from = shop.node.engine.height + 1;
  const cards = [shop.card(1), shop.card(2)];
  const held = cards.reduce((sum, card) => sum + card.ownerView().payableMinutes, 0);
  const baskets = [
    { wheat_bread: 1, milk: 2 },
    { carrots: 735, butter: 1 },
    { roll: 3, cheese: 333 },
    { apples: 1_111 },
    { wheat_bread: 2, eggs: 5 },
  ];
  const goods = new Map<string, number>();
  for (const basket of baskets)
    for (const [good, amount] of Object.entries(basket)) {
      const type = shop.world.product(good);
      goods.set(type, (goods.get(type) ?? 0) + amount);
    }
  // What leaves each pool at the average before, by the ledger's rule: floor(amount · value / amount of the pool).
  const { book } = till.terminal.view;
  const subsystem = shop.world.members.farm.id;
  const value = [...goods].reduce((sum, [type, amount]) => {
    const pool = book.pool(subsystem, type);
    return sum + proRata(pool.value, BigInt(amount), pool.amount);
  }, 0n);

  let charged = 0;
  for (const [i, basket] of baskets.entries())
    charged += await sell(
      shop,
      till,
      cards[i % 2] as (typeof cards)[0],
      basket,
      shop.world.cards[i % 2]?.pin,
    );
  await flushed(till);

  const left = cards.reduce((sum, card) => sum + card.ownerView().payableMinutes, 0);
  expect(held - left).toBe(charged);
  expect(till.figures.reduce((sum, one) => sum + one.minutes, 0)).toBe(charged);
  const redeemed = await shop.event('redeemed', from);
  expect(redeemed).toMatchObject({ minutes: charged, skipped: [] });
  const handedOver = await shop.event('handed_over', from);
  expect(handedOver).toMatchObject({ charged, value: String(value), sales: baskets.length });
  expect(handedOver.lack).toBeUndefined();
  const after = await shop.accounts();
  const moved = (name: string) => (after.accounts[name] ?? 0n) - (before.accounts[name] ?? 0n);
  expect(moved('O')).toBe(-fromMinutes(charged));
  expect(moved('G')).toBe(-value);
  expect(moved('R')).toBe(fromMinutes(charged) - value);
  for (const name of ['Z', 'W', 'C', 'D', 'Q', 'P', 'B', 'U']) expect(moved(name)).toBe(0n);
  expect([before.sum, after.sum]).toEqual([0n, 0n]);
});

it('P1 what the ledger gets holds no times and no boundaries of sales: coupons by keyset and serial, goods by type, announced before', async () => {
  const from = shop.node.engine.height + 1;
  for (const basket of [{ wheat_bread: 1 }, { butter: 1, milk: 1 }, { roll: 4 }])
    await sell(shop, till, shop.card(1), basket);
  await flushed(till);

  const redeem = await sent('redeem');
  expect(Object.keys(redeem).sort()).toEqual(['announcement', 'chain', 'coupons', 'kind', 'outlet']);
  const coupons = redeem.coupons as Coupon[];
  const places = coupons.map(({ keyset, serial }) => `${keyset}/${serial}`);
  expect(places).toEqual([...places].sort());
  expect(new Set(coupons.flatMap((one) => Object.keys(one)))).toEqual(
    new Set(['keyset', 'exponent', 'serial', 'signature']),
  );
  expect(coupons.length).toBe(till.figures.reduce((sum, one) => sum + one.coupons, 0));
  const handOver = await sent('hand_over');
  expect(Object.keys(handOver).sort()).toEqual(
    ['chain', 'charged', 'goods', 'kind', 'nonce', 'outlet', 'sales'].sort(),
  );
  const types = (handOver.goods as { type: string }[]).map(({ type }) => type);
  expect(types).toEqual([...types].sort());
  expect(types).toHaveLength(4);
  const announced = await shop.event('announced', from);
  const redeemed = await shop.event('redeemed', from);
  expect(announced.announcement).toBe(redeem.announcement);
  expect(announced.height).toBeLessThan(redeemed.height);
});

it('P2 after the close neither the purchase nor its frozen basket is in any file of the till', async () => {
  const files = () => Buffer.concat(readdirSync(till.dir).map((name) => readFileSync(join(till.dir, name))));
  const minutes = await ask(shop, till, { wheat_bread: 1, butter: 1 });
  expect(minutes).toBeGreaterThan(0);
  const { lines } = till.view().checkout;
  const goods = Buffer.from(JSON.stringify(lines.map(({ type, amount }) => ({ type, amount }))));
  expect(files().includes(goods)).toBe(true);
  expect((await hold(till, shop.card(1))).phase).toBe('paid');
  // «Paid» is shown first, then what is left of the sale is erased.
  await till.terminal.sale.idle();
  const [record] = shop.card(1).ownerView().log;
  const id = record?.id ?? '';
  expect(record).toMatchObject({ minutes, state: 'paid' });
  for (const secret of [goods, Buffer.from(id), Buffer.from(hexBytes(id))])
    expect(files().includes(secret)).toBe(false);
});

it('T1 the goods of a sale that is not paid are in no crowd and in no hand-over', async () => {
  const from = shop.node.engine.height + 1;
  await sell(shop, till, shop.card(1), { wheat_bread: 1 });
  await ask(shop, till, { butter: 1 });
  expect(till.view().status.crowd.sales).toBe(1);
  await flushed(till);
  expect(await shop.event('handed_over', from)).toMatchObject({ sales: 1 });
  expect((await sent('hand_over')).goods).toEqual([{ type: shop.world.product('wheat_bread'), amount: 1 }]);
  expect(till.view().checkout.step.phase).toBe('hold_card');
});

it('a crowd leaves by itself when it has k sales, from a till that was set up on the running ledger', async () => {
  const other = await shop.till({ till: await shop.world.newTill(submitTo(shop.node.engine)), k: 3 });
  await ready(shop, other);
  const from = shop.node.engine.height + 1;
  for (let i = 0; i < 3; i++) await sell(shop, other, shop.card(1), { wheat_bread: 1 });
  expect(await shop.event('handed_over', from)).toMatchObject({ sales: 3 });
  await other.until('everything sent', ({ status }) => status.unsent === 0 && status.crowd.sales === 0);
  expect(other.view().status.crowd.small).toBe(0);
});

/**
 * The till is killed and started again, in every state a sale, a crowd or the outbox can be in. A kill is a copy of the folder
 * while the till is running: what the files say then is all that the next start gets.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createCard } from '../../firmware-sim/card.ts';
import { random } from '../../main/random.ts';
import { journalIn } from './helpers.ts';
import { ask, flushed, hold, ready, sell } from './selling.ts';
import type { Shop, TestTill, TillSetup } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2 }, (...opened) => {
  [shop, till] = opened;
});

const BREAD = { wheat_bread: 1 };
/** A purchase of three coupons is 1,379 bytes both ways: inside SPEND's answer, and after it inside ACK. */
const IN_SPEND = 700;
const BEFORE_ACK = 1_330;
let kills = 0;
/** Kills the till and starts another one on what was on its disk. */
async function killed(setup: TillSetup = {}): Promise<TestTill> {
  const dir = join(shop.world.dir, `killed-${kills++}`);
  cpSync(till.dir, dir, { recursive: true });
  await till.stop();
  return shop.till({ dir, ...setup });
}

/** Pulls the card after so many bytes, and leaves the till where that has brought it. */
async function pulledAfter(bytes: number): Promise<void> {
  till.reader.insert(shop.card(1));
  till.reader.pullAfterBytes(bytes);
  await till.until('a trouble', ({ checkout: { step } }) => 'trouble' in step && step.trouble !== undefined);
}

describe('T3 a sale under way', () => {
  it('prices frozen, no card yet: the restart asks for the card, with the same basket at the same price', async () => {
    const minutes = await ask(shop, till, { wheat_bread: 2, butter: 1 });
    const { lines, total } = till.view().checkout;
    const again = await killed();
    expect(again.view().checkout).toMatchObject({ lines, total, minutes, frozen: true });
    expect(again.view().checkout.step.phase).toBe('hold_card');
    expect((await hold(again, shop.card(1))).phase).toBe('paid');
    expect(shop.card(1).ownerView().log[0]).toMatchObject({ minutes, state: 'paid' });
  });

  it('a basket that costs nothing, cut off before it was booked, is a basket again: no card is asked for nothing', async () => {
    await till.stop();
    const { db, journal } = journalIn(till.dir);
    const type = shop.world.product('tea');
    const priced = JSON.stringify([[type, 2, '0', '1']]);
    const goods = [{ type, amount: 2 }];
    journal.begin({ purchaseId: '0'.repeat(32), minutes: 0, day: 1, goods, priced });
    db.close();
    const again = await shop.till();
    expect(again.view().checkout).toMatchObject({ step: { phase: 'basket' }, lines: [{ type, amount: 2 }] });
    again.reader.insert(shop.card(1));
    await again.terminal.sale.idle();
    expect(again.view().checkout.step.phase).toBe('basket');
    expect(shop.card(1).ownerView().log).toEqual([]);
  });

  it('SPEND went out and its answer never came: the same card pays the same purchase once', async () => {
    const minutes = await ask(shop, till, BREAD);
    await pulledAfter(IN_SPEND);
    expect(till.view().checkout.step).toEqual({ phase: 'hold_card', trouble: 'card_left', attempted: true });
    const [record] = shop.card(1).ownerView().log;
    expect(record?.state).toBe('pending');
    const again = await killed();
    expect((await hold(again, shop.card(1))).phase).toBe('paid');
    expect(shop.card(1).ownerView().log).toEqual([{ ...record, state: 'paid', minutes }]);
  });

  it('SPEND went out and its answer never came, and the clerk goes back: the next OPEN tells the card', async () => {
    await ask(shop, till, BREAD);
    await pulledAfter(IN_SPEND);
    const again = await killed();
    await again.done({ intent: 'cancel_payment' });
    expect(again.view().checkout.lines).toMatchObject([{ amount: 1 }]);
    await again.done({ intent: 'clear_basket' });
    await sell(shop, again, shop.card(1), { butter: 1 });
    expect(shop.card(1).ownerView()).toMatchObject({ pendingMinutes: 0, exposedMinutes: 14 });
  });

  it('SPEND went out and its answer never came, and another card is to pay: after «back» under a fresh id, and the first card gets its coupons back', async () => {
    await ask(shop, till, BREAD);
    await pulledAfter(IN_SPEND);
    await till.done({ intent: 'cancel_payment' });
    await till.done({ intent: 'pay' });
    expect(till.view().checkout.step).toEqual({ phase: 'hold_card' });
    expect((await hold(till, shop.card(2))).phase).toBe('paid');
    expect(shop.card(1).ownerView().pendingMinutes).toBe(14);
    await till.done({ intent: 'next_sale' });
    await ready(shop, till);
    await sell(shop, till, shop.card(1), { butter: 1 });
    expect(shop.card(1).ownerView()).toMatchObject({ pendingMinutes: 0, exposedMinutes: 14 });
    expect(shop.card(2).ownerView()).toMatchObject({ pendingMinutes: 0, exposedMinutes: 0 });
    expect(shop.card(2).ownerView().log[0]?.state).toBe('paid');
  });

  it('T2 the answer is on disk, ACK is missing: «hold again»; the same card finishes it', async () => {
    const from = shop.node.engine.height + 1;
    const minutes = await ask(shop, till, BREAD);
    await pulledAfter(BEFORE_ACK);
    expect(till.view().checkout.step).toEqual({ phase: 'hold_again', trouble: 'card_left' });
    const again = await killed();
    expect(again.view().checkout.step).toEqual({ phase: 'hold_again', trouble: 'card_left' });
    expect(await again.ask({ intent: 'cancel_payment' })).toEqual({
      ok: false,
      refusal: 'card_has_answered',
    });
    expect((await hold(again, shop.card(1))).phase).toBe('paid');
    await ready(shop, again);
    await flushed(again);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes, skipped: [] });
    expect(await shop.event('handed_over', from)).toMatchObject({ charged: minutes, sales: 1 });
  });

  it('T2 the answer is on disk and the person has gone: given up after the restart, aborted with the next crowd', async () => {
    const from = shop.node.engine.height + 1;
    await ask(shop, till, BREAD);
    await pulledAfter(BEFORE_ACK);
    const again = await killed();
    await again.done({ intent: 'give_up' });
    expect(again.view().checkout.lines).toMatchObject([{ amount: 1 }]);
    await again.done({ intent: 'clear_basket' });
    await ready(shop, again);
    const minutes = await sell(shop, again, shop.card(2), { butter: 1 });
    await flushed(again);
    expect((await shop.event('aborted', from)).serials).toHaveLength(3);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
  });

  it('T2 the answer is on disk, the till is killed while another card takes over: whatever is found, no basket is lost', async () => {
    await ask(shop, till, BREAD);
    await pulledAfter(BEFORE_ACK);
    // The second card is pulled inside its own SPEND: the first purchase is off, the second has begun.
    till.reader.insert(shop.card(2));
    till.reader.pullAfterBytes(IN_SPEND);
    await till.until(
      'the second card has left',
      ({ checkout: { step } }) => step.phase === 'hold_card' && step.trouble === 'card_left',
    );
    const again = await killed();
    expect(again.view().checkout).toMatchObject({ frozen: true, lines: [{ amount: 1 }] });
    expect((await hold(again, shop.card(2))).phase).toBe('paid');
    expect(shop.card(1).ownerView().pendingMinutes).toBe(14);
    await again.done({ intent: 'next_sale' });
    await ready(shop, again);
    await sell(shop, again, shop.card(1), { butter: 1 });
    expect(shop.card(1).ownerView()).toMatchObject({ pendingMinutes: 0, exposedMinutes: 14 });
  });
});

describe('T1 paid, and perhaps nobody has seen it', () => {
  /** Kills the till in the moment in which «paid» is on disk and goes to the screen. */
  async function killedAtPaid(goods: Record<string, number>): Promise<TestTill> {
    const dir = join(shop.world.dir, `killed-${kills++}`);
    await ask(shop, till, goods);
    till.terminal.api.watch(({ checkout }) => {
      if (checkout?.step.phase === 'paid') cpSync(till.dir, dir, { recursive: true });
    });
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
    await till.stop();
    return shop.till({ dir });
  }

  it('closed on disk and killed: the restart says «paid» for this basket, until the clerk goes on; nobody pays twice', async () => {
    const from = shop.node.engine.height + 1;
    const lines = [{ type: shop.world.product('wheat_bread'), amount: 1 }];
    const again = await killedAtPaid(BREAD);
    expect(again.view().checkout).toMatchObject({
      step: { phase: 'paid', minutes: 14 },
      lines,
      restarted: true,
    });
    // Still there after another kill: nobody may have looked yet.
    till = again;
    till = await killed();
    expect(till.view().checkout).toMatchObject({
      step: { phase: 'paid', minutes: 14 },
      lines,
      restarted: true,
    });
    await till.done({ intent: 'next_sale' });
    expect(till.view().checkout.restarted).toBeUndefined();
    const last = await killed();
    expect(last.view().checkout).toMatchObject({ step: { phase: 'basket' }, lines: [] });
    await ready(shop, last);
    await flushed(last);
    expect(await shop.event('handed_over', from)).toMatchObject({ charged: 14, sales: 1 });
  });

  it('what is left of it holds basket and minutes only: no id, no serial, no word of the card', async () => {
    const again = await killedAtPaid(BREAD);
    await again.stop();
    const db = new Database(join(again.dir, 'till.db'), { readonly: true });
    const row = db.prepare('select * from in_flight').get() as Record<string, unknown>;
    db.close();
    expect(row).toMatchObject({ purchase_id: '0'.repeat(32), answer: Buffer.alloc(0), minutes: 14 });
  });

  it('a sale under way that a restart has found is marked until somebody goes on with it', async () => {
    await ask(shop, till, BREAD);
    await pulledAfter(BEFORE_ACK);
    const again = await killed();
    expect(again.view().checkout).toMatchObject({ step: { phase: 'hold_again' }, restarted: true });
    expect((await hold(again, shop.card(1))).phase).toBe('paid');
    expect(again.view().checkout.restarted).toBeUndefined();
  });

  it('a basket that costs nothing and was not closed stands as before «pay»: no card is asked for it', async () => {
    const goods = [{ type: shop.world.product('wheat_bread'), amount: 1 }];
    await ask(shop, till, BREAD);
    const dir = join(shop.world.dir, `killed-${kills++}`);
    cpSync(till.dir, dir, { recursive: true });
    await till.stop();
    const db = new Database(join(dir, 'till.db'));
    const free = JSON.stringify(goods.map(({ type, amount }) => [type, amount, '0', '1']));
    db.prepare('update in_flight set minutes = 0, priced = ?').run(free);
    db.close();
    const again = await shop.till({ dir });
    expect(again.view().checkout).toMatchObject({ step: { phase: 'basket' }, lines: goods, restarted: true });
  });
});

describe('crowd and outbox', () => {
  it('T1 «paid» was shown: the sale is in the crowd after a restart, and leaves once', async () => {
    const from = shop.node.engine.height + 1;
    const minutes = await ask(shop, till, BREAD);
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
    await till.terminal.sale.idle();
    const again = await killed();
    expect(again.view().checkout).toMatchObject({ step: { phase: 'basket' }, lines: [] });
    expect(again.view().status.crowd.sales).toBe(1);
    await ready(shop, again);
    await flushed(again);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
  });

  it('a crowd half full goes on where it was, and a taken coupon is still known', async () => {
    const from = shop.node.engine.height + 1;
    const twin = shop.card(1).image();
    let charged = 0;
    for (let i = 0; i < 2; i++) charged += await sell(shop, till, shop.card(1), BREAD);
    const again = await killed({ k: 3 });
    await ready(shop, again);
    expect(again.view().status.crowd).toMatchObject({ sales: 2, k: 3 });
    await ask(shop, again, BREAD);
    expect(await hold(again, createCard(twin, { random }))).toMatchObject({ trouble: 'coupon_seen' });
    await again.done({ intent: 'cancel_payment' });
    await again.done({ intent: 'clear_basket' });
    charged += await sell(shop, again, shop.card(2), BREAD);
    expect(await shop.event('handed_over', from)).toMatchObject({ sales: 3, charged });
  });

  it("T4 what waits in the outlet's outbox is sent after the restart, once", async () => {
    const from = shop.node.engine.height + 1;
    await shop.stopNode();
    await till.until('the ledger is away', ({ status }) => !status.ledger.connected);
    const minutes = await sell(shop, till, shop.card(1), BREAD);
    await till.done({ intent: 'close_crowd_now' });
    expect((await till.until('three unsent', ({ status }) => status.unsent > 0)).status.unsent).toBe(3);
    const again = await killed();
    expect(again.view().status).toMatchObject({ unsent: 3, crowd: { sales: 0, small: 1 } });
    await shop.startNode();
    await again.until('all sent', ({ status }) => status.unsent === 0);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
    expect(await shop.event('handed_over', from)).toMatchObject({ charged: minutes });
    for (const kind of ['announced', 'redeemed', 'handed_over'])
      expect(shop.events(from).filter((event) => event.kind === kind)).toHaveLength(1);
  });

  it("T4 killed between the ledger's answer and its note of it: sent again, «exists», booked once, nothing stays unsent", async () => {
    const from = shop.node.engine.height + 1;
    await sell(shop, till, shop.card(1), BREAD);
    await till.done({ intent: 'close_crowd_now' });
    const dir = join(shop.world.dir, `killed-${kills++}`);
    cpSync(till.dir, dir, { recursive: true });
    await flushed(till);
    await till.stop();
    const again = await shop.till({ dir });
    await ready(shop, again);
    await flushed(again);
    for (const kind of ['announced', 'redeemed', 'handed_over'])
      expect(shop.events(from).filter((event) => event.kind === kind)).toHaveLength(1);
    const bread = again.view().stock.products.find(({ type }) => type === shop.world.product('wheat_bread'));
    expect(bread?.inStock).toBe(
      Number(again.terminal.view.book.held(shop.world.members.outlet.id, bread?.type ?? '')),
    );
  });
});

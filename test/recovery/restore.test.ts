/**
 * A lost card's minutes on a new one, by the words: nobody loses, nobody gains, and what two live cards of one seed can do is
 * bounded. Ledger over HTTP, its office, tills and simulated cards; the ledger's clock is put forward by 37 days.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { random } from '../../main/random.ts';
import type { ServicesView } from '../../src/till-api.ts';
import { ask, flushed, hold, ready, sell } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from '../terminal/shop.ts';
import {
  act,
  aheadClock,
  DAY,
  freeSerials,
  leave,
  newCard,
  offlineTill,
  online,
  PIN,
  SLOW,
  visit,
  wordsOnPaper,
} from './people.ts';

vi.setConfig({ testTimeout: 180_000 });

let template: Template;
let shop: Shop;
let till: TestTill;
let clock: ReturnType<typeof aheadClock>;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2, packs: 2, tills: 2 });
});
beforeEach(async () => {
  clock = aheadClock();
  shop = await openShop(template, { ledgerClock: clock });
  shop.startOffice();
  till = await shop.till();
  await ready(shop, till);
});
afterEach(() => shop.close());
afterAll(() => template.remove());

/** A new card with the words of the lost one, and what was found for it. */
async function restored(lost: SimulatedCard): Promise<{ card: SimulatedCard; view: ServicesView }> {
  const card = newCard(lost);
  expect((await visit(till, card)).account).toMatchObject({ fresh: true, onCard: 0 });
  const put = await act(till, { intent: 'services_restore', words: wordsOnPaper(lost) }, 'restore');
  expect(put.lastAct).toEqual({ act: 'restore', outcome: 'done' });
  const view = await act(till, { intent: 'services_find_lost' }, 'find_lost');
  await leave(till);
  return { card, view };
}

/** Any block tells the office what time it is: a sale of the other card is one. */
async function blockNow(): Promise<void> {
  await sell(shop, till, shop.card(2), { salt: 1 }, '2345');
  await flushed(till);
}

/** Minutes that outlets have been given for coupons, and why some were not. */
function redeemed(): { minutes: number; skipped: readonly string[] } {
  const events = shop.events().flatMap((event) => (event.kind === 'redeemed' ? [event] : []));
  return {
    minutes: events.reduce((sum, { minutes }) => sum + Number(minutes), 0),
    skipped: events.flatMap(({ skipped }) => skipped.map(({ refusal }) => refusal)),
  };
}

/** One tap at a till for goods; whether it was paid, and for how much. */
async function tap(at: TestTill, card: SimulatedCard, goods: Record<string, number>) {
  const minutes = await ask(shop, at, goods);
  const step = await hold(at, card, PIN);
  if (step.phase === 'paid') await at.done({ intent: 'next_sale' });
  else {
    await at.done({ intent: 'cancel_payment' });
    await at.done({ intent: 'clear_basket' });
  }
  return { minutes, step };
}

describe('a lost card', () => {
  it('comes back on a new one after 37 days; the old one is dead at once, and is told so when it is found', async () => {
    const lost = shop.card(1);
    const paid = await sell(shop, till, lost, { wheat_bread: 3 }, PIN);
    await flushed(till);
    const { card, view } = await restored(lost);
    const minutes = 600 - paid;
    const now = clock.now();
    expect(view.lastAct).toMatchObject({ act: 'find_lost', outcome: 'done', minutes });
    expect(Math.abs((view.lastAct?.until ?? 0) - now - SLOW)).toBeLessThan(60);
    expect(view.account?.returning).toEqual({ minutes, until: view.lastAct?.until });

    // No till takes the lost card's coupons any more.
    await ready(shop, till);
    const { step } = await tap(till, lost, { salt: 1 });
    expect(step).toMatchObject({ phase: 'hold_card', trouble: 'coupon_seen' });

    // Too early: nothing has come, and the card says until when.
    clock.forward(SLOW - DAY);
    await blockNow();
    const early = await visit(till, card);
    expect(early.account).toMatchObject({ onCard: 0, returning: { minutes, until: view.lastAct?.until } });
    await leave(till);

    clock.forward(DAY + 60);
    await blockNow();
    await shop.event('issued', shop.node.engine.height - 2);
    await ready(shop, till);
    const back = await visit(till, card);
    expect(back.lastAct).toMatchObject({ act: 'find_lost', outcome: 'done', minutes });
    expect(back.account).toMatchObject({ onCard: minutes, returning: null });
    await leave(till);
    await sell(shop, till, card, { wheat_bread: 1 }, PIN);

    // Found behind the sofa.
    const found = await visit(till, lost);
    expect(found.account).toMatchObject({ onCard: minutes - 3, pending: 3 });
    const told = await act(till, { intent: 'services_refresh', all: true, undoPending: true }, 'refresh');
    expect(told.lastAct).toMatchObject({ act: 'refresh', dead: minutes });
    expect(told.account).toMatchObject({ onCard: 0, exposed: 0, dead: minutes });
    const forgotten = await act(till, { intent: 'services_dead', pin: PIN, what: 'forget' }, 'dead');
    expect(forgotten.account).toMatchObject({ dead: 0, freeSlots: 192 });
    await leave(till);

    await flushed(till);
    expect(redeemed().skipped).toEqual([]);
    expect((await shop.accounts()).sum).toBe(0n);
  });

  it('is refused where it should be: wrong words, an unknown word, a card that has loaded, nothing to find', async () => {
    const lost = shop.card(1);
    const words = wordsOnPaper(lost);
    const card = newCard(lost);
    await visit(till, card);
    const other = [...words.slice(0, 5), 'zebra', ...words.slice(6)];
    const wrong = await act(till, { intent: 'services_restore', words: other }, 'restore');
    expect(['wrong_words', 'done']).toContain(wrong.lastAct?.outcome);
    const typo = [...words.slice(0, 7), 'minuten', ...words.slice(8)];
    const unknown = await act(till, { intent: 'services_restore', words: typo }, 'restore');
    expect(unknown.lastAct).toEqual({ act: 'restore', outcome: 'unknown_word', word: 8 });
    const nothing = await act(till, { intent: 'services_find_lost' }, 'find_lost');
    expect(nothing.lastAct).toEqual({ act: 'find_lost', outcome: 'nothing_to_refresh' });
    await leave(till);
    await visit(till, lost);
    expect(await till.ask({ intent: 'services_restore', words })).toEqual({
      ok: false,
      refusal: 'card_not_new',
    });
    // No push ever carried a word.
    expect(JSON.stringify(till.pushed)).not.toContain(words.slice(0, 3).join('","'));
  });
});

describe('double spending', () => {
  it('paying, then refreshing with the words: the redemption wins, the rest comes back and does not wait anew', async () => {
    const lost = shop.card(1);
    const away = await offlineTill(shop, { number: 1 });
    const { minutes: paid, step } = await tap(away, lost, { wheat_bread: 4 });
    expect(step.phase).toBe('paid');
    const { card, view } = await restored(lost);
    // The words take everything they find, what was paid too: nobody has told the ledger yet.
    expect(view.lastAct).toMatchObject({ minutes: 600 });
    const until = view.lastAct?.until ?? 0;

    clock.forward(10 * DAY);
    const back = await online(shop, away, { number: 1 });
    await flushed(back);
    expect(redeemed()).toEqual({ minutes: paid, skipped: [] });
    await shop.event('refresh_void');
    await blockNow();
    await ready(shop, till);
    const again = await visit(till, card);
    expect(again.account?.returning).toEqual({ minutes: 600 - paid, until });
    await leave(till);

    clock.forward(SLOW - 10 * DAY + 60);
    await blockNow();
    await shop.event('issued', shop.node.engine.height - 2);
    await ready(shop, till);
    const fetched = await visit(till, card);
    expect(fetched.account).toMatchObject({ onCard: 600 - paid, returning: null });
    const { sum } = await shop.accounts();
    expect(sum).toBe(0n);
  });

  it('a till that was away for longer than it may: its loss is what it took from that card, and not a minute more', async () => {
    const lost = shop.card(1);
    const away = await offlineTill(shop, { number: 1 });
    const taken: number[] = [];
    for (const bread of [4, 3, 2]) {
      const { minutes, step } = await tap(away, lost, { wheat_bread: bread });
      expect(step.phase).toBe('paid');
      taken.push(minutes);
    }
    // Above the offline ceiling it sells to no card, PIN or not.
    await away.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 5 });
    expect(await away.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'above_offline_ceiling' });
    const ceiling = shop.world.config.offlineCeilingMinutes;
    expect(Math.max(...taken)).toBeLessThanOrEqual(ceiling);

    const before = (await shop.accounts()).accounts;
    const { card } = await restored(lost);
    clock.forward(SLOW + 60);
    await blockNow();
    await shop.event('issued', shop.node.engine.height - 2);
    await ready(shop, till);
    expect((await visit(till, card)).account).toMatchObject({ onCard: 600 });
    await leave(till);
    const sold = await sell(shop, till, card, { wheat_bread: 2 }, PIN);
    await flushed(till);

    const good = redeemed().minutes;
    const back = await online(shop, away, { number: 1 });
    await flushed(back);
    const { minutes, skipped } = redeemed();
    const loss = taken.reduce((sum, one) => sum + one, 0);
    expect(minutes).toBe(good);
    expect(new Set(skipped)).toEqual(new Set(['coupon_refreshed']));
    expect(loss).toBe(126);
    expect(loss).toBeLessThanOrEqual(taken.length * ceiling);
    expect(loss).toBeLessThanOrEqual(600);
    // What was loaded is what was redeemed and what is still held: the ledger has made no minute.
    const { sum, accounts } = await shop.accounts();
    expect(sum).toBe(0n);
    expect(((before.O ?? 0n) - (accounts.O ?? 0n)) / 1_000_000n).toBe(BigInt(sold + 3));
    expect(card.ownerView().payableMinutes).toBe(600 - sold);
  });

  it('an old memory image beside the card, at two offline tills: one redemption wins, the loss is the other', async () => {
    const card = shop.card(1);
    const twin = createCard(card.image(), { random });
    await till.stop();
    const first = await offlineTill(shop, { number: 0 });
    const second = await offlineTill(shop, { number: 1 });
    const one = await tap(first, card, { wheat_bread: 4, salt: 1 });
    const two = await tap(second, twin, { wheat_bread: 4 });
    expect([one.step.phase, two.step.phase]).toEqual(['paid', 'paid']);
    // The same three coupons of 56 minutes, both times; neither till can know.
    const left = new Set(freeSerials(card));
    expect(freeSerials(twin).filter((serial) => !left.has(serial)).length).toBe(2);

    const landed = await online(shop, first, { number: 0 });
    await flushed(landed);
    const good = redeemed().minutes;
    const late = await online(shop, second, { number: 1 });
    await flushed(late);
    const { minutes, skipped } = redeemed();
    expect(minutes).toBe(good);
    // 56 minutes are 32 + 16 + 8: three coupons, each refused once, so the loss is exactly the second purchase.
    expect(skipped).toEqual(['coupon_spent', 'coupon_spent', 'coupon_spent']);
    expect(minutes).toBe(one.minutes);
    expect(two.minutes).toBe(56);
    expect(two.minutes).toBeLessThanOrEqual(shop.world.config.offlineCeilingMinutes);
    // The twin is told at services: it cannot take the same minutes a second time.
    const told = await visit(late, twin);
    expect(told.account).toMatchObject({ onCard: 600 - two.minutes });
    expect((await shop.accounts()).sum).toBe(0n);
  });
});

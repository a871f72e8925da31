/**
 * Paying, and then refreshing with the words; the old card and the new one at two tills without network; an old memory image beside
 * the card. None of it makes a minute: what a till loses is bounded by its taps and their ceiling, and named.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createCard } from '../../firmware-sim/card.ts';
import { random } from '../../main/random.ts';
import { type LostCardShop, lostCardShop } from '../recovery/lost-card-shop.ts';
import {
  DAY,
  freeSerials,
  leave,
  lostCards,
  offlineTill,
  online,
  PIN,
  SLOW,
  visit,
} from '../recovery/people.ts';
import { flushed, ready, sell } from '../terminal/selling.ts';

vi.setConfig({ testTimeout: 180_000 });

const opened = lostCardShop();
let shop: LostCardShop['shop'];
let till: LostCardShop['till'];
let clock: LostCardShop['clock'];
beforeEach(() => {
  ({ shop, till, clock } = opened());
});

const { restored, issued, blockNow, redeemed, tap } = lostCards(opened);

describe('double spending with a lost card', () => {
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

    await issued(SLOW - 10 * DAY + 60);
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
    await issued(SLOW + 60);
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

  it("the old card and the one restored from its words, at two offline tills: the new one counts, the old one's purchase is refused by name", async () => {
    const lost = shop.card(1);
    const away = await offlineTill(shop, { number: 1 });
    const first = await tap(away, lost, { wheat_bread: 4 });
    const { card } = await restored(lost);
    // The lost card's till stays away for longer than it may; meanwhile its hours are on the new card.
    await issued(SLOW + 60);
    expect((await visit(till, card)).account).toMatchObject({ onCard: 600 });
    await leave(till);
    await till.stop();
    const other = await offlineTill(shop, { number: 0 });
    const second = await tap(other, card, { wheat_bread: 4 });
    expect([first.step.phase, second.step.phase]).toEqual(['paid', 'paid']);

    const before = redeemed().minutes;
    till = await online(shop, other, { number: 0 });
    await flushed(till);
    const late = await online(shop, away, { number: 1 });
    await flushed(late);
    const { minutes, skipped } = redeemed();
    expect(minutes - before).toBe(second.minutes);
    expect(new Set(skipped)).toEqual(new Set(['coupon_refreshed']));
    expect(first.minutes).toBe(56);
    expect(first.minutes).toBeLessThanOrEqual(shop.world.config.offlineCeilingMinutes);
    expect(card.ownerView().payableMinutes).toBe(600 - second.minutes);
    expect((await shop.accounts()).sum).toBe(0n);
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

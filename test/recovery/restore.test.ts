/**
 * A lost card's minutes on a new one, by the words: nobody loses, nobody gains, and what two live cards of one seed can do is
 * bounded. Ledger over HTTP, its office, tills and simulated cards; the ledger's clock is put forward by 37 days.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { flushed, ready, sell } from '../terminal/selling.ts';
import { type LostCardShop, lostCardShop } from './lost-card-shop.ts';
import { act, DAY, leave, lostCards, newCard, PIN, SLOW, visit, wordsOnPaper } from './people.ts';

vi.setConfig({ testTimeout: 180_000 });

const opened = lostCardShop();
let shop: LostCardShop['shop'];
let till: LostCardShop['till'];
let clock: LostCardShop['clock'];
beforeEach(() => {
  ({ shop, till, clock } = opened());
});

const { restored, issued, blockNow, redeemed, tap } = lostCards(opened);

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

    await issued(DAY + 60);
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

/** Fast refresh at card services, end to end: change, exposed coupons, purchases that were never finished, a desk that is pulled at any byte. */
import { describe, expect, it, vi } from 'vitest';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { random } from '../../main/random.ts';
import { ask, flushed, hold, ready, sell } from '../terminal/selling.ts';
import type { Shop, TestTill } from '../terminal/shop.ts';
import { shopForEach } from '../terminal/shop-for-each.ts';
import { act, freeSerials, leave, PIN, services, visit } from './people.ts';

vi.setConfig({ testTimeout: 120_000 });

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2, packs: 2 }, (...opened) => {
  [shop, till] = opened;
});

const kinds = (from: number) => shop.events(from).map(({ kind }) => kind);

/** Spends some, and begins a refresh that the ledger takes and no office answers; gives what was spent. */
async function refreshesUnanswered(card: SimulatedCard): Promise<number> {
  const paid = await sell(shop, till, card, { wheat_bread: 12 }, PIN);
  await till.done({ intent: 'services_open' });
  till.reader.insert(card);
  await services(till, 'the PIN', ({ step }) => step.phase === 'pin');
  await till.done({ intent: 'services_pin', pin: PIN });
  await shop.event('refreshed');
  return paid;
}

describe('a visit', () => {
  it('makes whole packs of what the card holds; what stays has shown no serial; nobody gains or loses', async () => {
    shop.startOffice();
    const card = shop.card(1);
    const paid = await sell(shop, till, card, { wheat_bread: 12 }, PIN);
    const before = new Set(freeSerials(card));
    const from = shop.node.engine.height + 1;
    const o = (await shop.accounts()).accounts.O;
    const view = await visit(till, card);
    expect(view.lastAct).toEqual({ act: 'refresh', outcome: 'done', minutes: 300 });
    expect(view.account).toMatchObject({ onCard: 600 - paid, refreshing: 0, exposed: 0, dead: 0 });
    expect(kinds(from)).toEqual(expect.arrayContaining(['refresh', 'refreshed', 'issued']));
    const gone = shop.events(from).flatMap((event) => (event.kind === 'refreshed' ? event.serials : []));
    expect(gone.every((serial) => before.has(serial))).toBe(true);
    const after = freeSerials(card);
    expect(after.filter((serial) => before.has(serial)).length).toBe(before.size - gone.length);
    const { sum, accounts } = await shop.accounts();
    expect([sum, accounts.O]).toEqual([0n, o]);
    await leave(till);
    await sell(shop, till, card, { wheat_bread: 5 }, PIN);
  });

  it('coupons of a purchase that was given up come back to life; meanwhile no till sees them', async () => {
    shop.startOffice();
    const card = shop.card(1);
    const minutes = await ask(shop, till, { wheat_bread: 2 });
    till.reader.pullAfterBytes(1_340);
    till.reader.insert(card);
    await till.until('torn', ({ checkout }) => 'trouble' in checkout.step);
    if (till.view().checkout.step.phase === 'hold_again') await till.done({ intent: 'give_up' });
    else await till.done({ intent: 'cancel_payment' });
    expect(card.ownerView().pendingMinutes).toBe(minutes);
    await till.done({ intent: 'clear_basket' });
    // The next tap at this till tells the card, if the till has given it up.
    await ask(shop, till, { salt: 1 });
    await hold(till, card, PIN);
    await till.done({ intent: 'next_sale' });
    const { pendingMinutes, exposedMinutes } = card.ownerView();
    expect(pendingMinutes + exposedMinutes).toBe(minutes);
    let view = await visit(till, card);
    if (view.account?.pending !== 0)
      view = await act(till, { intent: 'services_refresh', undoPending: true }, 'refresh');
    expect(view.lastAct).toMatchObject({ act: 'refresh', outcome: 'done' });
    expect(view.account).toMatchObject({ onCard: 600 - 3, exposed: 0, pending: 0, refreshing: 0 });
    expect((await shop.accounts()).sum).toBe(0n);
  });

  it("SPEND's answer was lost and another card paid under the same id: services clear it up when the holder says so", async () => {
    shop.startOffice();
    const [first, second] = [shop.card(1), shop.card(2)];
    await ask(shop, till, { wheat_bread: 1 });
    // Pulled while the card answers SPEND: the card has the record, the till has no answer.
    till.reader.pullAfterBytes(1_100);
    till.reader.insert(first);
    await till.until('torn', ({ checkout }) => 'trouble' in checkout.step);
    const pending = first.ownerView().pendingMinutes;
    expect(pending).toBeGreaterThan(0);
    const step = await hold(till, second, '2345');
    expect(step.phase).toBe('paid');
    await till.done({ intent: 'next_sale' });
    const view = await visit(till, first);
    expect(view.account).toMatchObject({ pending, onCard: 600 - pending });
    const cleared = await act(till, { intent: 'services_refresh', undoPending: true }, 'refresh');
    expect(cleared.account).toMatchObject({ pending: 0, exposed: 0, onCard: 600 });
    expect(first.ownerView().log[0]?.state).toBe('undone');
    await leave(till);
    await sell(shop, till, first, { wheat_bread: 1 }, PIN);
    expect(await till.terminal.flush(20_000)).toBe(true);
    const refused = shop.events().flatMap((event) => (event.kind === 'redeemed' ? event.skipped : []));
    expect(refused).toEqual([]);
  });

  it('the office is silent: nothing is lost, the next visit stores it', async () => {
    const card = shop.card(1);
    const paid = await refreshesUnanswered(card);
    till.reader.pull();
    await services(till, 'gone', ({ step }) => step.phase === 'card_gone' || step.phase === 'working');
    await till.stop();
    expect(card.ownerView().refreshingMinutes.own).toBe(300);
    shop.startOffice();
    await shop.event('issued', shop.node.engine.height);
    till = await shop.till();
    await ready(shop, till);
    const view = await visit(till, card);
    expect(view.lastAct).toMatchObject({ act: 'refresh', outcome: 'done', minutes: 300 });
    expect(view.account).toMatchObject({ onCard: 600 - paid, refreshing: 0 });
    expect(shop.events().filter(({ kind }) => kind === 'refresh')).toHaveLength(1);
  });

  it('the ledger had taken it, and the answer to that question is lost: nothing is called dead, the next visit stores it', async () => {
    const card = shop.card(1);
    const paid = await refreshesUnanswered(card);
    await till.stop();
    shop.startOffice();
    await shop.event('issued', shop.node.engine.height);
    // A proxy on the way knows what it is asked for as little as the till does.
    let asked = 0;
    till = await shop.till({
      fetch: (url, init) => {
        if (!url.includes('/v1/loads/')) return fetch(url, init);
        asked++;
        return Promise.resolve(new Response('<h1>404</h1>', { status: 404 }));
      },
    });
    await ready(shop, till);
    const lost = await visit(till, card);
    expect(asked).toBeGreaterThan(0);
    expect(lost.lastAct).toEqual({ act: 'refresh', outcome: 'ledger_unreachable' });
    expect(lost.account).toMatchObject({ refreshing: 300, dead: 0 });
    await till.stop();
    till = await shop.till();
    await ready(shop, till);
    const view = await visit(till, card);
    expect(view.lastAct).toEqual({ act: 'refresh', outcome: 'done', minutes: 300 });
    expect(view.account).toMatchObject({ onCard: 600 - paid, refreshing: 0, dead: 0 });
  });

  it('some coupons are gone: they are called dead, and the others are refreshed once', async () => {
    shop.startOffice();
    const card = shop.card(1);
    const copy = createCard(card.image(), { random });
    const before = freeSerials(card).length;
    const paid = await sell(shop, till, copy, { wheat_bread: 2 }, PIN);
    const spent = before - freeSerials(copy).length;
    await till.done({ intent: 'close_crowd_now' });
    await flushed(till);
    await visit(till, card);
    const from = shop.node.engine.height + 1;
    const view = await act(till, { intent: 'services_refresh', all: true }, 'refresh');
    expect(view.lastAct).toEqual({ act: 'refresh', outcome: 'done', minutes: 600 - paid, dead: paid });
    expect(view.account).toMatchObject({ onCard: 600 - paid, dead: paid, refreshing: 0 });
    const gone = shop.events(from).flatMap((event) => (event.kind === 'refreshed' ? event.serials : []));
    expect(new Set(gone).size).toBe(gone.length);
    expect(gone).toHaveLength(before - spent);
  });

  it.each([0, 3_000, 9_000, 16_000, 22_000, 30_000, 36_000, 40_000])(
    'the card is pulled %i bytes into its refresh: the next visit finishes it, once',
    async (bytes) => {
      shop.startOffice();
      const card = shop.card(1);
      const paid = await sell(shop, till, card, { wheat_bread: 12 }, PIN);
      await till.done({ intent: 'services_open' });
      till.reader.insert(card);
      await services(till, 'the PIN', ({ step }) => step.phase === 'pin');
      till.reader.pullAfterBytes(400 + bytes);
      await till.done({ intent: 'services_pin', pin: PIN });
      await services(till, 'an end', ({ step }) => step.phase === 'card_gone' || step.phase === 'open');
      const { payableMinutes, refreshingMinutes } = card.ownerView();
      expect(payableMinutes + refreshingMinutes.own).toBe(
        600 - paid + (refreshingMinutes.own > 0 ? storedOf(card) : 0),
      );
      await leave(till);
      const view = await visit(till, card);
      expect(view.account).toMatchObject({ onCard: 600 - paid, refreshing: 0, exposed: 0 });
      expect((await shop.accounts()).sum).toBe(0n);
      expect(shop.events().filter(({ kind }) => kind === 'refreshed')).toHaveLength(1);
    },
  );
});

/** Minutes of new coupons that lie beside the old ones they replace. */
function storedOf(card: { ownerView(): { payableMinutes: number } }): number {
  return Math.max(0, card.ownerView().payableMinutes - (600 - 300 - 168));
}

/** A machine whose clock is wrong: set forward and back again, or lost. Nothing is held back for years, no price stays young for ever, and no tap is stamped before the ledger's day. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import { ask, hold, ready, sell } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template, testClock } from '../terminal/shop.ts';

const YEARS = 10 * 365 * DAY_SECONDS;
const BREAD = { wheat_bread: 1 };
let template: Template;
let shop: Shop;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2 });
});
beforeEach(async () => {
  shop = await openShop(template);
});
afterEach(() => shop.close());
afterAll(() => template.remove());

describe('set forward for years, and back again', () => {
  it('T4 the crowd that was opened then waits no longer than any other', async () => {
    const from = shop.node.engine.height + 1;
    const clock = testClock();
    clock.forward(YEARS);
    const till = await shop.till({ clock, config: { crowd: { k: 100, holdMax: 1_000, delayMax: 0 } } });
    await ready(shop, till);
    const minutes = await sell(shop, till, shop.card(1), BREAD);
    clock.forward(-YEARS);
    await till.until('seen again', ({ status }) => status.crowd.openedSecondsAgo === 0);
    // It is looked at every second: from then on it waits its time.
    await new Promise<void>((resolve) => clock.after(1_100, resolve));
    clock.forward(1_001);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
  });

  it('T4 what was stored for the ledger then leaves within the longest delay', async () => {
    const from = shop.node.engine.height + 1;
    const clock = testClock();
    clock.forward(YEARS);
    const till = await shop.till({ clock, config: { crowd: { k: 100, holdMax: 100_000, delayMax: 60 } } });
    await ready(shop, till);
    const minutes = await sell(shop, till, shop.card(1), BREAD);
    await till.done({ intent: 'close_crowd_now' });
    clock.forward(-YEARS);
    await new Promise<void>((resolve) => clock.after(1_100, resolve));
    clock.forward(61);
    const flushing = till.terminal.flush(20_000);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
    expect(await flushing).toBe(true);
  });

  it('prices that were heard then grow old from now on, also after a restart', async () => {
    const clock = testClock();
    const config = { offlineMax: 1_000 };
    clock.forward(YEARS);
    const first = await shop.till({ clock, config });
    await ready(shop, first);
    await shop.stopNode();
    await first.until('away', ({ status }) => !status.ledger.connected);
    await first.stop();
    clock.forward(-YEARS);
    const behind = await shop.till({ clock, config });
    await ask(shop, behind, BREAD);
    await behind.done({ intent: 'cancel_payment' });
    clock.forward(1_001);
    await behind.until('too old', ({ status }) => status.ledger.tooOld);
    expect(await behind.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'prices_too_old' });
  });
});

describe('the clock is lost', () => {
  it("a tap in 1970 is stamped with the ledger's day; the sale leaves as any other", async () => {
    const from = shop.node.engine.height + 1;
    const clock = testClock();
    const till = await shop.till({ clock });
    await ready(shop, till);
    const ledgerDay = Math.floor(till.terminal.view.time / DAY_SECONDS);
    clock.forward(-clock.seconds());
    const minutes = await ask(shop, till, BREAD);
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
    expect(shop.card(1).ownerView().log[0]).toMatchObject({ day: ledgerDay, minutes });
    expect(await till.terminal.flush(20_000)).toBe(true);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes });
  });

  it('a price that nobody has heard of for too long is too old, also when the clock jumps', async () => {
    const clock = testClock();
    const till = await shop.till({ clock, config: { offlineMax: 1_000 } });
    await ready(shop, till);
    await shop.stopNode();
    await till.until('away', ({ status }) => !status.ledger.connected);
    clock.forward(YEARS);
    await till.done({ intent: 'add', type: shop.world.product('butter'), amount: 1 });
    expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'prices_too_old' });
    clock.forward(-YEARS);
    await till.done({ intent: 'pay' });
  });
});

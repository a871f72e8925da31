/** An old memory image, or a second live card of one seed, at two tills that have not heard the ledger: bounded, found, and named. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCard } from '../../firmware-sim/card.ts';
import { random } from '../../main/random.ts';
import { ask, flushed, hold, ready, sell } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Template } from '../terminal/shop.ts';

vi.setConfig({ testTimeout: 180_000 });

let template: Template;
beforeAll(async () => {
  template = await makeTemplate({ cards: 1, packs: 1, tills: 2 });
});
afterAll(() => template.remove());

test("the same coupons at two tills offline: both sell, one redemption counts, the other's coupons are named spent", async () => {
  const shop = await openShop(template);
  try {
    const [first, second] = [await shop.till({ number: 0 }), await shop.till({ number: 1 })];
    await ready(shop, first);
    await ready(shop, second);
    const from = shop.node.engine.height + 1;
    const card = shop.card(1);
    const image = card.image();
    const old = createCard(image, { random });
    await shop.stopNode();
    const paid = await sell(shop, first, card, { wheat_bread: 2 });
    expect(await sell(shop, second, old, { wheat_bread: 2 })).toBe(paid);
    const honest = await sell(shop, second, card, { milk: 1 });
    // The till that took them first takes none of them again, from neither card.
    await ask(shop, first, { wheat_bread: 2 });
    expect(await hold(first, createCard(image, { random }))).toEqual({
      phase: 'hold_card',
      trouble: 'coupon_seen',
    });
    await first.done({ intent: 'cancel_payment' });
    await shop.startNode();
    await ready(shop, first);
    await ready(shop, second);
    await flushed(first);
    await flushed(second);
    const redeemed = shop.events(from).flatMap((event) => (event.kind === 'redeemed' ? [event] : []));
    expect(redeemed.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(paid + honest);
    const skipped = redeemed.flatMap((one) => one.skipped);
    expect(skipped.length).toBeGreaterThan(0);
    expect(new Set(skipped.map(({ refusal }) => refusal))).toEqual(new Set(['coupon_spent']));
    expect((await shop.accounts()).sum).toBe(0n);
  } finally {
    await shop.close();
  }
});

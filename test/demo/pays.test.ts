/** What tests and the headless sale get from a world: cards that pay, more tills, and work elsewhere that moves a price. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submitOver } from '../../demo/scribe.ts';
import { ready, sell } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template } from '../terminal/shop.ts';

let template: Template;
let shop: Shop;
beforeAll(async () => {
  template = await makeTemplate({ cards: 3, packs: 1 });
  shop = await openShop(template);
});
afterAll(async () => {
  await shop.close();
  template.remove();
});

describe('a world', () => {
  test('its three cards pay at its till, with and without PIN', async () => {
    const till = await shop.till();
    await ready(shop, till);
    for (const { number } of shop.world.cards)
      await sell(shop, till, shop.card(number), { wheat_bread: 1, roll: 4 });
    const minutes = await sell(shop, till, shop.card(1), { apple_cake: 2 }, '1234');
    expect(minutes).toBeGreaterThan(60);
    expect(shop.card(1).ownerView().payableMinutes).toBeLessThan(200);
    expect(await till.terminal.flush(20_000)).toBe(true);
    expect((await shop.accounts()).sum).toBe(0n);
    await till.stop();
  });

  test('work delivered to the other outlet moves the price on an open till, through the stream alone', async () => {
    const till = await shop.till();
    await ready(shop, till);
    const type = shop.world.product('milk');
    const price = () => till.view().stock.products.find((one) => one.type === type)?.price;
    const before = price();
    await shop.world.deliver(submitOver(shop.node.url), {
      maker: 'dairy',
      outlet: 'station',
      good: 'milk',
      amount: 40,
      minutes: 600,
    });
    await till.until('another price', () => price() !== before);
    expect(Number(price())).toBeGreaterThan(Number(before));
    expect((await shop.accounts()).sum).toBe(0n);
    await till.stop();
  });

  test('a till made later is delegated and sells at the second outlet', async () => {
    const made = await shop.world.newTill(submitOver(shop.node.url), 'station');
    const till = await shop.till({ till: made });
    await ready(shop, till);
    const minutes = await sell(shop, till, shop.card(2), { wheat_bread: 1 });
    expect(minutes).toBeGreaterThanOrEqual(14);
    expect(await till.terminal.flush(20_000)).toBe(true);
    expect((await shop.accounts()).sum).toBe(0n);
    await till.stop();
  });
});

/** Prices move on an open checkout because of the ledger's stream and nothing else, stand still from «pay» on, and survive every break. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { submitTo } from '../../demo/scribe.ts';
import { PriceBook } from '../../src/sale/price-book.ts';
import { type Between, standBetween } from './between.ts';
import { ask, flushed, hold, ready, sell } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2 }, (...opened) => {
  [shop, till] = opened;
});

/** The book folded anew from everything the ledger has told since genesis. */
function rebuilt(): PriceBook {
  const book = new PriceBook();
  for (const event of shop.events()) book.fold(event);
  return book;
}
const breadLine = (at: TestTill) =>
  at.view().checkout.lines.find(({ type }) => type === shop.world.product('wheat_bread'));
/** Bread at 30 minutes a piece arrives at another outlet: dearer for everybody. */
const dearBread = () =>
  shop.world.deliver(submitTo(shop.node.engine), {
    maker: 'bakery',
    outlet: 'station',
    good: 'wheat_bread',
    amount: 10,
    minutes: 300,
  });

describe('on an open checkout', () => {
  it('a delivery to another outlet moves the price within a second of its block', async () => {
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 3 });
    await till.until('a line', ({ checkout }) => checkout.lines.length === 1);
    const before = breadLine(till)?.price;
    const { height } = shop.node.engine;
    await dearBread();
    const booked = await shop.event('stock', height + 1);
    const seen = performance.now();
    await till.until('another price', () => breadLine(till)?.price !== before);
    expect(performance.now() - seen).toBeLessThan(1_000);
    const pool = rebuilt().pool(shop.world.members.farm.id, booked.type);
    expect(BigInt(breadLine(till)?.price ?? 0)).toBe((2n * pool.value + pool.amount) / (2n * pool.amount));
    // The whole pool, exact; the screen rounds only for show.
    const { value, amount } = pool;
    expect(till.view().checkout.total).toBe(String((3n * value + amount - 1n) / amount));
  });

  it("another outlet's hand-over moves it: the other till sells, this one hears it from the stream alone", async () => {
    const station = await shop.till({ number: 1 });
    await Promise.all([ready(shop, till), ready(shop, station)]);
    const type = shop.world.product('wheat_bread');
    const pool = rebuilt().pool(shop.world.members.farm.id, type);
    const had = rebuilt().held(shop.world.members.station.id, type);
    await till.done({ intent: 'add', type, amount: 1 });
    await till.until('a line', ({ checkout }) => checkout.lines.length === 1);
    const before = till.view().checkout;
    // The station gives away two pieces more than its book has: they enter with value 0, and the average falls for everybody.
    for (const amount of [Number(had) - 1, 3])
      await sell(shop, station, shop.card(1), { wheat_bread: amount }, '1234');
    expect(till.view().checkout).toEqual(before);
    const from = shop.node.engine.height + 1;
    await station.done({ intent: 'close_crowd_now' });
    await shop.event('handed_over', from);
    const seen = performance.now();
    await till.until('another price', () => breadLine(till)?.price !== before.lines[0]?.price);
    expect(performance.now() - seen).toBeLessThan(1_000);
    const [amount, value] = [pool.amount + 2n, pool.value];
    const left = { amount: amount - had - 2n, value: value - ((had + 2n) * value) / amount };
    expect(till.terminal.view.book.pool(shop.world.members.farm.id, type)).toEqual(left);
    expect(breadLine(till)?.price).toBe(String((2n * left.value + left.amount) / (2n * left.amount)));
    expect(till.terminal.view.book.canonical()).toBe(rebuilt().canonical());
  });

  it("another outlet's count moves it: three chairs more than its book has make chairs cheaper for everybody", async () => {
    const station = await shop.till({ number: 1 });
    await Promise.all([ready(shop, till), ready(shop, station)]);
    const type = shop.world.product('chair');
    await till.done({ intent: 'add', type, amount: 1 });
    const had = till.terminal.view.book.held(shop.world.members.outlet.id, type);
    expect(had).toBeGreaterThan(0n);
    const line = () => till.view().checkout.lines[0];
    await till.until('a price', () => line() !== undefined);
    const before = BigInt(line()?.price ?? 0);
    await station.done({ intent: 'count_begin' });
    await station.done({ intent: 'count_enter', type, amount: 3 });
    await station.done({ intent: 'count_seal' });
    await station.done({ intent: 'count_post' });
    await till.until('a lower price', () => BigInt(line()?.price ?? 0) < before);
    expect(BigInt(line()?.price ?? 0)).toBe((before * had * 2n + (had + 3n)) / (2n * (had + 3n)));
  });
});

describe('from «pay» on', () => {
  it('the price is frozen: a delivery changes the book, not what the card pays', async () => {
    const minutes = await ask(shop, till, { wheat_bread: 1 });
    const frozen = till.view().checkout;
    await dearBread();
    await till.until('the delivery', () => till.view().status.ledger.height === shop.node.engine.height);
    expect(till.view().checkout).toEqual(frozen);
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
    expect(shop.card(1).ownerView().log[0]).toMatchObject({ minutes });
    await till.done({ intent: 'next_sale' });
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 1 });
    await till.until('the new price', () => BigInt(breadLine(till)?.price ?? 0) > 14_000_000n);
  });

  it("back to the basket: today's price again", async () => {
    await ask(shop, till, { wheat_bread: 1 });
    await dearBread();
    await till.until('the delivery', () => till.view().status.ledger.height === shop.node.engine.height);
    await till.done({ intent: 'cancel_payment' });
    await till.until(
      'the new price',
      ({ checkout }) => !checkout.frozen && BigInt(breadLine(till)?.price ?? 0) > 14_000_000n,
    );
  });
});

describe('after a break', () => {
  let between: Between;
  beforeEach(async () => {
    between = await standBetween(shop.node.url);
  });
  afterEach(() => between.stop());

  it('the price book resumes at its height, again and again, and equals a rebuild from genesis', async () => {
    const at = await shop.till({
      till: await shop.world.newTill(submitTo(shop.node.engine)),
      ledgerUrl: between.url,
    });
    const asked = between.streams;
    await ready(shop, at);
    expect(asked).toEqual([0]);
    for (let i = 1; i <= 5; i++) {
      const { height } = at.terminal.view;
      between.cutStreams();
      await dearBread();
      await at.until(
        'the delivery',
        ({ status }) => status.ledger.height === shop.node.engine.height && status.ledger.connected,
      );
      // It asked for what it had not seen and for nothing before.
      expect(asked.slice(i)).toEqual(expect.arrayContaining([height + 1]));
      expect(Math.min(...asked.slice(1))).toBeGreaterThan(0);
      expect(at.terminal.view.book.canonical()).toBe(rebuilt().canonical());
    }
    expect(asked.filter((from) => from === 0)).toHaveLength(1);
  });

  it('a restart of the till resumes at the height on its disk, with the same book', async () => {
    const of = await shop.world.newTill(submitTo(shop.node.engine));
    const first = await shop.till({ till: of, ledgerUrl: between.url });
    await ready(shop, first);
    const { height } = first.terminal.view;
    const book = first.terminal.view.book.canonical();
    await first.stop();
    await dearBread();
    const again = await shop.till({ till: of, ledgerUrl: between.url });
    expect(again.terminal.view.book.canonical()).toBe(book);
    await ready(shop, again);
    expect(between.streams).toEqual([0, height + 1]);
    expect(again.terminal.view.book.canonical()).toBe(rebuilt().canonical());
  });
});

it('the node restarts: the till says so, comes back by itself, and goes on where it was', async () => {
  await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 1 });
  await shop.stopNode();
  await till.until('away', ({ status }) => !status.ledger.connected);
  expect(breadLine(till)?.price).toBe('14000000');
  await shop.startNode();
  await till.until('back', ({ status }) => status.ledger.connected);
  await dearBread();
  await till.until('the new price', () => BigInt(breadLine(till)?.price ?? 0) > 14_000_000n);
  expect(till.terminal.view.book.canonical()).toBe(rebuilt().canonical());
  await till.done({ intent: 'clear_basket' });
  await sell(shop, till, shop.card(2), { wheat_bread: 1 });
  await flushed(till);
  expect(till.terminal.view.book.canonical()).toBe(rebuilt().canonical());
});

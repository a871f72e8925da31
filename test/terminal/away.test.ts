/** The ledger is away, slow, broken or says no: the till sells on where that is safe, and everything lands exactly once (T4). */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { random } from '../../main/random.ts';
import { type Between, standBetween } from './between.ts';
import { ask, hold, ready, sell } from './selling.ts';
import { inTime, makeTemplate, openShop, type Shop, type Template, type TestTill } from './shop.ts';

let template: Template;
let shop: Shop;
let till: TestTill;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2 });
});
beforeEach(async () => {
  shop = await openShop(template);
});
afterEach(() => shop.close());
afterAll(() => template.remove());

const PIN = '1234';
const away = () => till.until('the ledger is away', ({ status }) => !status.ledger.connected);
/** How often the ledger has taken each kind since a height. */
const landed = (from: number) => {
  const count = (kind: string) => shop.events(from).filter((event) => event.kind === kind).length;
  return { announced: count('announced'), redeemed: count('redeemed'), handed_over: count('handed_over') };
};
const charged = (from: number) =>
  shop.events(from).reduce((sum, event) => sum + (event.kind === 'handed_over' ? event.charged : 0), 0);
const redeemed = (from: number) =>
  shop.events(from).reduce((sum, event) => sum + (event.kind === 'redeemed' ? event.minutes : 0), 0);

describe('the node is away', () => {
  beforeEach(async () => {
    till = await shop.till({ k: 1, config: { offlineCeilingMinutes: 42 } });
    await ready(shop, till);
  });

  it('T4 selling goes on up to the ceiling of a tap, unsent counts up, and everything lands once when it is back', async () => {
    const from = shop.node.engine.height + 1;
    await shop.stopNode();
    await away();
    let minutes = 0;
    for (let i = 1; i <= 3; i++) {
      minutes += await sell(shop, till, shop.card(1), { wheat_bread: i }, PIN);
      await till.until('three more unsent', ({ status }) => status.unsent === 3 * i);
    }
    expect(minutes).toBe(84);
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 4 });
    expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'above_offline_ceiling' });
    expect(till.view().checkout).toMatchObject({
      step: { phase: 'basket' },
      lines: [{ amount: 4 }],
      minutes: 56,
    });
    await shop.startNode();
    await till.until('all sent', ({ status }) => status.unsent === 0 && status.ledger.connected);
    expect(landed(from)).toEqual({ announced: 3, redeemed: 3, handed_over: 3 });
    expect([charged(from), redeemed(from)]).toEqual([minutes, minutes]);
    expect((await shop.accounts()).sum).toBe(0n);
    await till.done({ intent: 'pay' });
    expect((await hold(till, shop.card(1), PIN)).phase).toBe('paid');
  });

  it('the age of the last word is shown, and after offlineMax no card is sold to until the ledger is heard again', async () => {
    await shop.stopNode();
    await away();
    till.clock.forward(3_600);
    await till.until('an hour', ({ status }) => status.ledger.ageSeconds >= 3_600);
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    till.clock.forward(shop.world.config.offlineMax);
    await till.until('too old', ({ status }) => status.ledger.tooOld);
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 1 });
    expect(await till.ask({ intent: 'pay' })).toEqual({ ok: false, refusal: 'prices_too_old' });
    expect(till.view().checkout.lines).toMatchObject([{ amount: 1 }]);
    await shop.startNode();
    await till.until('heard again', ({ status }) => !status.ledger.tooOld);
    await till.done({ intent: 'pay' });
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
  });

  it('a restart while the ledger is away remembers how long it has not been heard', async () => {
    await shop.stopNode();
    await away();
    await till.stop();
    const { clock } = till;
    clock.forward(shop.world.config.offlineMax + 60);
    till = await shop.till({ clock });
    expect(till.view().status.ledger.tooOld).toBe(true);
  });

  it('a quiet ledger that is heard all the time is remembered as heard, though it makes no block', async () => {
    await till.stop();
    const between = await standBetween(shop.node.url);
    const quiet = await shop.till({ ledgerUrl: between.url });
    await ready(shop, quiet);
    for (let i = 1; i <= 10; i++) {
      quiet.clock.forward(30);
      between.cutStreams();
      await quiet.until('away', ({ status }) => !status.ledger.connected);
      await quiet.until('heard', ({ status }) => status.ledger.connected);
    }
    await quiet.stop();
    await between.stop();
    const again = await shop.till({ ledgerUrl: between.url, clock: quiet.clock });
    expect(again.view().status.ledger.ageSeconds).toBeLessThan(100);
  });

  it('a purchase that was begun before is finished, whatever its amount: the ceiling is asked at «pay»', async () => {
    await ask(shop, till, { wheat_bread: 5 });
    await shop.stopNode();
    await away();
    expect((await hold(till, shop.card(1), PIN)).phase).toBe('paid');
  });
});

describe('the node misbehaves', () => {
  let between: Between;
  beforeEach(async () => {
    between = await standBetween(shop.node.url);
    till = await shop.till({ ledgerUrl: between.url });
    await ready(shop, till);
  });
  afterEach(() => between.stop());
  const inStock = (good: string) =>
    till.view().stock.products.find(({ type }) => type === shop.world.product(good))?.inStock;

  it('T4 errors, nonsense, cut lines and answers lost after the ledger has taken it: each entry lands once, nothing stays unsent', async () => {
    const from = shop.node.engine.height + 1;
    const before = inStock('wheat_bread') ?? 0;
    between.plan('bad_gateway', 'lose_answer', 'nonsense', 'lose_answer', 'cut', 'lose_answer');
    const minutes = await sell(shop, till, shop.card(1), { wheat_bread: 2 });
    await till.done({ intent: 'close_crowd_now' });
    await till.until('all sent', ({ status, stock }) => status.unsent === 0 && stock.products.length > 0);
    expect(landed(from)).toEqual({ announced: 1, redeemed: 1, handed_over: 1 });
    expect([charged(from), redeemed(from)]).toEqual([minutes, minutes]);
    expect(inStock('wheat_bread')).toBe(before - 2);
    expect(await till.terminal.flush(10_000)).toBe(true);
    expect((await shop.accounts()).sum).toBe(0n);
  });

  it('T4 the stream shows the hand-over before its answer comes: the goods are off the book once, never twice', async () => {
    const before = inStock('wheat_bread') ?? 0;
    await sell(shop, till, shop.card(1), { wheat_bread: 3 });
    const { length } = till.pushed;
    between.plan('lose_answer', 'lose_answer', 'lose_answer');
    await till.done({ intent: 'close_crowd_now' });
    await inTime(between.met(3), 'three answers lost');
    await till.until('shown by the stream', ({ status }) => status.unsent === 0);
    const seen = till.pushed.slice(length).flatMap(({ stock }) => stock?.products ?? []);
    const amounts = seen
      .filter(({ type }) => type === shop.world.product('wheat_bread'))
      .map((one) => one.inStock);
    expect(new Set([...amounts, inStock('wheat_bread')])).toEqual(new Set([before - 3]));
  });

  it('T4 an answer that comes after the stream has shown its entry finds nothing left to do', async () => {
    const from = shop.node.engine.height + 1;
    const minutes = await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    between.plan('late', 'late', 'late');
    await till.done({ intent: 'close_crowd_now' });
    for (let left = 2; left >= 0; left--) {
      await till.until('shown by the stream', ({ status }) => status.unsent === left);
      between.release();
    }
    expect(await till.terminal.flush(10_000)).toBe(true);
    expect(landed(from)).toEqual({ announced: 1, redeemed: 1, handed_over: 1 });
    expect([charged(from), redeemed(from)]).toEqual([minutes, minutes]);
    expect(till.view().status).toMatchObject({ unsent: 0, setAside: 0 });
  });

  it('the stream breaks in the middle and comes back: what was sent is seen, what was not is asked for', async () => {
    for (let i = 0; i < 4; i++) {
      await sell(shop, till, shop.card(1), { wheat_bread: 1 }, PIN);
      between.cutStreams();
      await till.done({ intent: 'close_crowd_now' });
      await till.until('sent and seen', ({ status }) => status.unsent === 0 && status.ledger.connected);
    }
    expect(await till.terminal.flush(10_000)).toBe(true);
    expect(till.terminal.view.height).toBe(shop.node.engine.height);
  });
});

describe('the ledger says no', () => {
  it('refused entries are set aside, counted, shown, kept, and what follows them waits; a restart changes nothing of it', async () => {
    const between = await standBetween(shop.node.url);
    const [of] = shop.world.tills;
    if (of === undefined) throw new Error('a till');
    // A till whose key the outlet has never delegated.
    const stranger = { ...of, identity: { ...of.identity, seed: random(32) } };
    till = await shop.till({ till: stranger, ledgerUrl: between.url });
    await ready(shop, till);
    const from = shop.node.engine.height + 1;
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await till.done({ intent: 'close_crowd_now' });
    const said = await till.until('set aside', ({ status }) => status.setAside === 2);
    expect(said.status.unsent).toBe(1);
    expect(shop.node.engine.height).toBe(from - 1);
    expect(between.submissions).toHaveLength(2);
    await till.stop();
    const kept = new Database(join(of.dir, 'till.db'), { readonly: true });
    expect(kept.prepare('select kind, state, refusal from outbox order by kind').all()).toEqual([
      { kind: 'announce', state: 'set_aside', refusal: expect.stringMatching(/^[a-z_]+/) },
      { kind: 'hand_over', state: 'set_aside', refusal: expect.stringMatching(/^[a-z_]+/) },
      { kind: 'redeem', state: 'waiting', refusal: null },
    ]);
    kept.close();
    till = await shop.till({ till: stranger, ledgerUrl: between.url });
    await ready(shop, till);
    expect(till.view().status).toMatchObject({ setAside: 2, unsent: 1 });
    expect(between.submissions).toHaveLength(2);
    // Selling goes on: what is set aside waits for people, not the people for it.
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await till.stop();
    await between.stop();
  });
});

/** The blind count of an outlet: what the screen may not know, what people may do meanwhile, and what the ledger books. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Id } from '../../src/economy/transaction.ts';
import type { TillView } from '../../src/till-api.ts';
import { proRata } from '../../src/units/micro-minutes.ts';
import { flushed, ready, sell } from './selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from './shop.ts';

let template: Template;
let shop: Shop;
let till: TestTill;
let bread: Id;
let butter: Id;
beforeAll(async () => {
  template = await makeTemplate({ cards: 2 });
});
beforeEach(async () => {
  shop = await openShop(template);
  till = await shop.till();
  await ready(shop, till);
  [bread, butter] = [shop.world.product('wheat_bread'), shop.world.product('butter')];
});
afterEach(() => shop.close());
afterAll(() => template.remove());

const held = (type: Id) => Number(till.terminal.view.book.held(shop.world.members.outlet.id, type));
const pool = (type: Id) => till.terminal.view.book.pool(shop.world.members.farm.id, type);
const enter = (type: Id, amount: number | null) => till.done({ intent: 'count_enter', type, amount });
const stage = (name: string) => till.until(name, ({ stock }) => stock.count?.stage === name);
const line = (type: Id, view: TillView = till.view()) =>
  view.stock.count?.lines.find((one) => one.type === type);
async function post(): Promise<void> {
  await till.done({ intent: 'count_post' });
  await stage('posted');
  await till.until('the block', ({ status }) => status.ledger.height === shop.node.engine.height);
}

describe('what the ledger books', () => {
  it('one shortage and one surplus: the shortage leaves at the average into waste, the surplus enters with value 0 and lowers the price; L1', async () => {
    const before = await shop.accounts();
    const [breads, butters] = [pool(bread), pool(butter)];
    const from = shop.node.engine.height + 1;
    const counted = { bread: held(bread) - 3, butter: held(butter) + 2 };
    await till.done({ intent: 'count_begin' });
    await enter(bread, counted.bread);
    await enter(butter, counted.butter);
    await till.done({ intent: 'count_seal' });
    const sealed = await stage('sealed');
    const worth = (3n * breads.value * 2n + breads.amount) / (2n * breads.amount);
    expect(line(bread, sealed)).toMatchObject({
      counted: counted.bread,
      variance: -3,
      value: String(-worth),
    });
    expect(line(butter, sealed)).toMatchObject({ counted: counted.butter, variance: 2 });
    expect(sealed.stock.count?.lines.filter((one) => one.counted !== null)).toHaveLength(2);
    await post();

    const left = proRata(breads.value, 3n, breads.amount);
    expect((await shop.event('counted', from)).lines).toEqual(
      [
        { type: bread, difference: '-3', value: String(-left) },
        { type: butter, difference: '2', value: '0' },
      ].sort((a, b) => (a.type < b.type ? -1 : 1)),
    );
    expect(pool(bread)).toEqual({ amount: breads.amount - 3n, value: breads.value - left });
    expect(pool(butter)).toEqual({ amount: butters.amount + 2n, value: butters.value });
    const after = await shop.accounts();
    const moved = (name: string) => (after.accounts[name] ?? 0n) - (before.accounts[name] ?? 0n);
    expect(moved('W')).toBe(left);
    expect(moved('G')).toBe(-left);
    for (const name of ['U', 'C', 'D', 'Q', 'P', 'B', 'O', 'Z', 'R']) expect(moved(name)).toBe(0n);
    expect(after.sum).toBe(0n);
    expect([held(bread), held(butter)]).toEqual([counted.bread, counted.butter]);
  });

  it('what was missing one day and is found the next costs nobody anything: price and waste are where they were', async () => {
    const before = await shop.accounts();
    const whole = pool(bread);
    const all = held(bread);
    for (const seen of [all - 3, all]) {
      await till.done({ intent: 'count_begin' });
      await enter(bread, seen);
      await till.done({ intent: 'count_seal' });
      await post();
    }
    expect(pool(bread)).toEqual(whole);
    expect((await shop.accounts()).accounts).toEqual(before.accounts);
  });

  it('uncounted is not zero: nothing but the counted lines is told', async () => {
    const from = shop.node.engine.height + 1;
    await till.done({ intent: 'count_begin' });
    await enter(bread, 0);
    await enter(butter, 5);
    await enter(butter, null);
    await till.done({ intent: 'count_seal' });
    const all = held(bread);
    await post();
    const { lines } = await shop.event('counted', from);
    expect(lines).toMatchObject([{ type: bread, difference: String(-all) }]);
    expect(held(butter)).toBeGreaterThan(0);
  });
});

describe('the screen is blind', () => {
  it('while a count is entered no push and no answer carries an amount of the book', async () => {
    // Amounts of the book that cannot be mistaken for anything else.
    const amounts = ['cheese', 'potatoes', 'apples', 'carrots'].map((good) => held(shop.world.product(good)));
    expect(Math.min(...amounts)).toBeGreaterThan(1_000);
    await till.done({ intent: 'count_begin' });
    const first = till.pushed.length;
    await stage('entering');
    await enter(shop.world.product('cheese'), 1_234);
    await sell(shop, till, shop.card(1), { cheese: 100, wheat_bread: 1 });
    await till.done({ intent: 'close_crowd_now' });
    await till.until('sent', ({ status }) => status.unsent === 0 && status.crowd.sales === 0);
    await till.until('the block', ({ status }) => status.ledger.height === shop.node.engine.height);
    await enter(bread, 7);
    const answer = await till.ask({ intent: 'search', text: '' });
    const found = await till.ask({ intent: 'search', text: 'cheese' });
    const said = [...till.pushed.slice(first), answer, found, till.terminal.api];
    const slices = till.pushed
      .slice(first)
      .flatMap(({ stock }) => (stock?.count === undefined ? [] : [stock]));
    expect(slices.length).toBeGreaterThanOrEqual(2);
    const products = [
      ...slices.flatMap((slice) => slice.products),
      ...[answer, found].flatMap((a) => (a.ok ? (a.products ?? []) : [])),
    ];
    expect(new Set(products.map(({ inStock }) => inStock))).toEqual(new Set([null]));
    for (const slice of slices)
      for (const one of slice.count?.lines ?? [])
        expect(Object.keys(one).sort()).toEqual(['counted', 'type']);
    const text = JSON.stringify(said.slice(0, -1));
    for (const amount of [...amounts, ...amounts.map((n) => n - 100)])
      expect(text).not.toMatch(new RegExp(`[^0-9]${amount}[^0-9]`));
    // The fresh view of a screen that is opened meanwhile is as blind.
    let whole = {} as TillView;
    till.terminal.api.watch((view) => {
      whole = view as TillView;
    })();
    expect(new Set(whole.stock.products.map(({ inStock }) => inStock))).toEqual(new Set([null]));
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    expect(line(bread)?.variance).toBe(7 - held(bread));
  });

  it('a line opened for a recount is blind again until it is sealed anew', async () => {
    await till.done({ intent: 'count_begin' });
    await enter(bread, 1);
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    expect(line(bread)).toMatchObject({ counted: 1, recount: true });
    await till.done({ intent: 'count_recount', type: bread });
    const entering = await stage('entering');
    expect(line(bread, entering)).toEqual({ type: bread, counted: null });
    expect(new Set(entering.stock.products.map(({ inStock }) => inStock))).toEqual(new Set([null]));
    await enter(bread, held(bread));
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    expect(line(bread)).toMatchObject({ variance: 0, recount: false });
  });
});

describe('goods move while people count', () => {
  it('sales before, between and after the entry, and a hand-over booked meanwhile, make no variance', async () => {
    const from = shop.node.engine.height + 1;
    const [breads, butters] = [held(bread), held(butter)];
    await sell(shop, till, shop.card(1), { wheat_bread: 2, butter: 1 });
    await till.done({ intent: 'count_begin' });
    await enter(bread, breads - 2);
    await sell(shop, till, shop.card(1), { wheat_bread: 1 });
    await till.done({ intent: 'close_crowd_now' });
    await till.until(
      'sent and shown',
      ({ status }) => status.unsent === 0 && status.ledger.height === shop.node.engine.height,
    );
    await shop.event('handed_over', from);
    await till.until('the hand-over', () => held(bread) === breads - 3);
    await sell(shop, till, shop.card(2), { butter: 1 });
    await enter(butter, butters - 2);
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    expect([line(bread)?.variance, line(butter)?.variance]).toEqual([0, 0]);
    await post();
    expect((await shop.event('counted', from)).lines.map(({ difference }) => difference)).toEqual(['0', '0']);
    await flushed(till);
    expect([held(bread), held(butter)]).toEqual([breads - 3, butters - 2]);
  });

  it('a count goes on after a restart of the till', async () => {
    await till.done({ intent: 'count_begin' });
    await enter(bread, held(bread) - 1);
    await till.stop();
    till = await shop.till();
    await ready(shop, till);
    expect(till.view().stock.count).toMatchObject({ stage: 'entering' });
    expect(line(bread)).toEqual({ type: bread, counted: held(bread) - 1 });
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    expect(line(bread)?.variance).toBe(-1);
    await post();
  });
});

describe('a count that the ledger refuses', () => {
  it('is set aside and shown, and the clerk can correct it and post it again', async () => {
    // An article that no collective has ever made: the ledger does not know its type.
    const strange = 'ab'.repeat(32);
    const names = { en: 'Unheard of', de: 'Unerhört' };
    till.terminal.catalogue.put([
      { type: strange, code: '2099999999990', names, picture: 'box', group: 'household', unit: 'piece' },
    ]);
    const from = shop.node.engine.height + 1;
    await till.done({ intent: 'count_begin' });
    await enter(strange, 4);
    await enter(bread, held(bread) - 1);
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    await till.done({ intent: 'count_post' });
    const refused = await till.until(
      'refused',
      ({ stock, status }) => stock.count?.refusal !== undefined && status.setAside === 1,
    );
    expect(refused.stock.count).toMatchObject({ stage: 'sealed' });
    expect(refused.stock.count?.refusal).toContain('unknown_product');
    await till.done({ intent: 'count_recount', type: strange });
    await till.done({ intent: 'count_seal' });
    await post();
    expect((await shop.event('counted', from)).lines).toMatchObject([{ type: bread, difference: '-1' }]);
    expect(till.view().stock.count?.refusal).toBeUndefined();
  });
});

describe('order of the acts', () => {
  it('each out of its turn is refused with a word and changes nothing', async () => {
    const refused = async (intent: Parameters<TestTill['ask']>[0], refusal: string) => {
      const before = JSON.stringify(till.view().stock);
      expect(await till.ask(intent)).toMatchObject({ ok: false, refusal });
      expect(JSON.stringify(till.view().stock)).toBe(before);
    };
    for (const intent of ['count_seal', 'count_post', 'count_cancel'] as const)
      await refused({ intent }, 'no_count');
    await refused({ intent: 'count_enter', type: bread, amount: 1 }, 'no_count');
    await refused({ intent: 'count_recount', type: bread }, 'no_count');
    await till.done({ intent: 'count_begin' });
    await stage('entering');
    await refused({ intent: 'count_begin' }, 'count_running');
    await refused({ intent: 'count_seal' }, 'line_not_counted');
    await refused({ intent: 'count_post' }, 'no_count');
    await refused({ intent: 'count_enter', type: 'ff'.repeat(32), amount: 1 }, 'unknown_product');
    await enter(bread, 1);
    await till.done({ intent: 'count_seal' });
    await stage('sealed');
    await refused({ intent: 'count_enter', type: bread, amount: 2 }, 'no_count');
    await refused({ intent: 'count_begin' }, 'count_running');
    await till.done({ intent: 'count_cancel' });
    await till.until('no count', ({ stock }) => stock.count === undefined);
  });
});

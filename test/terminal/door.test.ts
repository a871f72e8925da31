/** The door under wrong and random use: every intent with bad fields is `bad_intent`, any order of good ones gets an answer of the closed list, and nothing is ever half done. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ARTICLES } from '../../demo/products.ts';
import { type Intent, TILL_REFUSALS } from '../../src/till-api.ts';
import { ask, flushed, hold, settled } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

// Dozens of sales, each with its waits for the disk.
vi.setConfig({ testTimeout: 180_000 });

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2 }, (...opened) => {
  [shop, till] = opened;
});

/** The view without what time alone changes. */
const picture = () => {
  const { checkout, services, stock, status } = till.view();
  return JSON.stringify({ checkout, services, stock, crowd: status.crowd.sales, unsent: status.unsent });
};
const TYPE = 'ab'.repeat(32);
/** Fields of each intent that has any, and what none of them may be. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  search: { text: 'bread' },
  scan: { code: '2000000000015' },
  add: { type: TYPE, amount: 1 },
  set_amount: { type: TYPE, amount: 1 },
  enter_pin: { pin: '1234' },
  services_pin: { pin: '1234' },
  services_load: { packs: 1 },
  services_change_pin: { old: '1234', new: '2345' },
  services_unblock: { puk: '12345678', new: '1234' },
  count_enter: { type: TYPE, amount: 1 },
  count_recount: { type: TYPE },
};
const WRONG: readonly unknown[] = [
  undefined,
  true,
  -1,
  0.5,
  1e21,
  Number.NaN,
  '',
  '12',
  '1234567890123',
  'x'.repeat(5_000),
  'AB'.repeat(32),
  `${TYPE}0`,
  ['1234'],
  { toString: '1234' },
];
/** Texts that a search or a scan may well be. */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value.length <= 80,
  code: (value) => typeof value === 'string' && value.length <= 64,
};

describe('wrong intents', () => {
  it('every field of every intent, wrong in every way: bad_intent, nothing changes', async () => {
    await till.done({ intent: 'add', type: shop.world.product('wheat_bread'), amount: 2 });
    await till.until('a line', ({ checkout }) => checkout.lines.length === 1);
    const before = picture();
    for (const [intent, fields] of Object.entries(FIELDS))
      for (const field of Object.keys(fields))
        for (const value of WRONG) {
          if (FITS[field]?.(value)) continue;
          const wrong = { intent, ...fields, [field]: value } as unknown as Intent;
          expect(await till.ask(wrong), JSON.stringify(wrong)).toEqual({ ok: false, refusal: 'bad_intent' });
        }
    expect(picture()).toBe(before);
  });

  it('anything else that JSON can say', async () => {
    const before = picture();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ intent: fc.jsonValue() })), async (value) => {
        expect(await till.ask(value as Intent)).toEqual({ ok: false, refusal: 'bad_intent' });
      }),
      { numRuns: 500 },
    );
    for (const value of [undefined, null, 'pay', ['pay'], { intent: '__proto__' }, { intent: 'constructor' }])
      expect(await till.ask(value as unknown as Intent)).toEqual({ ok: false, refusal: 'bad_intent' });
    expect(picture()).toBe(before);
  });

  it('well-formed and still wrong: codes, products and amounts that are none', async () => {
    const before = picture();
    const refused = async (intent: Intent, refusal: string) =>
      expect(await till.ask(intent)).toEqual({ ok: false, refusal });
    await refused({ intent: 'scan', code: '2000000000016' }, 'bad_code');
    await refused({ intent: 'scan', code: '4006381333931' }, 'unknown_code');
    await refused({ intent: 'scan', code: "'; drop table articles; --" }, 'bad_code');
    await refused({ intent: 'add', type: TYPE, amount: 1 }, 'unknown_product');
    await refused({ intent: 'set_amount', type: TYPE, amount: 1 }, 'unknown_product');
    await refused({ intent: 'pay' }, 'basket_empty');
    await refused({ intent: 'close_crowd_now' }, 'crowd_empty');
    for (const intent of ['cancel_payment', 'give_up', 'next_sale', 'services_claim'] as const)
      await refused({ intent }, 'not_now');
    await refused({ intent: 'enter_pin', pin: '1234' }, 'not_now');
    await refused({ intent: 'services_pin', pin: '1234' }, 'not_now');
    await refused({ intent: 'services_load', packs: 1 }, 'not_now');
    expect(picture()).toBe(before);
  });

  it('a search of any text is an answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => {
        expect((await till.ask({ intent: 'search', text })).ok).toBe(true);
      }),
      { numRuns: 300 },
    );
    for (const text of ['"', '* *', 'a OR b', 'NEAR(a b)', '""""', 'Brö', 'weizen brot'])
      expect((await till.ask({ intent: 'search', text })).ok).toBe(true);
    const found = await till.ask({ intent: 'search', text: 'brö' });
    expect(found.ok && found.products?.map(({ names }) => names.de)).toContain('Brötchen');
  });
});

describe('a basket that no card can ever pay', () => {
  it('is told apart from a fault: not enough, the basket kept, the till alive', async () => {
    // 200 chairs are 94,000 minutes: more than SPEND has bytes for.
    await ask(shop, till, { chair: 200 });
    expect((await hold(till, shop.card(1), '1234')).phase).toBe('not_enough');
    await till.done({ intent: 'cancel_payment' });
    expect(till.view().checkout.lines).toMatchObject([{ amount: 200 }]);
    expect(shop.card(1).ownerView().log).toEqual([]);
  });
});

describe('any order of good intents, with cards coming and going', () => {
  const someType = fc.constantFrom(...ARTICLES.slice(0, 6).map(({ key }) => key));
  const some: fc.Arbitrary<() => Intent> = fc.oneof(
    fc.record({ good: someType, amount: fc.integer({ min: 1, max: 3 }) }).map(
      ({ good, amount }) =>
        (): Intent => ({ intent: 'add', type: shop.world.product(good), amount }),
    ),
    fc.record({ good: someType, amount: fc.integer({ min: 0, max: 3 }) }).map(
      ({ good, amount }) =>
        (): Intent => ({ intent: 'set_amount', type: shop.world.product(good), amount }),
    ),
    fc
      .constantFrom<Intent>(
        { intent: 'pay' },
        { intent: 'pay' },
        { intent: 'clear_basket' },
        { intent: 'cancel_payment' },
        { intent: 'give_up' },
        { intent: 'enter_pin', pin: '1234' },
        { intent: 'enter_pin', pin: '0000' },
        { intent: 'next_sale' },
        { intent: 'close_crowd_now' },
        { intent: 'services_open' },
        { intent: 'services_pin', pin: '1234' },
        { intent: 'services_claim' },
        { intent: 'services_close' },
        { intent: 'count_begin' },
        { intent: 'count_seal' },
        { intent: 'count_cancel' },
      )
      .map((intent) => () => intent),
  );
  const act = fc.oneof(
    { weight: 5, arbitrary: some.map((intent) => ({ intent })) },
    { weight: 1, arbitrary: fc.constantFrom(1, 2).map((insert) => ({ insert })) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_500 }).map((bytes) => ({ bytes })) },
    { weight: 1, arbitrary: fc.constant({ pull: true }) },
    // A person pays, or tries to: the card is held until the conversation is over, or pulled before.
    {
      weight: 4,
      arbitrary: fc.record({
        tap: fc.constantFrom(1, 2),
        cut: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined }),
      }),
    },
  );

  it('T1 T2 every answer is of the list, and in the end minutes deleted = redeemed = charged, none lost', async () => {
    const refusals = new Set<string>(TILL_REFUSALS);
    const cards = [shop.card(1), shop.card(2)];
    const before = cards.map((card) => card.ownerView().payableMinutes);
    const from = shop.node.engine.height + 1;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 30 }), async (acts) => {
        for (const one of acts) {
          if ('intent' in one) {
            const answer = await till.ask(one.intent());
            if (!answer.ok) expect(refusals.has(answer.refusal), answer.refusal).toBe(true);
          } else if ('insert' in one) till.reader.insert(shop.card(one.insert));
          else if ('bytes' in one) till.reader.pullAfterBytes(one.bytes);
          else if ('pull' in one) till.reader.pull();
          else {
            await till.ask({ intent: 'services_close' });
            await till.ask({ intent: 'add', type: shop.world.product('roll'), amount: 1 });
            await till.ask({ intent: 'pay' });
            till.reader.insert(shop.card(one.tap));
            if (one.cut !== undefined) till.reader.pullAfterBytes(one.cut);
            await till.terminal.sale.idle();
            if (till.terminal.sale.state.step === 'pin' && one.cut === undefined) {
              await till.ask({ intent: 'enter_pin', pin: shop.world.cards[one.tap - 1]?.pin ?? '' });
              await till.terminal.sale.idle();
            }
          }
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
    till.reader.pull();
    await till.terminal.sale.idle();
    // What is still open is given up or finished, as a clerk would in the evening.
    await till.ask({ intent: 'services_close' });
    await till.until('services closed', ({ services }) => services.step.phase === 'closed');
    if (till.view().checkout.frozen) {
      for (const intent of ['next_sale', 'cancel_payment', 'give_up'] as const) await till.ask({ intent });
      await till.until('the basket', ({ checkout }) => !checkout.frozen);
    }
    await till.ask({ intent: 'clear_basket' });
    await flushed(till);
    const sum = (kind: 'handed_over' | 'redeemed') =>
      shop
        .events(from)
        .reduce(
          (n, e) =>
            n +
            (e.kind === kind ? (e.kind === 'handed_over' ? e.charged : 'minutes' in e ? e.minutes : 0) : 0),
          0,
        );
    const deleted = cards.map((card, i) => {
      const { payableMinutes, pendingMinutes, exposedMinutes } = card.ownerView();
      return (before[i] ?? 0) - payableMinutes - pendingMinutes - exposedMinutes;
    });
    expect([sum('redeemed'), sum('handed_over')]).toEqual([
      deleted[0]! + deleted[1]!,
      deleted[0]! + deleted[1]!,
    ]);
    expect(till.figures.length).toBeGreaterThan(0);
    expect((await shop.accounts()).sum).toBe(0n);
    // And the till still sells.
    await ask(shop, till, { salt: 1 });
    till.reader.insert(shop.card(1));
    await till.until('an end', settled);
  });
});

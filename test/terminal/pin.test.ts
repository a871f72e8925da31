/** PIN and purse: what the till asks for, and that a no from the card keeps the basket (T3). */
import { describe, expect, it } from 'vitest';
import { ask, hold, sell } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2 }, (...opened) => {
  [shop, till] = opened;
});

const PIN = '1234';
const enter = (pin: string) => till.done({ intent: 'enter_pin', pin });
const phase = (name: string) =>
  till.until(name, ({ checkout }) => checkout.step.phase === name).then(({ checkout }) => checkout.step);

describe('above the limits without PIN', () => {
  it('60 minutes a tap go without, more asks for the PIN, and the card that stays in the field pays in the same session', async () => {
    // Five breads are 70 minutes.
    await ask(shop, till, { wheat_bread: 5 });
    till.reader.insert(shop.card(1));
    expect(await phase('pin')).toEqual({ phase: 'pin', triesLeft: null, blocked: false });
    await enter(PIN);
    expect(await phase('paid')).toMatchObject({ minutes: 70 });
    // SELECT, OPEN, SPEND, VERIFY, SPEND, ACK: the PIN opened no second session.
    expect(shop.card(1).ownerView().log[0]).toMatchObject({ withPin: true, minutes: 70 });
    expect(shop.card(1).ownerView().withoutPin).toEqual({ minutes: 0, taps: 0 });
  });

  it('the sixth tap asks for it, and after it five more go without', async () => {
    const card = shop.card(1);
    for (let i = 0; i < 5; i++) await sell(shop, till, card, { salt: 1 });
    await ask(shop, till, { salt: 1 });
    expect((await hold(till, card)).phase).toBe('pin');
    await enter(PIN);
    expect((await hold(till, card)).phase).toBe('paid');
    await till.done({ intent: 'next_sale' });
    await sell(shop, till, card, { salt: 1 });
    expect(card.ownerView().withoutPin).toEqual({ minutes: 3, taps: 1 });
  });

  it('a PIN typed after the card has left is used at the next tap', async () => {
    await ask(shop, till, { wheat_bread: 5 });
    expect((await hold(till, shop.card(1))).phase).toBe('pin');
    await enter(PIN);
    expect(till.view().checkout.step).toEqual({ phase: 'hold_card' });
    expect((await hold(till, shop.card(1))).phase).toBe('paid');
  });

  it('a PIN answered in the very push that asks for it is not lost', async () => {
    await ask(shop, till, { wheat_bread: 5 });
    const unwatch = till.terminal.api.watch(({ checkout }) => {
      if (checkout?.step.phase === 'pin') void till.ask({ intent: 'enter_pin', pin: PIN });
    });
    till.reader.insert(shop.card(1));
    await phase('paid');
    unwatch();
  });

  it('no push ever carries the PIN, wrong or right', async () => {
    await ask(shop, till, { wheat_bread: 5 });
    till.reader.insert(shop.card(1));
    await phase('pin');
    await enter('908172');
    await till.until('a try less', ({ checkout: { step } }) => step.phase === 'pin' && step.triesLeft === 2);
    await enter(PIN);
    await phase('paid');
    const text = JSON.stringify(till.pushed);
    expect(text).not.toContain('908172');
    expect(text).not.toContain('"pin":');
  });
});

describe('a wrong PIN', () => {
  it('says how many tries are left; the right one then pays', async () => {
    await ask(shop, till, { wheat_bread: 5 });
    till.reader.insert(shop.card(1));
    await phase('pin');
    await enter('9999');
    await till.until(
      'two tries left',
      ({ checkout: { step } }) => step.phase === 'pin' && step.triesLeft === 2,
    );
    await enter('8888');
    await till.until(
      'one try left',
      ({ checkout: { step } }) => step.phase === 'pin' && step.triesLeft === 1,
    );
    await enter(PIN);
    expect(await phase('paid')).toMatchObject({ minutes: 70 });
    expect(shop.card(1).ownerView().pinTriesLeft).toBe(3);
  });

  it('T3 three times blocks the card and keeps the basket; nothing is erased, and another card pays', async () => {
    const card = shop.card(1);
    const before = card.ownerView().payableMinutes;
    await ask(shop, till, { wheat_bread: 5 });
    till.reader.insert(card);
    await phase('pin');
    for (const [pin, left] of [
      ['9999', 2],
      ['8888', 1],
      ['7777', 0],
    ] as const) {
      await enter(pin);
      await till.until(
        `${left} tries left`,
        ({ checkout: { step } }) => step.phase === 'pin' && step.triesLeft === left,
      );
    }
    // The card says that it is blocked when it is asked once more.
    await enter(PIN);
    await till.until('blocked', ({ checkout: { step } }) => step.phase === 'pin' && step.blocked);
    till.reader.pull();
    await till.done({ intent: 'cancel_payment' });
    expect(till.view().checkout.lines).toMatchObject([{ amount: 5 }]);
    expect(card.ownerView()).toMatchObject({ payableMinutes: before, pendingMinutes: 0 });
    await till.done({ intent: 'pay' });
    expect((await hold(till, shop.card(2), '2345')).phase).toBe('paid');
  });

  it('another card may pay instead of the one that asked for a PIN', async () => {
    await ask(shop, till, { wheat_bread: 5 });
    expect((await hold(till, shop.card(1))).phase).toBe('pin');
    await till.done({ intent: 'cancel_payment' });
    await till.done({ intent: 'pay' });
    expect((await hold(till, shop.card(2), '2345')).phase).toBe('paid');
    expect(shop.card(1).ownerView()).toMatchObject({ pendingMinutes: 0, log: [] });
  });
});

describe('not enough on the card', () => {
  it('without PIN one word and no sums; after it the nearest sums below and above; the basket is kept', async () => {
    const card = shop.card(1);
    const { payableMinutes } = card.ownerView();
    expect(payableMinutes).toBe(600);
    // 50 breads are 700 minutes: above the limit without PIN, above what is on the card after it.
    await ask(shop, till, { wheat_bread: 50 });
    till.reader.insert(card);
    await phase('pin');
    await enter(PIN);
    const step = await phase('not_enough');
    // Eight coupons at most: two of 64 and six of 32.
    expect(step).toEqual({ phase: 'not_enough', below: 320, above: null, pinGiven: true });
    await till.done({ intent: 'cancel_payment' });
    expect(till.view().checkout.lines).toMatchObject([{ amount: 50 }]);
    expect(card.ownerView()).toMatchObject({ payableMinutes, pendingMinutes: 0 });
  });

  it('a card that says «cannot pay» can be given its PIN, and then names what it could pay', async () => {
    const card = shop.card(1);
    // 2 × 64 + 6 × 32 in eight coupons are spent first, then 3-minute sums until no single minute is left.
    let one = 0;
    while (card.ownerView().freeByExponent[0] !== 0) {
      await sell(shop, till, card, { salt: 1 }, PIN);
      one++;
    }
    expect(one).toBe(12);
    await ask(shop, till, { salt: 1 });
    till.reader.insert(card);
    let step = (
      await till.until('an end', ({ checkout }) => ['pin', 'not_enough'].includes(checkout.step.phase))
    ).checkout.step;
    if (step.phase === 'not_enough') {
      expect(step).toEqual({ phase: 'not_enough', below: null, above: null, pinGiven: false });
    }
    await enter(PIN);
    step = (
      await till.until(
        'sums',
        ({ checkout }) => checkout.step.phase === 'not_enough' && checkout.step.pinGiven,
      )
    ).checkout.step;
    expect(step).toEqual({ phase: 'not_enough', below: 2, above: 4, pinGiven: true });
  });
});

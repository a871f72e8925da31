/**
 * The card is pulled at any byte of the conversation. Whatever comes then (the same card, another one, nobody), each basket is
 * paid once or not at all, and every minute is on a card, in a redemption, or exposed.
 */
import { describe, expect, it, vi } from 'vitest';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { random } from '../../main/random.ts';
import { ask, flushed, hold, sell, settled } from './selling.ts';
import type { Shop, TestTill } from './shop.ts';
import { shopForEach } from './shop-for-each.ts';

// Dozens of sales, each with its waits for the disk.
vi.setConfig({ testTimeout: 180_000 });

let shop: Shop;
let till: TestTill;
shopForEach({ cards: 2, packs: 6 }, (...opened) => {
  [shop, till] = opened;
});

const BREAD = { wheat_bread: 1 };
const minutesOn = (card: SimulatedCard) => {
  const { payableMinutes, pendingMinutes, exposedMinutes } = card.ownerView();
  return { payable: payableMinutes, pending: pendingMinutes, exposed: exposedMinutes };
};
const all = (card: SimulatedCard) => {
  const { payable, pending, exposed } = minutesOn(card);
  return payable + pending + exposed;
};

/** Holds the card and pulls it after so many bytes of the conversation (with PIN if need be). Gives the phase it ended in. */
async function pullAfter(card: SimulatedCard, bytes: number, pin: string) {
  till.reader.insert(card);
  till.reader.pullAfterBytes(bytes);
  let { step } = (await till.until('an end of the conversation', settled)).checkout;
  if (step.phase === 'pin' && till.reader.card() !== undefined) {
    await till.done({ intent: 'enter_pin', pin });
    ({ step } = (await till.until('an end after the PIN', settled)).checkout);
  }
  till.reader.pull();
  return step.phase;
}

/** Holds until paid: what a patient person does. */
async function holdUntilPaid(card: SimulatedCard, pin: string): Promise<number> {
  for (let taps = 0; taps < 4; taps++) {
    if (till.view().checkout.step.phase === 'paid') return taps;
    if (till.view().checkout.step.phase === 'pin') await till.done({ intent: 'enter_pin', pin });
    await hold(till, card, pin);
  }
  throw new Error(`not paid after four taps: ${JSON.stringify(till.view().checkout.step)}`);
}

describe('T2 pulled at any byte, then the same card again', () => {
  // A purchase of three coupons is 1,379 bytes both ways, 60 more with the PIN: steps of 44 hit every command and answer.
  const offsets = Array.from({ length: 34 }, (_, i) => i * 44);

  it('pays once: minutes deleted = redeemed = charged, and as many goods leave as baskets were paid', async () => {
    const from = shop.node.engine.height + 1;
    const card = shop.card(1);
    const pin = shop.world.cards[0]?.pin ?? '';
    const before = all(card);
    const phases = new Map<string, number>();
    let charged = 0;
    for (const [i, bytes] of offsets.entries()) {
      charged += await ask(shop, till, BREAD);
      const phase = await pullAfter(card, bytes, pin);
      phases.set(phase, (phases.get(phase) ?? 0) + 1);
      // Wherever it was cut, the clerk reads what happened: the card left.
      const { step } = till.view().checkout;
      if ('trouble' in step) expect(step.trouble, `pulled after ${bytes} bytes`).toBe('card_left');
      const taps = await holdUntilPaid(card, pin);
      expect(taps, `pulled after ${bytes} bytes`).toBeLessThanOrEqual(2);
      expect(till.view().status.crowd.sales).toBe(i + 1);
      await till.done({ intent: 'next_sale' });
    }
    // The spread has met every kind of end.
    expect([...phases.keys()]).toEqual(expect.arrayContaining(['hold_card', 'hold_again', 'paid']));
    expect(before - all(card)).toBe(charged);
    expect(minutesOn(card)).toMatchObject({ pending: 0, exposed: 0 });
    await flushed(till);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes: charged, skipped: [] });
    expect(await shop.event('handed_over', from)).toMatchObject({ charged, sales: offsets.length });
    expect((await shop.accounts()).sum).toBe(0n);
    expect(shop.events(from).filter(({ kind }) => kind === 'aborted')).toEqual([]);
  });
});

describe('T2 pulled at any byte, then another card', () => {
  it('one of them pays, once; the coupons of the first are aborted with the next crowd, none is lost', async () => {
    const from = shop.node.engine.height + 1;
    const [first, second] = [shop.card(1), shop.card(2)];
    const pins = shop.world.cards.map(({ pin }) => pin);
    const before = [all(first), all(second)];
    let charged = 0;
    let paidByFirst = 0;
    let aborts = 0;
    // Before SPEND, inside SPEND and its answer, between SPEND and ACK, inside ACK's answer, after all of it.
    for (const bytes of [30, 150, 270, 390, 600, 1_000, 1_280, 1_320, 1_340, 1_360, 1_500]) {
      const minutes = await ask(shop, till, BREAD);
      charged += minutes;
      const phase = await pullAfter(first, bytes, pins[0] ?? '');
      if (phase === 'paid') paidByFirst += minutes;
      if (phase === 'hold_again') aborts++;
      await holdUntilPaid(second, pins[1] ?? '');
      await till.done({ intent: 'next_sale' });
    }
    expect(aborts).toBeGreaterThan(1);
    expect(paidByFirst).toBeGreaterThan(0);
    await flushed(till);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes: charged, skipped: [] });
    // A bread of 14 minutes is three coupons; their serials are what an abort names.
    const abort = await shop.event('aborted', from);
    expect(abort.skipped).toBeUndefined();
    expect(abort.serials).toHaveLength(3 * aborts);
    expect(before.map((minutes, i) => minutes - all(i === 0 ? first : second))).toEqual([
      paidByFirst,
      charged - paidByFirst,
    ]);
    expect((await shop.accounts()).sum).toBe(0n);
  });
});

/** Bytes after which SPEND is answered and ACK has not begun, found by trying: the answer is on disk, the card gone. */
async function untilHoldAgain(card: SimulatedCard): Promise<number> {
  const minutes = await ask(shop, till, BREAD);
  for (let bytes = 1_300; bytes < 1_380; bytes += 5) {
    if ((await pullAfter(card, bytes, '')) === 'hold_again') return minutes;
  }
  throw new Error('no offset between SPEND and ACK');
}

describe('T2 the person walks away between SPEND and ACK', () => {
  it('nothing is handed over or redeemed, the serials are aborted, and the next OPEN at this till makes them exposed', async () => {
    const from = shop.node.engine.height + 1;
    const [first, second] = [shop.card(1), shop.card(2)];
    const before = minutesOn(first).payable;
    const minutes = await untilHoldAgain(first);
    expect(minutesOn(first)).toEqual({ payable: before - minutes, pending: minutes, exposed: 0 });
    expect(await till.ask({ intent: 'cancel_payment' })).toEqual({ ok: false, refusal: 'card_has_answered' });
    const { lines } = till.view().checkout;
    await till.done({ intent: 'give_up' });
    const back = await till.until('the basket again', ({ checkout }) => checkout.step.phase === 'basket');
    expect(back.checkout.lines).toEqual(lines);
    expect(back.status.crowd.sales).toBe(0);
    await till.done({ intent: 'clear_basket' });

    // Somebody else's sale makes the crowd; the abort travels with it.
    const others = await sell(shop, till, second, { butter: 1 });
    await flushed(till);
    expect(await shop.event('redeemed', from)).toMatchObject({ minutes: others, skipped: [] });
    expect(await shop.event('handed_over', from)).toMatchObject({ charged: others, sales: 1 });
    const { serials } = await shop.event('aborted', from);
    expect(serials).toHaveLength(3);
    expect(minutesOn(first)).toEqual({ payable: before - minutes, pending: minutes, exposed: 0 });

    // The card comes back to this till: its next OPEN carries the id.
    const paid = await sell(shop, till, first, { milk: 1 });
    expect(minutesOn(first)).toEqual({ payable: before - minutes - paid, pending: 0, exposed: minutes });
    expect(first.ownerView().log.map(({ state }) => state)).toEqual(['paid', 'undone']);
    await flushed(till);
    expect((await shop.accounts()).sum).toBe(0n);
  });

  it('at a till that sells nothing more the abort does not wait for a crowd: it leaves when a sale would have', async () => {
    const from = shop.node.engine.height + 1;
    await untilHoldAgain(shop.card(1));
    await till.done({ intent: 'give_up' });
    await till.done({ intent: 'clear_basket' });
    till.clock.forward(1_000_001);
    const { serials } = await shop.event('aborted', from);
    expect(serials).toHaveLength(3);
    expect((await till.until('nothing unsent', ({ status }) => status.unsent === 0)).status.crowd.small).toBe(
      0,
    );
  });

  it("thirty people who went away when the PIN was asked for are in nobody's way: the one who left after SPEND is told at once", async () => {
    const [first, second] = [shop.card(1), shop.card(2)];
    for (let i = 0; i < 30; i++) {
      await ask(shop, till, { wheat_bread: 5 });
      expect((await hold(till, second)).phase).toBe('pin');
      await till.done({ intent: 'cancel_payment' });
      await till.done({ intent: 'clear_basket' });
    }
    const minutes = await untilHoldAgain(first);
    await till.done({ intent: 'give_up' });
    await till.done({ intent: 'clear_basket' });
    await sell(shop, till, first, { milk: 1 });
    expect(minutesOn(first)).toMatchObject({ pending: 0, exposed: minutes });
  });

  it('coupons that were aborted are not taken again, not even from a card that forgot: the till has heard it from the stream', async () => {
    const first = shop.card(1);
    const image = first.image();
    await untilHoldAgain(first);
    await till.done({ intent: 'give_up' });
    await till.done({ intent: 'clear_basket' });
    await sell(shop, till, shop.card(2), { butter: 1 });
    await flushed(till);
    const old = createCard(image, { random });
    await ask(shop, till, BREAD);
    expect(await hold(till, old)).toEqual({ phase: 'hold_card', trouble: 'coupon_seen' });
    expect(till.view().checkout.lines).toHaveLength(1);
  });

  it('two cards with the same coupons: the second is refused before any crowd has left', async () => {
    const first = shop.card(1);
    const twin = createCard(first.image(), { random });
    await sell(shop, till, first, BREAD);
    await ask(shop, till, BREAD);
    expect(await hold(till, twin)).toEqual({ phase: 'hold_card', trouble: 'coupon_seen' });
    // The basket is kept and another card may pay it.
    expect((await hold(till, shop.card(2))).phase).toBe('paid');
  });
});

it('T1 ACK was heard and its answer lost: the same card says «paid» again, and the sale is closed once', async () => {
  const card = shop.card(1);
  const before = all(card);
  const minutes = await ask(shop, till, BREAD);
  for (let bytes = 1_378; bytes > 1_300; bytes--) {
    const phase = await pullAfter(card, bytes, '');
    if (phase === 'paid') throw new Error('the card was pulled too late');
    if (card.ownerView().log[0]?.state === 'paid') break;
  }
  expect(card.ownerView().log[0]).toMatchObject({ state: 'paid', minutes });
  expect(till.view().status.crowd.sales).toBe(0);
  expect((await hold(till, card)).phase).toBe('paid');
  expect(before - all(card)).toBe(minutes);
  expect(till.view().status.crowd.sales).toBe(1);
});

it('a card left on the reader after «paid» does not pay for the next basket until it has been taken away', async () => {
  const card = shop.card(1);
  await ask(shop, till, BREAD);
  till.reader.insert(card);
  await till.until('paid', (view) => view.checkout.step.phase === 'paid');
  await till.done({ intent: 'next_sale' });
  const before = minutesOn(card);
  await ask(shop, till, BREAD);
  await till.until(
    'the next basket unpaid',
    ({ checkout: { step } }) => step.phase === 'hold_card' && step.trouble === 'still_there',
  );
  expect(minutesOn(card)).toEqual(before);
  till.reader.pull();
  expect((await hold(till, card)).phase).toBe('paid');
  expect(minutesOn(card).payable).toBeLessThan(before.payable);
});

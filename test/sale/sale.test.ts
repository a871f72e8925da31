/** The sale as a table: what happens, and what may never happen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceBasket } from '../../src/sale/basket.ts';
import { next, type Purchase, type SaleEvent, type SaleState } from '../../src/sale/sale.ts';
import { ratio } from '../../src/units/ratio.ts';

const TYPE = 'c'.repeat(64);
const priced = priceBasket([{ type: TYPE, amount: 2 }], () => ratio(7_000_000n, 1n));
if (priced === undefined) throw new Error('priced');
const purchase: Purchase = { id: '1'.repeat(32), day: 20_000, priced };
const START: SaleState = { step: 'basket', basket: [{ type: TYPE, amount: 2 }] };
const run = (...events: SaleEvent[]): SaleState => events.reduce(next, START);

describe('one sale', () => {
  it('pay, card, answer on disk, ACK: paid', () => {
    const state = run(
      { event: 'pay', purchase },
      { event: 'card_in' },
      { event: 'spend_sent' },
      { event: 'answer_on_disk' },
      { event: 'acknowledged' },
    );
    expect(state).toMatchObject({ step: 'paid', minutes: 14 });
    expect(next(state, { event: 'next_sale' })).toEqual({ step: 'basket', basket: [] });
  });
  it('the card leaves before its answer: the same id again, and the till remembers that it may have been heard', () => {
    const state = run(
      { event: 'pay', purchase },
      { event: 'card_in' },
      { event: 'spend_sent' },
      { event: 'trouble', trouble: 'card_left' },
    );
    expect(state).toMatchObject({
      step: 'hold_card',
      attempted: true,
      trouble: 'card_left',
      purchase: { id: purchase.id },
    });
  });
  it('a card that refused SPEND holds no record: nothing to tell it later; one that was silent may hold one, whoever comes next', () => {
    const silent: SaleEvent[] = [{ event: 'spend_sent' }, { event: 'trouble', trouble: 'card_left' }];
    const refused: SaleEvent[] = [{ event: 'card_in' }, { event: 'spend_sent' }, { event: 'pin_needed' }];
    expect(run({ event: 'pay', purchase }, ...refused)).toMatchObject({ step: 'pin', attempted: false });
    expect(run({ event: 'pay', purchase }, { event: 'card_in' }, ...silent, ...refused)).toMatchObject({
      step: 'pin',
      attempted: true,
    });
  });
  it('T2 an answer on disk cannot be cancelled, only given up', () => {
    const state = run(
      { event: 'pay', purchase },
      { event: 'card_in' },
      { event: 'answer_on_disk' },
      { event: 'trouble', trouble: 'card_left' },
    );
    expect(next(state, { event: 'back_to_basket' })).toBe(state);
    expect(next(state, { event: 'given_up' })).toEqual(START);
  });
  it('every way back keeps the basket', () => {
    const hold = run({ event: 'pay', purchase });
    const reading = next(hold, { event: 'card_in' });
    for (const state of [
      hold,
      next(reading, { event: 'pin_needed' }),
      next(reading, { event: 'pin_blocked' }),
      next(reading, { event: 'cannot_pay', below: 13, above: 16, pinGiven: true }),
    ])
      expect(next(state, { event: 'back_to_basket' })).toEqual(START);
  });
  it('another card begins anew under another id', () => {
    const state = run(
      { event: 'pay', purchase },
      { event: 'card_in' },
      { event: 'answer_on_disk' },
      { event: 'trouble', trouble: 'card_left' },
      { event: 'new_id', id: '2'.repeat(32) },
    );
    expect(state).toMatchObject({ step: 'reading', attempted: false, purchase: { id: '2'.repeat(32) } });
  });
});

const anyEvent: fc.Arbitrary<SaleEvent> = fc.constantFrom<SaleEvent>(
  { event: 'pay', purchase },
  { event: 'card_in' },
  { event: 'spend_sent' },
  { event: 'pin_needed' },
  { event: 'wrong_pin', triesLeft: 2 },
  { event: 'pin_blocked' },
  { event: 'pin_entered', pin: '1234' },
  { event: 'cannot_pay', below: 1, above: 2, pinGiven: false },
  { event: 'answer_on_disk' },
  { event: 'acknowledged' },
  { event: 'trouble', trouble: 'card_left' },
  { event: 'back_to_basket' },
  { event: 'given_up' },
  { event: 'next_sale' },
  { event: 'new_id', id: '2'.repeat(32) },
);

describe('any order of events', () => {
  it('T1 paid is only reached by ACK after an answer on disk', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let state: SaleState = START;
        let onDisk = false;
        for (const event of events) {
          const before: SaleState = state;
          state = next(state, event);
          if (event.event === 'answer_on_disk' && state !== before) onDisk = true;
          if (state.step === 'paid' && before.step !== 'paid') {
            expect(event.event).toBe('acknowledged');
            expect(onDisk).toBe(true);
          }
          if (state.step === 'basket' || (event.event === 'new_id' && state !== before)) onDisk = false;
        }
      }),
      { numRuns: 2_000 },
    );
  });
  it('goods and minutes never change between pay and paid', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let state: SaleState = START;
        for (const event of events) {
          state = next(state, event);
          if (state.step !== 'basket') expect(state.purchase.priced).toBe(priced);
        }
      }),
    );
  });
});

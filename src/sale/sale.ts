/**
 * The till's rules of one sale: (state, event) → state and the work to do. Pure: the driver in `main/sale.ts` owns card,
 * journal and clock and feeds events. What may never happen is held here: goods before ACK, a second payment for one
 * basket, a lost basket.
 *
 * A purchase id is kept as long as nobody knows whether a card has answered it: the same card answers it with the same
 * coupons. Once coupons are on disk, the next tap first tries ACK; a card that does not know the id is another card, the
 * first purchase is aborted and a new one begins with a fresh id (docs/flow.md).
 */

import { COUPONS_PER_PURCHASE, DENOMINATION_EXPONENTS } from '../limits.ts';
import type { CardTrouble } from '../till-api.ts';
import type { Basket, PricedBasket } from './basket.ts';

export type SaleState =
  | { readonly step: 'basket'; readonly basket: Basket }
  /** Prices frozen, waiting for a card. `attempted`: a SPEND with this id was sent and its answer never came. */
  | {
      readonly step: 'hold_card';
      readonly purchase: Purchase;
      readonly attempted: boolean;
      readonly trouble?: CardTrouble;
      readonly pin?: string;
    }
  /** `sent`: SPEND is out in this conversation, and whether it is answered nobody knows yet. */
  | {
      readonly step: 'reading';
      readonly purchase: Purchase;
      readonly attempted: boolean;
      readonly sent: boolean;
    }
  | {
      readonly step: 'pin';
      readonly purchase: Purchase;
      readonly attempted: boolean;
      readonly triesLeft: number | null;
      readonly blocked: boolean;
    }
  | {
      readonly step: 'not_enough';
      readonly purchase: Purchase;
      readonly attempted: boolean;
      readonly below: number | null;
      readonly above: number | null;
      readonly pinGiven: boolean;
    }
  /** SPEND's answer is on disk, ACK is missing. */
  | { readonly step: 'hold_again'; readonly purchase: Purchase; readonly trouble?: CardTrouble }
  | { readonly step: 'paid'; readonly minutes: number; readonly purchase: Purchase };

/** Whole minutes that no card's purchase exceeds: as many coupons as one may have, each of the largest kind. */
export const PURCHASE_MINUTES = COUPONS_PER_PURCHASE * 2 ** Math.max(...DENOMINATION_EXPONENTS);

export interface Purchase {
  /** 16 bytes, hex. */
  readonly id: string;
  /** Days since 1970-01-01; stays with the id, as the amount does. */
  readonly day: number;
  readonly priced: PricedBasket;
}

export type SaleEvent =
  | { readonly event: 'pay'; readonly purchase: Purchase }
  | { readonly event: 'card_in' }
  | { readonly event: 'pin_needed' }
  | { readonly event: 'wrong_pin'; readonly triesLeft: number }
  | { readonly event: 'pin_blocked' }
  | { readonly event: 'pin_entered'; readonly pin: string }
  | {
      readonly event: 'cannot_pay';
      readonly below: number | null;
      readonly above: number | null;
      readonly pinGiven: boolean;
    }
  /** SPEND went out: from now on the card may hold a record of this id. */
  | { readonly event: 'spend_sent' }
  | { readonly event: 'answer_on_disk' }
  | { readonly event: 'acknowledged' }
  | { readonly event: 'trouble'; readonly trouble: CardTrouble }
  | { readonly event: 'back_to_basket' }
  | { readonly event: 'given_up' }
  | { readonly event: 'next_sale' }
  /** Another card was tapped for an unfinished purchase, or an id cannot be used again: go on with a fresh one. */
  | { readonly event: 'new_id'; readonly id: string };

const toBasket = (purchase: Purchase): Basket =>
  purchase.priced.lines.map(({ type, amount }) => ({ type, amount }));

/** The next state; an event that has no meaning in a state leaves it as it is. */
export function next(state: SaleState, event: SaleEvent): SaleState {
  switch (event.event) {
    case 'pay':
      return state.step === 'basket'
        ? { step: 'hold_card', purchase: event.purchase, attempted: false }
        : state;
    case 'card_in':
      return state.step === 'hold_card'
        ? { step: 'reading', purchase: state.purchase, attempted: state.attempted, sent: false }
        : state;
    case 'spend_sent':
      return state.step === 'reading' ? { ...state, sent: true } : state;
    case 'pin_needed':
      // A refused SPEND leaves no record on the card: here and below, `attempted` stays what it was before.
      return state.step === 'reading'
        ? {
            step: 'pin',
            purchase: state.purchase,
            attempted: state.attempted,
            triesLeft: null,
            blocked: false,
          }
        : state;
    case 'wrong_pin':
      return state.step === 'reading'
        ? {
            step: 'pin',
            purchase: state.purchase,
            attempted: state.attempted,
            triesLeft: event.triesLeft,
            blocked: false,
          }
        : state;
    case 'pin_blocked':
      return state.step === 'reading'
        ? { step: 'pin', purchase: state.purchase, attempted: state.attempted, triesLeft: 0, blocked: true }
        : state;
    case 'pin_entered':
      return state.step === 'pin' || state.step === 'not_enough'
        ? { step: 'hold_card', purchase: state.purchase, attempted: state.attempted, pin: event.pin }
        : state;
    case 'cannot_pay':
      return state.step === 'reading'
        ? {
            step: 'not_enough',
            purchase: state.purchase,
            attempted: state.attempted,
            below: event.below,
            above: event.above,
            pinGiven: event.pinGiven,
          }
        : state;
    case 'answer_on_disk':
      return state.step === 'reading' ? { step: 'hold_again', purchase: state.purchase } : state;
    case 'acknowledged':
      return state.step === 'hold_again'
        ? { step: 'paid', minutes: state.purchase.priced.minutes, purchase: state.purchase }
        : state;
    case 'trouble':
      if (state.step === 'reading' || state.step === 'hold_card')
        return {
          step: 'hold_card',
          purchase: state.purchase,
          attempted: state.attempted || (state.step === 'reading' && state.sent),
          trouble: event.trouble,
        };
      if (state.step === 'hold_again') return { ...state, trouble: event.trouble };
      return state;
    case 'new_id':
      if (state.step === 'hold_again' || state.step === 'reading' || state.step === 'hold_card')
        return {
          step: 'reading',
          purchase: { ...state.purchase, id: event.id },
          attempted: false,
          sent: false,
        };
      return state;
    case 'back_to_basket':
      return state.step === 'hold_card' || state.step === 'pin' || state.step === 'not_enough'
        ? { step: 'basket', basket: toBasket(state.purchase) }
        : state;
    case 'given_up':
      return state.step === 'hold_again' ? { step: 'basket', basket: toBasket(state.purchase) } : state;
    case 'next_sale':
      return state.step === 'paid' ? { step: 'basket', basket: [] } : state;
  }
}

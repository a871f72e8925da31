/**
 * Outlets month by month (§2.2, §6.5): minutes redeemed, minutes charged for goods handed over, what those were worth, what went
 * missing or was found, what a revision booked. Both sides arrive as crowds and apart, so a month's sums are all that can be said.
 * Not here: the clearing itself, which the state has.
 */
import { monthEnd } from '../src/economy/calendar.ts';
import type { LedgerEvent } from '../src/economy/events.ts';
import type { Id, Redeem } from '../src/economy/transaction.ts';
import { CHRONICLE_MONTHS } from '../src/limits.ts';
import { fromMinutes, type MicroMinutes } from '../src/units/micro-minutes.ts';
import type { ToldBlock } from './chronicle.ts';

export interface OutletMonth {
  /** Coupons deleted; less those that moved to another outlet's older announcement. */
  redeemed: MicroMinutes;
  /** Deleted from wallets without a card (§6.5 literally). */
  appropriated: MicroMinutes;
  /** Charged for what was handed over, as the clearing counts it: no less than the lowest prices, no more than the highest. */
  charged: MicroMinutes;
  /** What the goods were worth by the average prices. */
  goods: MicroMinutes;
  crowds: number;
  sales: number;
  /** Value that counts found missing; of that and of surplus, what came back. */
  missing: MicroMinutes;
  found: MicroMinutes;
  /** Value of goods that people brought back. */
  takenBack: MicroMinutes;
  /** Clearing that the month's revision booked to w. */
  booked: MicroMinutes;
}

const nothing = (): OutletMonth => ({
  redeemed: 0n,
  appropriated: 0n,
  charged: 0n,
  goods: 0n,
  crowds: 0,
  sales: 0,
  missing: 0n,
  found: 0n,
  takenBack: 0n,
  booked: 0n,
});

export class OutletMonths {
  /** Outlet → month (its last second). */
  readonly #months = new Map<Id, Map<number, OutletMonth>>();

  fold({ time, events, transactions }: ToldBlock): void {
    const month = monthEnd(time);
    const redeems = new Map<Id, Redeem>();
    for (const { id, transaction } of transactions)
      if (transaction.kind === 'redeem') redeems.set(id, transaction);
    for (const event of events) this.#event(event, month, redeems);
  }

  /** An outlet's months, oldest first; the last CHRONICLE_MONTHS in which anything was. */
  of(outlet: Id): readonly (readonly [month: number, sums: OutletMonth])[] {
    return [...(this.#months.get(outlet) ?? [])];
  }

  #event(event: LedgerEvent, month: number, redeems: ReadonlyMap<Id, Redeem>): void {
    switch (event.kind) {
      case 'redeemed':
        this.#at(event.outlet, month).redeemed += fromMinutes(event.minutes);
        this.#moved(event, month, redeems);
        break;
      case 'appropriated':
        this.#at(event.outlet, month).appropriated += BigInt(event.value);
        break;
      case 'handed_over': {
        const sums = this.#at(event.outlet, month);
        sums.charged += fromMinutes(event.charged) + BigInt(event.lack ?? 0) - BigInt(event.excess ?? 0);
        sums.goods += BigInt(event.value);
        sums.crowds++;
        sums.sales += event.sales;
        break;
      }
      case 'stock':
        if (event.cause === 'shortage') this.#at(event.collective, month).missing -= BigInt(event.value);
        if (event.cause === 'surplus') this.#at(event.collective, month).found += BigInt(event.value);
        if (event.cause === 'take_back') this.#at(event.collective, month).takenBack += BigInt(event.value);
        break;
      case 'clearing_booked':
        this.#at(event.outlet, event.until).booked += BigInt(event.value);
        break;
      default:
    }
  }

  /** Coupons that an older announcement of another outlet had a right to leave the one that had them. */
  #moved(
    event: Extract<LedgerEvent, { kind: 'redeemed' }>,
    month: number,
    redeems: ReadonlyMap<Id, Redeem>,
  ): void {
    if (event.moved === undefined) return;
    const coupons = redeems.get(event.transaction)?.coupons ?? [];
    const exponents = new Map(coupons.map(({ serial, exponent }) => [serial, exponent]));
    for (const { serial, from } of event.moved)
      this.#at(from, month).redeemed -= fromMinutes(2 ** (exponents.get(serial) ?? 0));
  }

  #at(outlet: Id, month: number): OutletMonth {
    const months = this.#months.get(outlet) ?? new Map<number, OutletMonth>();
    this.#months.set(outlet, months);
    const sums = months.get(month) ?? nothing();
    months.set(month, sums);
    if (months.size > CHRONICLE_MONTHS) months.delete(months.keys().next().value as number);
    return sums;
  }
}

/** The basket: amounts by product type, priced exactly. Prices follow the book until the person pays, then stand still. */
import type { Id } from '../economy/transaction.ts';
import { add, chargedMinutes, type Ratio, times, ZERO } from '../units/ratio.ts';

export interface Line {
  readonly type: Id;
  readonly amount: number;
}
export type Basket = readonly Line[];

/** A line with its price of one base unit, micro-minutes. */
export interface PricedLine extends Line {
  readonly price: Ratio;
  readonly value: Ratio;
}
export interface PricedBasket {
  readonly lines: readonly PricedLine[];
  /** Exact sum, micro-minutes. */
  readonly value: Ratio;
  /** Whole minutes a card pays: the sum rounded up. */
  readonly minutes: number;
}

/** `amount` more of a type; a new type goes to the end. */
export function addLine(basket: Basket, type: Id, amount: number): Basket {
  const at = basket.findIndex((l) => l.type === type);
  if (at < 0) return [...basket, { type, amount }];
  return basket.map((l, i) => (i === at ? { type, amount: l.amount + amount } : l));
}

/** Sets a line's amount; 0 takes it out. */
export function setLine(basket: Basket, type: Id, amount: number): Basket {
  if (amount === 0) return basket.filter((l) => l.type !== type);
  return basket.some((l) => l.type === type)
    ? basket.map((l) => (l.type === type ? { type, amount } : l))
    : [...basket, { type, amount }];
}

/** Lines added before any rounding. A type without a price makes the whole basket undefined. */
export function priceBasket(
  basket: Basket,
  priceOf: (type: Id) => Ratio | undefined,
): PricedBasket | undefined {
  const lines: PricedLine[] = [];
  let value = ZERO;
  for (const line of basket) {
    const price = priceOf(line.type);
    if (price === undefined) return undefined;
    const worth = times(price, BigInt(line.amount));
    lines.push({ ...line, price, value: worth });
    value = add(value, worth);
  }
  return { lines, value, minutes: chargedMinutes(value) };
}

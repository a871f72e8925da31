/**
 * Which prices moved between two pictures of the basket: for the short flash on a line and the sentence a screen reader
 * speaks. Lines that came or went are not changes of price.
 */
import type { BasketLine } from '../src/till-api.ts';

export interface PriceChange {
  readonly type: string;
  readonly names: BasketLine['names'];
  readonly price: string;
  readonly unit: string;
  readonly direction: 'up' | 'down';
}

export function priceChanges(before: readonly BasketLine[], now: readonly BasketLine[]): PriceChange[] {
  const old = new Map(before.map((line) => [line.type, BigInt(line.price)]));
  return now.flatMap((line) => {
    const was = old.get(line.type);
    const is = BigInt(line.price);
    if (was === undefined || was === is) return [];
    const { type, names, price, unit } = line;
    return [{ type, names, price, unit, direction: is > was ? ('up' as const) : ('down' as const) }];
  });
}

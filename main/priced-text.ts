/** A frozen basket as text for the journal and back: amounts and exact prices, so that a restart charges what was shown. */
import { type PricedBasket, priceBasket } from '../src/sale/basket.ts';
import { ratio } from '../src/units/ratio.ts';

export function priceToText(priced: PricedBasket): string {
  return JSON.stringify(
    priced.lines.map((l) => [l.type, l.amount, String(l.price.num), String(l.price.den)]),
  );
}

export function priceFromText(text: string): PricedBasket {
  const rows = JSON.parse(text) as [string, number, string, string][];
  const prices = new Map(rows.map(([type, , num, den]) => [type, ratio(BigInt(num), BigInt(den))]));
  const priced = priceBasket(
    rows.map(([type, amount]) => ({ type, amount })),
    (type) => prices.get(type),
  );
  if (priced === undefined) throw new Error('a frozen basket has a price for every line');
  return priced;
}

/** A frozen basket as text for the journal and back: amounts and exact prices, so that a restart charges what was shown. */
import { type PricedBasket, priceBasket } from '../src/sale/basket.ts';
import type { Purchase } from '../src/sale/sale.ts';
import { ratio } from '../src/units/ratio.ts';
import { DamagedRow } from './database.ts';
import type { Intent } from './journal.ts';

export function priceToText(priced: PricedBasket): string {
  return JSON.stringify(
    priced.lines.map((l) => [l.type, l.amount, String(l.price.num), String(l.price.den)]),
  );
}

/** What `priceToText` wrote; a damaged row is an error, never a basket of no price. */
export function priceFromText(text: string): PricedBasket {
  const rows = JSON.parse(text) as [string, number, string, string][];
  if (!rows.every(([type, amount]) => typeof type === 'string' && Number.isSafeInteger(amount) && amount > 0))
    throw new DamagedRow('no basket');
  const prices = new Map(rows.map(([type, , num, den]) => [type, ratio(BigInt(num), BigInt(den))]));
  const priced = priceBasket(
    rows.map(([type, amount]) => ({ type, amount })),
    (type) => prices.get(type),
  );
  if (priced !== undefined && !(Number.isSafeInteger(priced.minutes) && priced.minutes >= 0))
    throw new DamagedRow('no price');
  if (priced === undefined) throw new Error('a frozen basket has a price for every line');
  return priced;
}

/** What the journal keeps of a purchase before any card is asked. */
export function intentOf({ id, day, priced }: Purchase): Intent {
  return {
    purchaseId: id,
    minutes: priced.minutes,
    day,
    goods: priced.lines.map(({ type, amount }) => ({ type, amount })),
    priced: priceToText(priced),
  };
}

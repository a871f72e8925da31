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

type Row = readonly [type: string, amount: number, num: string, den: string];

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row)) return false;
  const [type, amount, num, den] = row as readonly unknown[];
  return (
    typeof type === 'string' &&
    Number.isSafeInteger(amount) &&
    Number(amount) > 0 &&
    /^(0|[1-9][0-9]*)$/.test(String(num)) &&
    /^[1-9][0-9]*$/.test(String(den))
  );
}

/** What `priceToText` wrote; a damaged row is an error, never a basket of no price. */
export function priceFromText(text: string): PricedBasket {
  const rows = parsed(text);
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new DamagedRow('no basket');
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DamagedRow('no basket');
  }
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

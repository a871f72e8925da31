/** Baskets as people take them: log-normal around 25 minutes, a few different things, nothing the outlet does not hold. */
import type { ProductView } from '../../src/till-api.ts';

const MEDIAN_MINUTES = 25;
const SIGMA = 0.7;
/** Goods measured by weight or volume are taken in portions. */
const PORTION: Readonly<Record<string, number>> = { g: 250, ml: 250 };

/** A standard normal from two uniform numbers (Box and Muller). */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export function realisticBasket(
  products: readonly ProductView[],
  next: () => number,
): readonly { readonly type: string; readonly amount: number }[] {
  const budget = MEDIAN_MINUTES * Math.exp(SIGMA * normal(next)) * 1e6;
  const amounts = new Map<string, number>();
  let spent = 0;
  for (let tries = 0; tries < 12 && amounts.size < 6; tries++) {
    const product = products[Math.floor(next() * products.length)];
    if (product?.price == null) continue;
    const portion = PORTION[product.unit] ?? 1;
    const already = amounts.get(product.type) ?? 0;
    const worth = Number(product.price) * portion;
    if (worth <= 0 || (product.inStock ?? 0) < already + portion) continue;
    if (amounts.size > 0 && spent + worth > budget) continue;
    if (worth > 4 * budget) continue;
    amounts.set(product.type, already + portion);
    spent += worth;
  }
  if (amounts.size === 0) {
    const cheap = products.filter((p) => p.price !== null && (p.inStock ?? 0) > 0);
    const one = cheap.reduce((a, b) => (Number(a.price) < Number(b.price) ? a : b));
    amounts.set(one.type, 1);
  }
  return [...amounts].map(([type, amount]) => ({ type, amount }));
}

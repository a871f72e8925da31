/**
 * What an adversary knows beforehand: how sales look in a town like this one, learnt from another town of which everything is known. How much a
 * sale costs, which coupons are seen beside which, and how often a good is in a basket of a given price.
 */
import { ARTICLES } from '../../demo/products.ts';
import { TYPES } from './chain.ts';
import { expected, KINDS, type Payments, paymentsOf } from './coins.ts';
import type { Town } from './town.ts';
import type { View } from './view.ts';

export interface Model {
  /** Minutes of a random sale: quantiles, each as likely as the other. */
  readonly amounts: readonly number[];
  readonly mean: number;
  /** What a random sale is paid with. */
  readonly payments: Payments;
  /** Of a random sale: how many coupons of exponent e it has. */
  readonly coupons: readonly number[];
  /** Of a random sale: how many ordered pairs of coupons of exponents (e, f) it has. */
  readonly pairs: readonly (readonly number[])[];
  /** How many lines of an article (by type) a basket of 0, 1, 2 … minutes has. */
  readonly lines: ReadonlyMap<string, Float64Array>;
}

const QUANTILES = 24;
const BUCKETS = 14;
const MOST_MINUTES = 600;
const bucketOf = (minutes: number): number =>
  Math.min(BUCKETS - 1, Math.floor(2 * Math.log2(minutes + 1)) - 1);
/** Sales' worth of what is believed before anything was seen. */
const PRIOR = 8;

export function learn(town: Town, view: View): Model {
  const { sales } = town.truth;
  const sorted = sales.map(({ minutes }) => minutes).sort((a, b) => a - b);
  const amounts = Array.from(
    { length: QUANTILES },
    (_, i) => sorted[Math.floor(((i + 0.5) / QUANTILES) * sorted.length)] as number,
  );
  const mean = sorted.reduce((sum, m) => sum + m, 0) / sorted.length;
  const exponents = new Map<string, number>();
  for (const { coupons } of view.crowds)
    for (const { serial, exponent } of coupons) exponents.set(serial, exponent);
  const pairs = Array.from({ length: KINDS }, () => new Array<number>(KINDS).fill(0));
  const seen = new Array<number>(BUCKETS).fill(0);
  const counts = new Map(TYPES.map((type) => [type, new Array<number>(BUCKETS).fill(0)]));
  const codes = new Map<number, number>();
  for (const { minutes, goods, serials } of sales) {
    const es = serials.map((serial) => exponents.get(serial) as number);
    const code = es.reduce((total, e) => total + 16 ** e, 0);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    for (const [i, e] of es.entries())
      for (const [j, f] of es.entries())
        if (i !== j) (pairs[e] as number[])[f] = (pairs[e]?.[f] as number) + 1 / sales.length;
    const b = bucketOf(minutes);
    seen[b] = (seen[b] as number) + 1;
    for (const { type } of goods) {
      const row = counts.get(type) as number[];
      row[b] = (row[b] as number) + 1;
    }
  }
  const price = new Map(TYPES.map((type, i) => [type, Number(ARTICLES[i]?.value ?? 0n) / 1e6]));
  const amount = new Map<string, number>();
  for (const { goods } of sales)
    for (const line of goods)
      amount.set(line.type, Math.min(amount.get(line.type) ?? Number.POSITIVE_INFINITY, line.amount));
  const lines = new Map(
    TYPES.map((type) => {
      const row = counts.get(type) as number[];
      const base = row.reduce((sum, n) => sum + n, 0) / sales.length;
      const rates = row.map((n, b) => (n + PRIOR * base) / ((seen[b] as number) + PRIOR));
      const least = Math.floor((price.get(type) as number) * (amount.get(type) ?? 1));
      const rate = (minutes: number): number => (minutes < least ? 0 : (rates[bucketOf(minutes)] as number));
      return [type, Float64Array.from({ length: MOST_MINUTES }, (_, minutes) => rate(minutes))];
    }),
  );
  const payments = paymentsOf(codes);
  return { amounts, mean, payments, coupons: expected(payments).coupons, pairs, lines };
}

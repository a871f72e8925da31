/**
 * Coupons as an adversary counts them: small vectors, one number for each exponent a pack has (0 … 6), and the set of what
 * a sale may have been paid with, each with its probability.
 */
import { COUPONS_PER_PURCHASE, PACK } from '../../src/limits.ts';

export const KINDS = PACK.length;
export const PACK_COUNTS: readonly number[] = PACK.map(([, count]) => count);

/** Distinct payments and their probabilities, which sum to 1. Row r of `vectors` is r × KINDS … */
export interface Payments {
  readonly size: number;
  readonly vectors: Uint8Array;
  readonly weights: Float64Array;
  readonly minutes: Uint16Array;
}

/** What a card with these coupons pays `minutes` with, as a number of base 16; −1 when it cannot. Same rule as `select`, which the tests compare. */
export function payment(minutes: number, counts: ArrayLike<number>): number {
  let rest = minutes;
  let coupons = 0;
  let code = 0;
  for (let e = KINDS - 1; e >= 0; e--) {
    const want = rest >> e;
    const held = counts[e] as number;
    const take = want < held ? want : held;
    rest -= take << e;
    coupons += take;
    code = code * 16 + take;
  }
  return rest === 0 && coupons <= COUPONS_PER_PURCHASE ? code : -1;
}

/** How many of exponent e a payment has. */
export function digit(code: number, e: number): number {
  return (code >> (4 * e)) & 15;
}

export function paymentsOf(found: ReadonlyMap<number, number>): Payments {
  const size = found.size;
  const vectors = new Uint8Array(size * KINDS);
  const weights = new Float64Array(size);
  const minutes = new Uint16Array(size);
  let sum = 0;
  for (const weight of found.values()) sum += weight;
  let row = 0;
  for (const [code, weight] of found) {
    weights[row] = weight / sum;
    for (let e = 0; e < KINDS; e++) {
      vectors[row * KINDS + e] = digit(code, e);
      minutes[row] = (minutes[row] as number) + (digit(code, e) << e);
    }
    row++;
  }
  return { size, vectors, weights, minutes };
}

/** What is expected of a payment: coupons by exponent, ordered pairs of exponents, and any figure of its minutes. */
export interface Expected {
  readonly coupons: readonly number[];
  /** [e × KINDS + f]. */
  readonly pairs: Float64Array;
  /** A figure that depends on the minutes alone, given for 0, 1, 2 … */
  of(figure: Float64Array): number;
}

export function expected(payments: Payments, weights: Float64Array = payments.weights): Expected {
  const { size, vectors, minutes } = payments;
  const coupons = new Array<number>(KINDS).fill(0);
  const pairs = new Float64Array(KINDS * KINDS);
  for (let r = 0; r < size; r++) {
    const w = weights[r] as number;
    for (let e = 0; e < KINDS; e++) {
      const n = vectors[r * KINDS + e] as number;
      if (n === 0) continue;
      coupons[e] = (coupons[e] as number) + w * n;
      for (let f = 0; f < KINDS; f++) {
        const m = (vectors[r * KINDS + f] as number) - (e === f ? 1 : 0);
        pairs[e * KINDS + f] = (pairs[e * KINDS + f] as number) + w * n * m;
      }
    }
  }
  const chances = new Map<number, number>();
  for (let r = 0; r < size; r++)
    chances.set(minutes[r] as number, (chances.get(minutes[r] as number) ?? 0) + (weights[r] as number));
  const of = (figure: Float64Array): number => {
    let sum = 0;
    for (const [m, w] of chances) sum += w * (figure[Math.min(m, figure.length - 1)] as number);
    return sum;
  };
  return { coupons, pairs, of };
}

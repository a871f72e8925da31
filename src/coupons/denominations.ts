/**
 * Denominations: 2^0 … 2^8 minutes, and which coupons pay a sum exactly. Every denomination divides the next, so taking
 * the largest first is both complete (it pays whenever any choice pays) and least (no choice needs fewer coupons):
 * if a choice leaves a usable larger coupon aside, its smaller ones, added from the largest down, meet that coupon's
 * value exactly at some point and can be exchanged for it. Held by an exhaustive test.
 * Not here: which of two equal coupons is taken, limits without PIN, what a terminal may be told.
 */
import { COUPONS_PER_PURCHASE, DENOMINATION_EXPONENTS } from '../limits.ts';
import { ok, type Result, refuse } from '../result.ts';

/** How many coupons of each exponent, at index 0 … 8. */
export type Counts = readonly number[];

export const DENOMINATIONS = DENOMINATION_EXPONENTS.length;

/** Minutes of the denomination with this exponent. */
export function minutesOf(exponent: number): number {
  return 2 ** exponent;
}

/** Minutes the coupons are worth together. */
export function couponMinutes(coupons: readonly { readonly exponent: number }[]): number {
  return coupons.reduce((sum, { exponent }) => sum + minutesOf(exponent), 0);
}

/** Minutes of all coupons counted. */
export function totalMinutes(counts: Counts): number {
  return counts.reduce((sum, count, exponent) => sum + count * minutesOf(exponent), 0);
}

/** How many coupons are counted. */
export function totalCoupons(counts: Counts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * The fewest coupons that sum to exactly `minutes` (an integer ≥ 0), largest first: how many of each exponent.
 * `counts` says what is held, at index 0 … 8. Refuses `cannot_pay` when nothing held sums to it or when it takes
 * more than `maxCoupons`. 0 minutes take no coupon.
 */
export function select(
  minutes: number,
  counts: Counts,
  maxCoupons: number = COUPONS_PER_PURCHASE,
): Result<number[], 'cannot_pay'> {
  if (!Number.isSafeInteger(minutes) || minutes < 0) throw new Error('minutes must be an integer ≥ 0');
  const taken = new Array<number>(DENOMINATIONS).fill(0);
  let rest = minutes;
  let coupons = 0;
  for (let exponent = DENOMINATIONS - 1; exponent >= 0; exponent--) {
    const take = Math.min(counts[exponent] ?? 0, Math.floor(rest / minutesOf(exponent)));
    taken[exponent] = take;
    rest -= take * minutesOf(exponent);
    coupons += take;
  }
  return rest === 0 && coupons <= maxCoupons ? ok(taken) : refuse('cannot_pay');
}

/**
 * The payable sums nearest to `minutes` from below and from above, for a card to name after its PIN; undefined
 * where there is none. 0 is no payable sum. A `minutes` that can itself be paid is both.
 */
export function nearestPayable(
  minutes: number,
  counts: Counts,
  maxCoupons: number = COUPONS_PER_PURCHASE,
): { readonly below: number | undefined; readonly above: number | undefined } {
  const total = totalMinutes(counts);
  const payable = (sum: number): boolean => select(sum, counts, maxCoupons).ok;
  let below: number | undefined;
  for (let sum = Math.min(minutes, total); sum > 0 && below === undefined; sum--)
    if (payable(sum)) below = sum;
  let above: number | undefined;
  for (let sum = Math.max(minutes, 1); sum <= total && above === undefined; sum++)
    if (payable(sum)) above = sum;
  return { below, above };
}

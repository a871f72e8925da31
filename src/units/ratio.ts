/** Exact ratios of integers: prices, tax rates, sums of a basket before any rounding. Kept reduced, denominator > 0. */
import { ceilDiv, MINUTE } from './micro-minutes.ts';

export interface Ratio {
  readonly num: bigint;
  readonly den: bigint;
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** num/den in lowest terms; den must not be 0. */
export function ratio(num: bigint, den: bigint): Ratio {
  const sign = den < 0n ? -1n : 1n;
  const g = gcd(num, den);
  return g === 0n ? { num: 0n, den: 1n } : { num: (sign * num) / g, den: (sign * den) / g };
}

export const ZERO: Ratio = { num: 0n, den: 1n };

/** a + b, exact. */
export function add(a: Ratio, b: Ratio): Ratio {
  return ratio(a.num * b.den + b.num * a.den, a.den * b.den);
}

/** a × n, exact. */
export function times(a: Ratio, n: bigint): Ratio {
  return ratio(a.num * n, a.den);
}

/**
 * The whole minutes a basket costs: its exact value in micro-minutes rounded up, and 0 only for a value of 0.
 * Rounding half up could be pumped by buying singly and returning together. value ≥ 0.
 */
export function chargedMinutes(value: Ratio): number {
  return Number(ceilDiv(value.num, value.den * MINUTE));
}

/**
 * The unit of value: micro-minutes of labour, always an integer (bigint), on every wire a decimal string.
 * The paper counts in whole minutes (ℕ, §4.2), which cannot hold the 3/5 minute an oven gives to a plate of cookies (§4.1).
 * Not here: money, rounding of a single price for show (see `format.ts`).
 */

/** Micro-minutes of labour. May be negative (debt, settlement, rounding). */
export type MicroMinutes = bigint;

/** One minute of labour in micro-minutes. */
export const MINUTE: MicroMinutes = 1_000_000n;

/** The greatest integer q with q·b ≤ a. BigInt's own `/` truncates towards zero, which is wrong for negative values. Refuses nothing; b must not be 0. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

/** The smallest integer q with q·b ≥ a; b must not be 0. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return -floorDiv(-a, b);
}

/** Whole minutes in micro-minutes. `minutes` is an integer number. */
export function fromMinutes(minutes: number): MicroMinutes {
  return BigInt(minutes) * MINUTE;
}

/** floor(part × value / whole): the share of `value` that goes with `part` of `whole`. The last part takes everything, so nothing drifts (ledger rule «average price», paper §6.2). whole > 0. */
export function proRata(value: MicroMinutes, part: bigint, whole: bigint): MicroMinutes {
  return part === whole ? value : floorDiv(part * value, whole);
}

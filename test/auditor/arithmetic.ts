/** The auditor's own division: whole numbers, always rounded down, for negative values too. Not here: anything from src/units. */

/** 1 minute of labour in micro-minutes. */
export const MINUTE = 1_000_000n;
export const DAY = 86_400;

/** The greatest whole number that is not above a / b; b > 0. */
export function down(a: bigint, b: bigint): bigint {
  if (b <= 0n) throw new Error('a divisor must be above 0');
  const rest = ((a % b) + b) % b;
  return (a - rest) / b;
}

/** The least whole number that is not below a / b; b > 0. */
export function up(a: bigint, b: bigint): bigint {
  return -down(-a, b);
}

/** What goes with `some` of `all`: rounded down, the last all that is there. */
export function partOf(value: bigint, some: number, all: number): bigint {
  return some === all ? value : down(value * BigInt(some), BigInt(all));
}

export function minutes(count: number): bigint {
  return BigInt(count) * MINUTE;
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

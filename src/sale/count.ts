/**
 * The arithmetic of a physical inventory (paper §2.2) that may run while the outlet sells. Each line is tied to the
 * moment it was counted: the ledger's height then, and what had been sold by then and was not yet in the ledger's book.
 * Uncounted is never zero; shortages and surpluses are never netted.
 */

export interface CountedLine {
  readonly type: string;
  /** Base units seen on the shelf. */
  readonly counted: number;
  /** Ledger height the till stood at. */
  readonly height: number;
  /** Sold, not yet booked at that height. */
  readonly soldUnbooked: number;
}

/** The amount the ledger is told: on the shelf + sold and not on the ledger at the height. */
export function countAmount(line: CountedLine): number {
  return line.counted + line.soldUnbooked;
}

/** Counted minus expected; `bookAt` is what the ledger's book held at the line's height. Negative = shortage. */
export function variance(line: CountedLine, bookAt: number): number {
  return countAmount(line) - bookAt;
}

/**
 * Should somebody count again? Tolerances by class as in retail practice (A ±1 %, B ±3 %, C ±5 % by value): A for lines
 * worth over 10 hours, B over 2 hours, C below. Never for a difference of nothing; always when the book is empty and
 * something was found.
 */
export function needsRecount(difference: number, expected: number, worthMicroMinutes: bigint): boolean {
  if (difference === 0) return false;
  if (expected <= 0) return true;
  const hours = worthMicroMinutes / 3_600_000_000n;
  const percent = hours >= 10n ? 1 : hours >= 2n ? 3 : 5;
  return Math.abs(difference) * 100 > expected * percent;
}

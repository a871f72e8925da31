/** A chain's parameters, set by its genesis. Durations in seconds of ledger time; shares as exact fractions. */
export interface Parameters {
  /** Fewest sales a hand-over should hold (crowd). */
  readonly k: number;
  /** A quiet outlet's crowd leaves after this time whatever its size. */
  readonly holdMax: number;
  /** A till that has not heard the ledger for this time sells to no card. */
  readonly offlineMax: number;
  /** Write-off limit: at most this share of a adds to (or takes from) a month's tax (paper, footnote 2). */
  readonly limit: { readonly num: bigint; readonly den: bigint };
  /** Highest tax rate. */
  readonly maxRate: { readonly num: bigint; readonly den: bigint };
  /** N days in which a surplus reverses an own shortage, and an own write-off can be reversed. */
  readonly reverseDays: number;
  /** A production estimated or allocated above this needs an accepted vote, micro-minutes. */
  readonly voteAbove: bigint;
  /** Use beyond the durability transfers value up to so many times it; a whole number ≥ 1. */
  readonly beyondMax: number;
  /** After a split, coupons of an office in the other part can be used for this time. */
  readonly grace: number;
}

export const DEFAULT_PARAMETERS: Parameters = {
  k: 20,
  holdMax: 7 * 86_400,
  offlineMax: 30 * 86_400,
  limit: { num: 1n, den: 10n },
  maxRate: { num: 3n, den: 4n },
  reverseDays: 30,
  voteAbove: 10_000n * 60n * 1_000_000n,
  beyondMax: 2,
  grace: 90 * 86_400,
};

/** The first block's content. The chain id is part of every signed byte string. */
export interface Genesis {
  /** 4–32 characters a–z, 0–9 and hyphen. */
  readonly chain: string;
  /** Seconds since 1970, UTC. */
  readonly time: number;
  readonly parameters: Parameters;
}
